/** How often something is tried again that may have been lost. */
export interface RetryTimes {
  /** After how long for the first time, in milliseconds; twice as long each time after that. */
  readonly firstMs: number;
  /** The longest wait, in milliseconds. */
  readonly longestMs: number;
}

/** Says when something is to be sent, and when again as long as nobody answers. */
export class RetryTimer {
  readonly #times: RetryTimes;
  #waitMs: number;
  #dueMs: number;

  /** Due at once. */
  constructor(times: RetryTimes, nowMs: number) {
    this.#times = times;
    this.#waitMs = times.firstMs;
    this.#dueMs = nowMs;
  }

  /** When it is due. */
  get dueMs(): number {
    return this.#dueMs;
  }

  /** Whether it is due; if so, the next time is later. */
  take(nowMs: number): boolean {
    if (nowMs < this.#dueMs) return false;
    this.#dueMs = nowMs + this.#waitMs;
    this.#waitMs = Math.min(2 * this.#waitMs, this.#times.longestMs);
    return true;
  }

  /** Due at once, and quickly again after that. */
  restart(nowMs: number): void {
    this.#waitMs = this.#times.firstMs;
    this.#dueMs = nowMs;
  }
}
