import type { CancelTimer, Clock } from "../core/clock.ts";
import { describeError, type Log } from "../core/log.ts";

/** How a server speaks to the Agones that runs it. */
export interface AgonesOptions {
  /** Where Agones' sidecar listens on this machine: `AGONES_SDK_HTTP_PORT`. */
  readonly port: number;
  /** Whether somebody would lose a match if the server were ended now. */
  readonly isInUse: () => boolean;
  /** Measures the time between two signs of life. */
  readonly clock: Clock;
  /** Told when Agones does not answer, and when it does again. */
  readonly log: Log;
}

/** A call of Agones' SDK, as its path. */
type AgonesCall = "ready" | "health" | "allocate" | "shutdown";

/** The Fleet's own period is the same, and it waits for three. */
const HEALTH_PERIOD_MS = 5_000;
const CALL_TIMEOUT_MS = 2_000;

/**
 * Tells Agones how a game server is, over the REST API of its SDK
 * (https://agones.dev/site/docs/guides/client-sdks/rest/): that it is ready, that it lives, that it is
 * allocated while matches run, so that no scaling ends it, and that it shuts down. What cannot be told
 * is told again at the next sign of life; play never waits for it.
 */
export class AgonesLink {
  readonly #options: AgonesOptions;
  readonly #cancel: CancelTimer;
  /** What Agones was told last; undefined: nothing that it took. */
  #told: AgonesCall | undefined;
  /** The call in hand: they reach Agones one by one, in order. */
  #calling: Promise<void> = Promise.resolve();
  #isBehind = false;
  #isDown = false;
  #isClosed = false;

  /** Says at once that the server is ready. */
  constructor(options: AgonesOptions) {
    this.#options = options;
    this.#cancel = options.clock.every(HEALTH_PERIOD_MS, () => this.#beat());
    this.#beat();
  }

  /** To be called when a match has begun or ended: Agones hears of it without waiting for its turn. */
  update(): void {
    this.#beat();
  }

  /** Says that the server shuts down, and nothing more. Never rejects. */
  async close(): Promise<void> {
    if (this.#isClosed) return await this.#calling;
    this.#isClosed = true;
    this.#cancel();
    this.#calling = this.#calling.then(async () => void await this.#tryCall("shutdown"));
    await this.#calling;
  }

  // At most one beat waits behind the one in hand: it sees how things are when its turn comes.
  #beat(): void {
    if (this.#isBehind || this.#isClosed) return;
    this.#isBehind = true;
    this.#calling = this.#calling.then(async () => {
      this.#isBehind = false;
      await this.#tell();
    });
  }

  async #tell(): Promise<void> {
    if (this.#isClosed) return;
    const wanted: AgonesCall = this.#options.isInUse() ? "allocate" : "ready";
    if (wanted !== this.#told && await this.#tryCall(wanted)) this.#told = wanted;
    await this.#tryCall("health");
  }

  async #tryCall(call: AgonesCall): Promise<boolean> {
    const { port, log } = this.#options;
    try {
      const response = await fetch(`http://127.0.0.1:${port}/${call}`, {
        method: "POST",
        headers: { "content-type": "application/json" },
        body: "{}",
        signal: AbortSignal.timeout(CALL_TIMEOUT_MS),
      });
      await response.body?.cancel();
      if (!response.ok) throw new Error(`it answers ${response.status}`);
      if (this.#isDown) log.info("agones_is_back");
      this.#isDown = false;
      return true;
    } catch (error) {
      if (!this.#isDown) log.warn("agones_is_away", { call, error: describeError(error) });
      this.#isDown = true;
      return false;
    }
  }
}
