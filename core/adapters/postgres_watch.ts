import { type Clock, sleep } from "../clock.ts";
import { errorMessage } from "./error_message.ts";
import { isRefusal } from "./postgres_errors.ts";
import { retryDelayMs } from "./retry_delay.ts";

/** How often a server that is down is asked whether it is back. */
const RETRY_DELAYS = { minMs: 100, maxMs: 2_000 };

/** What a {@linkcode PostgresWatch} needs. */
export interface PostgresWatchOptions {
  /** Connects, and lets go again. @throws Error where it cannot */
  readonly probe: () => Promise<void>;
  /** Sets the pauses between attempts. */
  readonly clock: Clock;
  /** Spreads them: 0 to 1. */
  readonly random: () => number;
  /** Called when the server comes and goes; must not throw. */
  readonly onState: (isUp: boolean, reason?: string) => void;
}

type State =
  | { readonly kind: "unknown" }
  | { readonly kind: "up" }
  | { readonly kind: "down"; readonly error: unknown };

/**
 * Knows whether the server is there: it looks at its construction, and again whenever somebody suspects
 * that it is not, until it is. One connection that breaks does not make a server that is down.
 */
export class PostgresWatch {
  readonly #options: PostgresWatchOptions;
  readonly #closing = new AbortController();
  readonly #waiting = new Set<() => void>();
  #state: State = { kind: "unknown" };
  #suspicionCount = 0;
  #looking: Promise<void> | undefined;

  /** Begins to look. */
  constructor(options: PostgresWatchOptions) {
    this.#options = options;
    this.suspect();
  }

  /** Something went wrong that may mean that the server is gone. */
  suspect(): void {
    this.#suspicionCount++;
    if (this.#closing.signal.aborted) return;
    this.#looking ??= this.#look().finally(() => this.#looking = undefined);
  }

  /**
   * Resolves once the server is there.
   *
   * @throws the error of connecting, when it is not there in time, or at once when it refuses us
   */
  async whenUp(limitMs: number): Promise<void> {
    const { clock } = this.#options;
    let isLate = false;
    const cancel = clock.after(limitMs, () => {
      isLate = true;
      this.#wake();
    });
    try {
      while (this.#state.kind !== "up") {
        const error = this.#state.kind === "down" ? this.#state.error : undefined;
        if (this.#closing.signal.aborted) throw this.#closing.signal.reason;
        if (isRefusal(error)) throw error;
        if (isLate) throw error ?? new Error(`no answer within ${limitMs} ms`);
        await new Promise<void>((resolve) => void this.#waiting.add(resolve));
      }
    } finally {
      cancel();
    }
  }

  /** Looks no more. */
  async close(): Promise<void> {
    this.#closing.abort(new Error("Cannot connect: database is closed"));
    await this.#looking;
    this.#wake();
  }

  async #look(): Promise<void> {
    const { probe, clock, random } = this.#options;
    const { signal } = this.#closing;
    for (let failureCount = 0; !signal.aborted;) {
      const seen = this.#suspicionCount;
      try {
        await probe();
        this.#change({ kind: "up" });
        // What was suspected meanwhile may be newer than what was found.
        if (seen === this.#suspicionCount) return;
      } catch (error) {
        this.#change({ kind: "down", error });
        const delayMs = retryDelayMs(++failureCount, RETRY_DELAYS, random);
        await sleep(clock, delayMs, signal).catch(() => {
          // Closed: the loop ends.
        });
      }
    }
  }

  #change(state: State): void {
    const { signal } = this.#closing;
    const isNews = state.kind !== this.#state.kind;
    this.#state = state;
    this.#wake();
    if (!isNews || signal.aborted) return;
    if (state.kind === "down") this.#options.onState(false, errorMessage(state.error));
    else this.#options.onState(true);
  }

  #wake(): void {
    for (const resolve of this.#waiting) resolve();
    this.#waiting.clear();
  }
}
