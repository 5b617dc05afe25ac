import type { Clock } from "../clock.ts";
import { Deque } from "../deque.ts";

/**
 * Steps that run in order once the running task is over, as many as there may wait at most; those
 * that they add go to the end. Steps that add others for ever let timers and sockets have a turn.
 */
export class MicrotaskBacklog {
  readonly #clock: Clock;
  readonly #lengthMax: number;
  readonly #steps = new Deque<() => void>();
  #isDue = false;

  /** Takes up to `lengthMax` steps at a time. */
  constructor(clock: Clock, lengthMax: number) {
    this.#clock = clock;
    this.#lengthMax = lengthMax;
  }

  /** Adds a step, which must not throw; false where too many wait. */
  push(step: () => void): boolean {
    if (this.#steps.length >= this.#lengthMax) return false;
    this.#steps.push(step);
    if (!this.#isDue) queueMicrotask(() => this.#drain());
    this.#isDue = true;
    return true;
  }

  /** Forgets every step. */
  clear(): void {
    this.#steps.clear();
  }

  #drain(): void {
    for (let done = 0; done < this.#lengthMax; done++) {
      const step = this.#steps.shift();
      if (step === undefined) {
        this.#isDue = false;
        return;
      }
      step();
    }
    this.#clock.after(0, () => this.#drain());
  }
}
