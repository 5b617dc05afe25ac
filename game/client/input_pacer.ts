/** A client runs so much faster or slower than the server at most. */
export const PACE_SHARE_MAX = 0.05;

/** How many ticks early inputs should come, where they come steadily. */
export const EARLY_TICKS = 1.5;
/** What unsteadiness adds to that, at most, in ticks. */
const EARLY_TICKS_MORE_MAX = 2;

const AVERAGE_SHARE = 1 / 16;
/** The pace for each tick that inputs come too early or late. */
const PACE_PER_TICK = 0.03;

/**
 * How fast the client's ticks run against the server's, so that its inputs come just before they are
 * needed: by what the server says with each snapshot of how long the newest input waited.
 */
export class InputPacer {
  #early: number = EARLY_TICKS;
  #deviation = 0;

  /** How many ticks early inputs come, smoothed; below 0 they come late. */
  get earlyTicks(): number {
    return this.#early;
  }

  /** How many ticks early they should come. */
  get wantedTicks(): number {
    return EARLY_TICKS + Math.min(this.#deviation, EARLY_TICKS_MORE_MAX);
  }

  /** Client ticks for each of the server's, 0.95..1.05. */
  get pace(): number {
    const change = (this.wantedTicks - this.#early) * PACE_PER_TICK;
    return 1 + Math.min(Math.max(change, -PACE_SHARE_MAX), PACE_SHARE_MAX);
  }

  /** Takes the server's hint: how many inputs waited, or, below 0, for how many ticks none came. */
  onHint(waitTicks: number): void {
    this.#deviation += (Math.abs(waitTicks - this.#early) - this.#deviation) * AVERAGE_SHARE;
    this.#early += (waitTicks - this.#early) * AVERAGE_SHARE;
  }
}
