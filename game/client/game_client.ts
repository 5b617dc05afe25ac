import type { Clock } from "../../core/clock.ts";
import type { TankInput } from "../simulation/tank_input.ts";
import type { ClientCore, ClientView, MatchInfo } from "./client_core.ts";
import type { ClientEvent } from "./client_event.ts";
import type { ClientState } from "./client_state.ts";
import type { SeenFrame } from "./seen_frame.ts";
import type { Transport, TransportEvents } from "./transport.ts";

/** How a client is put on a transport. */
export interface GameClientOptions {
  /** Speaks the protocol. */
  readonly core: ClientCore;
  /** Opens what carries it. */
  readonly openTransport: (events: TransportEvents) => Transport;
  /** Its time and its timers. */
  readonly clock: Clock;
}

/** A client that runs: a core on a transport, with a timer that is set for when there is something to do. */
export class GameClient implements ClientView {
  readonly #core: ClientCore;
  readonly #clock: Clock;
  readonly #transport: Transport;
  readonly #listeners = new Set<(event: ClientEvent) => void>();
  #cancelTimer: () => void = () => {};
  #timerMs = Infinity;
  #isClosed = false;
  #fault: unknown;

  /** Sends nothing yet. @throws whatever opening the transport throws */
  constructor(options: GameClientOptions) {
    this.#core = options.core;
    this.#clock = options.clock;
    this.#transport = options.openTransport({
      onBytes: (bytes) => this.#do((nowMs) => this.#core.receive(bytes, nowMs)),
      onFault: (error) => this.#onFault(error),
    });
  }

  /** Why its transport failed, and it has ended; undefined where that did not happen. */
  get fault(): unknown {
    return this.#fault;
  }

  get state(): ClientState {
    return this.#core.state;
  }

  get match(): MatchInfo | undefined {
    return this.#core.match;
  }

  get frame(): SeenFrame | undefined {
    return this.#core.frame;
  }

  get rttMs(): number | undefined {
    return this.#core.rttMs;
  }

  /** Has a listener told what happens; what it returns ends that. A listener must not throw. */
  on(listener: (event: ClientEvent) => void): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }

  /** Asks for a tank. */
  join(): void {
    this.#do((nowMs) => this.#core.join(nowMs));
  }

  /** What the player holds down, from the next tick on. */
  setInput(input: TankInput): void {
    this.#do(() => this.#core.setInput(input));
  }

  /** The tick of what is shown, a fraction. */
  setShownTick(tick: number): void {
    this.#core.setShownTick(tick);
  }

  /** Says something to the others in the match; false where it cannot be said now. */
  say(text: string): boolean {
    let isSaid = false;
    this.#do(() => isSaid = this.#core.say(text));
    return isSaid;
  }

  /** Asks to leave; the state says when that has been done. */
  leave(): void {
    this.#do((nowMs) => this.#core.leave(nowMs));
  }

  /**
   * Waits until a state or other event makes `isSo` true; it is asked at once too.
   *
   * @throws the signal's reason when that aborts first
   */
  until(isSo: () => boolean, signal: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      const finish = (): void => {
        stop();
        signal.removeEventListener("abort", onAbort);
      };
      const onAbort = (): void => {
        finish();
        reject(signal.reason);
      };
      const look = (): void => {
        if (!isSo()) return;
        finish();
        resolve();
      };
      const stop = this.on(look);
      if (signal.aborted) return onAbort();
      signal.addEventListener("abort", onAbort);
      look();
    });
  }

  /** Ends at once, without telling the server, and closes the transport. Again, it does nothing. */
  async close(): Promise<void> {
    this.#do(() => this.#core.abandon());
    this.#isClosed = true;
    await this.#transport.close();
  }

  #onFault(error: unknown): void {
    if (!this.#isClosed) this.#fault ??= error;
    this.#do(() => this.#core.abandon());
  }

  /** Does something with the core, and then what came of it. */
  #do(work: (nowMs: number) => void): void {
    if (this.#isClosed) return;
    work(this.#clock.monotonicMs());
    this.#pass();
  }

  #pass(): void {
    for (const datagram of this.#core.takeDatagrams()) this.#transport.send(datagram);
    for (const event of this.#core.takeEvents()) {
      for (const listener of this.#listeners) listener(event);
    }
    this.#setTimer();
  }

  #setTimer(): void {
    const dueMs = this.#isClosed ? Infinity : this.#core.dueMs;
    if (dueMs === this.#timerMs) return;
    this.#cancelTimer();
    this.#timerMs = dueMs;
    if (dueMs === Infinity) return;
    const waitMs = Math.max(0, dueMs - this.#clock.monotonicMs());
    this.#cancelTimer = this.#clock.after(waitMs, () => {
      this.#timerMs = Infinity;
      this.#do((nowMs) => this.#core.advance(nowMs));
    });
  }
}
