import type { CancelTimer, Clock } from "../clock.ts";

/**
 * Calls back once `delayMs` after the last `start`, unless stopped. Made to be started and stopped for
 * every line and write: it keeps at most one timer of the clock and lets it run on when postponed.
 */
export class Deadline {
  readonly #options: {
    readonly delayMs: number;
    readonly clock: Clock;
    readonly onDue: () => void;
  };
  #dueMs: number | undefined;
  #cancelTimer: CancelTimer | undefined;

  /** Nothing runs yet. `delayMs` in milliseconds. */
  constructor(
    options: { readonly delayMs: number; readonly clock: Clock; readonly onDue: () => void },
  ) {
    this.#options = options;
  }

  /** Counts from now on. */
  start(): void {
    const { delayMs, clock } = this.#options;
    this.#dueMs = clock.monotonicMs() + delayMs;
    this.#cancelTimer ??= clock.after(delayMs, this.#onTimer);
  }

  /** Counts no more. A timer of the clock may remain until it is due; it does nothing then. */
  stop(): void {
    this.#dueMs = undefined;
  }

  /** Stops and leaves no timer behind. */
  dispose(): void {
    this.#dueMs = undefined;
    this.#cancelTimer?.();
    this.#cancelTimer = undefined;
  }

  readonly #onTimer = (): void => {
    this.#cancelTimer = undefined;
    if (this.#dueMs === undefined) return;
    const { clock, onDue } = this.#options;
    const remainingMs = this.#dueMs - clock.monotonicMs();
    if (remainingMs > 0) {
      this.#cancelTimer = clock.after(Math.ceil(remainingMs), this.#onTimer);
      return;
    }
    this.#dueMs = undefined;
    onDue();
  };
}
