/** Arrivals from which the delay is found. */
const ARRIVALS_KEPT = 64;
/** The share of arrivals for which the delay is long enough. */
const COVERED_SHARE = 0.95;
/** The least and the greatest delay, in snapshot periods. */
export const DELAY_PERIODS_MIN = 1;
/** See {@linkcode DELAY_PERIODS_MIN}. */
export const DELAY_PERIODS_MAX = 10;

/** What a delay is found from. */
export interface PlayoutDelayOptions {
  /** Milliseconds of a tick. */
  readonly tickMs: number;
  /** Milliseconds from one snapshot to the next, as the server means to send them. */
  readonly periodMs: number;
}

/**
 * How far behind the server what is shown has to be, so that there nearly always is a snapshot on either
 * side of it. For each arrival that is how late it came, on the scale of the quickest, after the tick of the
 * one before it: a period in a perfect network, more with jitter, and twice as much where one is lost.
 */
export class PlayoutDelay {
  readonly #options: PlayoutDelayOptions;
  readonly #offsets: number[] = [];
  readonly #needs: number[] = [];
  #lastTick = 0;

  /** Has seen no arrival. */
  constructor(options: PlayoutDelayOptions) {
    this.#options = options;
  }

  /** Notes an arrival; ticks ascend. */
  onArrival(tick: number, nowMs: number): void {
    const { tickMs } = this.#options;
    keep(this.#offsets, nowMs - tick * tickMs);
    if (this.#lastTick > 0) keep(this.#needs, nowMs - this.#lastTick * tickMs);
    this.#lastTick = tick;
  }

  /** When the quickest of the last snapshots would have left at tick 0, on the client's clock. */
  get originMs(): number {
    return Math.min(...this.#offsets);
  }

  /** The delay, in milliseconds. */
  get delayMs(): number {
    const { periodMs } = this.#options;
    const sorted = this.#needs.toSorted((a, b) => a - b);
    const need = sorted[Math.floor((sorted.length - 1) * COVERED_SHARE)] ?? -Infinity;
    const delayMs = need - this.originMs;
    const [min, max] = [DELAY_PERIODS_MIN * periodMs, DELAY_PERIODS_MAX * periodMs];
    return Number.isFinite(delayMs) ? Math.min(Math.max(delayMs, min), max) : 2 * periodMs;
  }
}

function keep(values: number[], value: number): void {
  values.push(value);
  if (values.length > ARRIVALS_KEPT) values.shift();
}
