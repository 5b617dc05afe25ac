import type { CancelTimer, Clock } from "./clock.ts";

interface Timer {
  dueMs: number;
  readonly order: number;
  readonly callback: () => void;
  readonly periodMs: number | undefined;
}

/** A clock that stands still until a test moves it. */
export class ManualClock implements Clock {
  #timers = new Set<Timer>();
  #elapsedMs = 0;
  #order = 0;
  readonly #originMs: number;

  /**
   * A clock without timers, at 0 on the monotonic scale.
   *
   * @param originMs the wall-clock time at which it stands, in milliseconds since the epoch
   */
  constructor(originMs = 1_700_000_000_000) {
    this.#originMs = originMs;
  }

  nowMs(): number {
    return this.#originMs + this.#elapsedMs;
  }

  monotonicMs(): number {
    return this.#elapsedMs;
  }

  after(delayMs: number, callback: () => void): CancelTimer {
    return this.#add(delayMs, callback, undefined);
  }

  every(periodMs: number, callback: () => void): CancelTimer {
    return this.#add(periodMs, callback, periodMs);
  }

  /** How many timers wait. */
  get timerCount(): number {
    return this.#timers.size;
  }

  /**
   * Moves time on, running each timer at its own moment, in order of time and then of creation.
   * Between two timers it lets promises settle, so that what one timer starts can set the next.
   */
  async advance(byMs: number): Promise<void> {
    const endMs = this.#elapsedMs + byMs;
    await settle();
    for (let due = this.#nextDue(endMs); due !== undefined; due = this.#nextDue(endMs)) {
      this.#elapsedMs = due.dueMs;
      if (due.periodMs === undefined) this.#timers.delete(due);
      else due.dueMs += due.periodMs;
      due.callback();
      await settle();
    }
    this.#elapsedMs = endMs;
  }

  #add(delayMs: number, callback: () => void, periodMs: number | undefined): CancelTimer {
    // A period of nothing would keep `advance` in one moment for ever.
    const period = periodMs === undefined ? undefined : Math.max(1, periodMs);
    const dueMs = this.#elapsedMs + Math.max(0, period ?? delayMs);
    const timer: Timer = { dueMs, order: this.#order++, callback, periodMs: period };
    this.#timers.add(timer);
    return () => void this.#timers.delete(timer);
  }

  #nextDue(endMs: number): Timer | undefined {
    let next: Timer | undefined;
    for (const timer of this.#timers) {
      if (timer.dueMs > endMs) continue;
      if (!next || timer.dueMs < next.dueMs) next = timer;
      else if (timer.dueMs === next.dueMs && timer.order < next.order) next = timer;
    }
    return next;
  }
}

// Long enough for a chain of a few awaits; a test that needs more advances twice.
async function settle(): Promise<void> {
  for (let turn = 0; turn < 16; turn++) await Promise.resolve();
}
