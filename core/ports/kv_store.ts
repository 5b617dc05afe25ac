/** A member of a sorted set. */
export interface ScoredMember {
  /** Unique in its set. */
  readonly member: string;
  /** What the set is ordered by; not NaN. */
  readonly score: number;
}

/** How long a value lives. */
export interface TtlOptions {
  /** Milliseconds until it is gone, above 0; for ever if undefined. */
  readonly ttlMs?: number;
}

/**
 * Keys and values that expire, changed atomically one key at a time. A key holds a string or a sorted
 * set: what is meant for one rejects on the other, except `set`, `delete`, `ttlMs` and `keys`. A
 * sorted set without members is absent.
 */
export interface KvStore {
  /** What it holds ends with this process; undefined: it does not, or nobody knows. */
  readonly endsWithProcess?: boolean;
  /** The value; undefined where it is absent. */
  get(key: string): Promise<string | undefined>;
  /** Sets the value and its time to live, replacing both. */
  set(key: string, value: string, options?: TtlOptions): Promise<void>;
  /**
   * Sets `next` and its time to live, as `set` does, only where the value is `expected` (undefined:
   * absent); `next` undefined deletes. True when the value was `expected`.
   */
  compareAndSet(
    key: string,
    expected: string | undefined,
    next: string | undefined,
    options?: TtlOptions,
  ): Promise<boolean>;
  /** The value, removed in the same step; of many callers one gets it. */
  take(key: string): Promise<string | undefined>;
  /** True when there was one. */
  delete(key: string): Promise<boolean>;
  /**
   * Adds to an integer, absent being 0; the time to live is set when the key is created, and kept
   * after that. @throws Error when the value is no integer
   */
  increment(key: string, by: number, options?: TtlOptions): Promise<number>;
  /** Milliseconds left; undefined where the key is absent or lives for ever. */
  ttlMs(key: string): Promise<number | undefined>;
  /** Keys that start with the prefix, in no order, at most `limit`. */
  keys(prefix: string, limit: number): Promise<string[]>;
  /** Adds the member or moves it to the score. */
  sortedSetAdd(key: string, member: string, score: number): Promise<void>;
  /** True when it was a member. */
  sortedSetRemove(key: string, member: string): Promise<boolean>;
  /** Members with `min <= score <= max`, lowest first, then by member, at most `limit`. */
  sortedSetRange(
    key: string,
    range: { readonly min: number; readonly max: number; readonly limit: number },
  ): Promise<ScoredMember[]>;
  /** Closes the connection; everything rejects after that. Calling it again does nothing. */
  close(): Promise<void>;
}
