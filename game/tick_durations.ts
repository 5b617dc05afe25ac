import type { ValueHistogram } from "../core/metrics.ts";

/** How many ticks count: at 30 Hz the last 10 s or so, two broadcasts. */
export const TICKS_REMEMBERED = 300;

const PERCENTILE = 0.99;

/** Passes tick durations on to a histogram and remembers the latest, for the server's broadcast. */
export class TickDurations implements ValueHistogram {
  readonly #histogram: ValueHistogram;
  readonly #latestS = new Float64Array(TICKS_REMEMBERED);
  #count = 0;

  /** Passes on to `histogram`; nothing is remembered at first. */
  constructor(histogram: ValueHistogram) {
    this.#histogram = histogram;
  }

  /** Takes the duration of one tick, in seconds. */
  observe(durationS: number): void {
    this.#histogram.observe(durationS);
    this.#latestS[this.#count++ % TICKS_REMEMBERED] = durationS;
  }

  /** What 99 of 100 of the latest ticks took at most, in milliseconds, to 0.01; 0 before the first. */
  p99Ms(): number {
    const count = Math.min(this.#count, TICKS_REMEMBERED);
    if (count === 0) return 0;
    const sorted = this.#latestS.slice(0, count).sort();
    const durationS = sorted[Math.ceil(count * PERCENTILE) - 1] ?? 0;
    return Math.round(durationS * 100_000) / 100;
  }
}
