import type { Clock } from "../clock.ts";

/** The bounds of a {@linkcode RateLimiter}. */
export interface RateLimiterOptions {
  /** Tokens that come back to a key each second; above 0, fractions allowed. */
  readonly ratePerSecond: number;
  /** Tokens that a key has at most, and at first; 1 or more. */
  readonly burst: number;
  /** Keys that it remembers at once; 1 or more. */
  readonly keysMax: number;
  /** Measures the time. */
  readonly clock: Clock;
}

/** A key's tokens, linked to the keys used before and after it. */
interface Bucket {
  key: string;
  tokens: number;
  updatedMs: number;
  older: Bucket | undefined;
  newer: Bucket | undefined;
}

/** Refilled keys forgotten for each new one, so that the memory shrinks when many keys are gone. */
const FORGOTTEN_PER_NEW_KEY = 2;

/**
 * A token bucket for each key. A key is forgotten only when its bucket is full again, which changes
 * nothing for it. With `keysMax` keys and the longest unused of them still short of tokens, a new key
 * is refused and counted: making up keys never has a debt forgotten, and bounds what all keys get
 * together. Constant time, no timers, nothing allocated for a known key.
 */
export class RateLimiter {
  readonly #tokensPerMs: number;
  readonly #burst: number;
  readonly #keysMax: number;
  readonly #clock: Clock;
  readonly #buckets = new Map<string, Bucket>();
  #oldest: Bucket | undefined;
  #newest: Bucket | undefined;
  #refusedKeyCount = 0;

  /**
   * Knows no key yet.
   *
   * @throws RangeError where a bound is not a positive number as described
   */
  constructor(options: RateLimiterOptions) {
    const { ratePerSecond, burst, keysMax, clock } = options;
    if (!(ratePerSecond > 0 && burst >= 1 && keysMax >= 1)) {
      throw new RangeError(
        `Cannot limit to ${ratePerSecond}/s, burst ${burst}, ${keysMax} keys: must be positive`,
      );
    }
    this.#tokensPerMs = ratePerSecond / 1_000;
    this.#burst = burst;
    this.#keysMax = keysMax;
    this.#clock = clock;
  }

  /** Keys that it remembers. */
  get size(): number {
    return this.#buckets.size;
  }

  /** How often a new key was refused because there was no room for it. */
  get refusedKeyCount(): number {
    return this.#refusedKeyCount;
  }

  /** Takes `cost` tokens of the key, or none and gives false where it has fewer. `cost` is above 0. */
  tryTake(key: string, cost = 1): boolean {
    const nowMs = this.#clock.monotonicMs();
    const bucket = this.#buckets.get(key);
    if (bucket === undefined) return this.#tryTakeNew(key, { cost, nowMs });
    bucket.tokens = this.#tokensAt(bucket, nowMs);
    bucket.updatedMs = nowMs;
    if (bucket !== this.#newest) {
      this.#unlink(bucket);
      this.#linkNewest(bucket);
    }
    if (bucket.tokens < cost) return false;
    bucket.tokens -= cost;
    return true;
  }

  /** Whether the key has `cost` tokens now; none is taken. */
  has(key: string, cost = 1): boolean {
    const bucket = this.#buckets.get(key);
    const tokens = bucket === undefined
      ? this.#burst
      : this.#tokensAt(bucket, this.#clock.monotonicMs());
    return tokens >= cost;
  }

  #tryTakeNew(
    key: string,
    { cost, nowMs }: { readonly cost: number; readonly nowMs: number },
  ): boolean {
    // It has a full bucket; one that stays full need not be remembered.
    if (cost > this.#burst) return false;
    const spare = this.#forgetRefilled(nowMs);
    if (this.#buckets.size >= this.#keysMax) {
      this.#refusedKeyCount++;
      return false;
    }
    const tokens = this.#burst - cost;
    const bucket = spare ??
      { key, tokens, updatedMs: nowMs, older: undefined, newer: undefined };
    bucket.key = key;
    bucket.tokens = tokens;
    bucket.updatedMs = nowMs;
    this.#buckets.set(key, bucket);
    this.#linkNewest(bucket);
    return true;
  }

  /** Forgets the longest unused keys that have every token again; gives one's bucket for reuse. */
  #forgetRefilled(nowMs: number): Bucket | undefined {
    let spare: Bucket | undefined;
    for (let count = 0; count < FORGOTTEN_PER_NEW_KEY; count++) {
      const oldest = this.#oldest;
      if (oldest === undefined || this.#tokensAt(oldest, nowMs) < this.#burst) break;
      this.#unlink(oldest);
      this.#buckets.delete(oldest.key);
      spare = oldest;
    }
    return spare;
  }

  #tokensAt(bucket: Bucket, nowMs: number): number {
    const refill = (nowMs - bucket.updatedMs) * this.#tokensPerMs;
    return Math.min(this.#burst, bucket.tokens + refill);
  }

  #unlink(bucket: Bucket): void {
    if (bucket.older === undefined) this.#oldest = bucket.newer;
    else bucket.older.newer = bucket.newer;
    if (bucket.newer === undefined) this.#newest = bucket.older;
    else bucket.newer.older = bucket.older;
    bucket.older = undefined;
    bucket.newer = undefined;
  }

  #linkNewest(bucket: Bucket): void {
    bucket.older = this.#newest;
    if (this.#newest === undefined) this.#oldest = bucket;
    else this.#newest.newer = bucket;
    this.#newest = bucket;
  }
}
