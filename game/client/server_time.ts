/** Answers from which the one with the shortest way is taken. */
const SAMPLES_KEPT = 8;
/** What share of the way to a better estimate is gone at once. */
const STEP_SHARE = 0.25;

/** When the server was at which tick. */
export interface TickSample {
  /** A fraction. */
  readonly tick: number;
  /** When the question left. */
  readonly sentMs: number;
  /** How long until the answer came. */
  readonly rttMs: number;
}

/** At which tick the server is now, from the answers to pings: of the last ones the quickest is believed. */
export class ServerTime {
  readonly #tickMs: number;
  readonly #samples: { readonly originMs: number; readonly rttMs: number }[] = [];
  #originMs: number | undefined;

  /** Knows nothing yet; @param tickRate ticks a second */
  constructor(tickRate: number) {
    this.#tickMs = 1_000 / tickRate;
  }

  /** Takes an answer. */
  onSample({ tick, sentMs, rttMs }: TickSample): void {
    // The answer was written half way, as far as anybody can tell.
    this.#samples.push({ originMs: sentMs + rttMs / 2 - tick * this.#tickMs, rttMs });
    if (this.#samples.length > SAMPLES_KEPT) this.#samples.shift();
    const best = this.#samples.reduce((a, b) => (b.rttMs < a.rttMs ? b : a));
    const originMs = this.#originMs ?? best.originMs;
    this.#originMs = originMs + (best.originMs - originMs) * STEP_SHARE;
  }

  /** The server's tick, a fraction; undefined before the first answer. */
  tickAt(nowMs: number): number | undefined {
    return this.#originMs === undefined ? undefined : (nowMs - this.#originMs) / this.#tickMs;
  }
}
