/** The first and the longest delay between two attempts, in milliseconds. */
export interface RetryDelayRange {
  /** The first. */
  readonly minMs: number;
  /** The longest. */
  readonly maxMs: number;
}

/**
 * How long to wait after so many failures in a row: twice as long each time, up to a bound. A random
 * part, up to half of it, keeps many servers from coming back to a broker in the same moment.
 */
export function retryDelayMs(
  failureCount: number,
  range: RetryDelayRange,
  random: () => number,
): number {
  const wholeMs = Math.min(range.minMs * 2 ** Math.min(failureCount - 1, 30), range.maxMs);
  return wholeMs / 2 + random() * wholeMs / 2;
}
