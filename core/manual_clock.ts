import type { CancelTimer, Clock } from "./clock.ts";

interface Timer {
  dueMs: number;
  readonly order: number;
  readonly callback: () => void;
  readonly periodMs: number | undefined;
  isCancelled: boolean;
}

/** A clock that stands still until a test moves it. */
export class ManualClock implements Clock {
  /** A binary heap, the next that is due first; cancelled ones stay until then. */
  readonly #heap: Timer[] = [];
  #timerCount = 0;
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
    return this.#timerCount;
  }

  /**
   * Moves time on, running each timer at its own moment, in order of time and then of creation.
   * Between two timers it lets promises settle, so that what one timer starts can set the next.
   */
  async advance(byMs: number): Promise<void> {
    const endMs = this.#elapsedMs + byMs;
    await settle();
    for (let due = this.#takeDue(endMs); due !== undefined; due = this.#takeDue(endMs)) {
      this.#elapsedMs = due.dueMs;
      if (due.periodMs === undefined) {
        due.isCancelled = true;
        this.#timerCount--;
      } else {
        due.dueMs += due.periodMs;
        this.#push(due);
      }
      due.callback();
      await settle();
    }
    this.#elapsedMs = endMs;
  }

  #add(delayMs: number, callback: () => void, periodMs: number | undefined): CancelTimer {
    // A period of nothing would keep `advance` in one moment for ever.
    const period = periodMs === undefined ? undefined : Math.max(1, periodMs);
    const dueMs = this.#elapsedMs + Math.max(0, period ?? delayMs);
    const isCancelled = false;
    const timer: Timer = { dueMs, order: this.#order++, callback, periodMs: period, isCancelled };
    this.#timerCount++;
    this.#push(timer);
    return () => {
      if (!timer.isCancelled) this.#timerCount--;
      timer.isCancelled = true;
    };
  }

  #takeDue(endMs: number): Timer | undefined {
    for (let next = this.#heap[0]; next !== undefined; next = this.#heap[0]) {
      if (!next.isCancelled && next.dueMs > endMs) return undefined;
      this.#pop();
      if (!next.isCancelled) return next;
    }
    return undefined;
  }

  #push(timer: Timer): void {
    const heap = this.#heap;
    let index = heap.length;
    while (index > 0) {
      const parentIndex = (index - 1) >> 1;
      const parent = heap[parentIndex];
      if (parent === undefined || isBefore(parent, timer)) break;
      heap[index] = parent;
      index = parentIndex;
    }
    heap[index] = timer;
  }

  #pop(): void {
    const heap = this.#heap;
    const last = heap.pop();
    if (last === undefined || heap.length === 0) return;
    let index = 0;
    for (;;) {
      const [left, right] = [heap[2 * index + 1], heap[2 * index + 2]];
      const isRight = left !== undefined && right !== undefined && isBefore(right, left);
      const child = isRight ? right : left;
      if (child === undefined || isBefore(last, child)) break;
      heap[index] = child;
      index = 2 * index + (isRight ? 2 : 1);
    }
    heap[index] = last;
  }
}

/** Of two that are due at once the one that was set first comes first. */
function isBefore(one: Timer, other: Timer): boolean {
  return one.dueMs < other.dueMs || (one.dueMs === other.dueMs && one.order < other.order);
}

// Long enough for a chain of a few awaits; a test that needs more advances twice.
async function settle(): Promise<void> {
  for (let turn = 0; turn < 16; turn++) await Promise.resolve();
}
