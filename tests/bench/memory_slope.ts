/** How much memory a process had, and when. */
export interface MemorySample {
  /** On any clock, in milliseconds. */
  readonly atMs: number;
  /** Bytes then. */
  readonly bytes: number;
}

/** A straight line through samples of memory. */
export interface MemorySlope {
  /** Bytes by which it grows an hour, below 0 where it shrinks; NaN of fewer than two times. */
  readonly perHour: number;
  /** Bytes on the line at the first sample. */
  readonly first: number;
  /** Bytes on the line at the last sample. */
  readonly last: number;
}

const HOUR_MS = 3_600_000;

/**
 * The line with the least squared distance from samples
 * (https://en.wikipedia.org/wiki/Simple_linear_regression); NaN where they have no two times.
 */
export function memorySlope(samples: readonly MemorySample[]): MemorySlope {
  const meanMs = mean(samples.map(({ atMs }) => atMs));
  const meanBytes = mean(samples.map(({ bytes }) => bytes));
  let covariance = 0;
  let variance = 0;
  for (const { atMs, bytes } of samples) {
    covariance += (atMs - meanMs) * (bytes - meanBytes);
    variance += (atMs - meanMs) ** 2;
  }
  const perMs = covariance / variance;
  const at = (sample: MemorySample | undefined): number =>
    meanBytes + perMs * ((sample?.atMs ?? NaN) - meanMs);
  return { perHour: perMs * HOUR_MS, first: at(samples[0]), last: at(samples.at(-1)) };
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
