import {
  build,
  decodeFromCompressedBase64,
  encodeIntoCompressedBase64,
  type Histogram,
} from "hdr-histogram-js";

/** The greatest value that is kept, two minutes in microseconds; greater ones count as it. */
export const VALUE_MAX = 120_000_000;

/** A corrected value stands for as many as fit below it at this interval at least. */
const INTERVAL_MIN = 1_000;

const SHAPE = {
  bitBucketSize: 32,
  autoResize: false,
  lowestDiscernibleValue: 1,
  highestTrackableValue: VALUE_MAX,
  numberOfSignificantValueDigits: 3,
  useWebAssembly: false,
} as const;

/**
 * How often each value was, to three digits (HdrHistogram). It takes 70 KB, however many values there
 * are. Two are merged without loss.
 */
export class ValueHistogram {
  readonly #histogram: Histogram;

  /** Empty, or what {@linkcode encode} gave. @throws Error where `encoded` is none */
  constructor(encoded?: string) {
    this.#histogram = build(SHAPE);
    if (encoded !== undefined) this.#histogram.add(decodeFromCompressedBase64(encoded, 32, false));
  }

  /** How many values it holds. */
  get count(): number {
    return this.#histogram.totalCount;
  }

  /** The greatest, to three digits; 0 of an empty one. */
  get max(): number {
    return this.#histogram.maxValue;
  }

  /** 0 of an empty one. */
  get mean(): number {
    return this.count === 0 ? 0 : this.#histogram.mean;
  }

  /** Takes a value; false where it was beyond {@linkcode VALUE_MAX}. Below 0 and NaN count as 0. */
  record(value: number): boolean {
    this.#histogram.recordValue(keptValue(value));
    return !(value > VALUE_MAX);
  }

  /**
   * Takes what somebody waited who would have asked every `interval` and could not while waiting: each of
   * those that were not asked would have waited, the longest an interval less than this one. So one long
   * wait is not one value among many short ones (coordinated omission).
   */
  recordCorrected(value: number, interval: number): boolean {
    this.#histogram.recordValueWithExpectedInterval(
      keptValue(value),
      Math.max(INTERVAL_MIN, Math.round(interval)),
    );
    return !(value > VALUE_MAX);
  }

  /** The value that so many percent are not above; 0 of an empty one. */
  at(percentile: number): number {
    return this.count === 0
      ? 0
      : Math.min(this.#histogram.getValueAtPercentile(percentile), this.max);
  }

  /** Takes all that another holds. */
  add(other: ValueHistogram): void {
    if (other.count > 0) this.#histogram.add(other.#histogram);
  }

  /** Empties it. */
  reset(): void {
    this.#histogram.reset();
  }

  /** As a text, for another process. */
  encode(): string {
    return encodeIntoCompressedBase64(this.#histogram);
  }
}

function keptValue(value: number): number {
  return Math.min(Math.max(Math.round(value) || 0, 0), VALUE_MAX);
}
