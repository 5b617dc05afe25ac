import type { Clock } from "../clock.ts";

/** Entries that each addition looks at for expired ones. */
const SWEEP_PER_SET = 4;

interface Entry<T> {
  readonly value: T;
  /** On the monotonic clock. */
  readonly expiresAtMs: number | undefined;
}

/**
 * A map whose entries may expire. An expired one is absent at once; its memory is freed when it is
 * next touched or when a later addition comes by it, a few entries each, so that no timer is needed.
 */
export class ExpiringMap<T> {
  readonly #clock: Clock;
  readonly #entries = new Map<string, Entry<T>>();
  /** Goes round and round; a Map's iterator lives with its changes. */
  #sweeper = this.#entries.entries();

  /** Measures lifetimes by the monotonic `clock`. */
  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Entries, with those that have expired and not been come by. */
  get size(): number {
    return this.#entries.size;
  }

  /** The value; undefined where it is absent. */
  get(key: string): T | undefined {
    return this.#live(key)?.value;
  }

  /** Milliseconds left; undefined where the key is absent or lives for ever. */
  ttlMs(key: string): number | undefined {
    const expiresAtMs = this.#live(key)?.expiresAtMs;
    return expiresAtMs === undefined ? undefined : expiresAtMs - this.#clock.monotonicMs();
  }

  /** Sets the value and its time to live, for ever if undefined. */
  set(key: string, value: T, ttlMs: number | undefined): void {
    this.sweep(SWEEP_PER_SET);
    const expiresAtMs = ttlMs === undefined ? undefined : this.#clock.monotonicMs() + ttlMs;
    this.#entries.set(key, { value, expiresAtMs });
  }

  /** Replaces the value of a key that is there and keeps its time to live. */
  replace(key: string, value: T): void {
    const entry = this.#live(key);
    if (entry !== undefined) this.#entries.set(key, { ...entry, value });
  }

  /** True when it was there. */
  delete(key: string): boolean {
    return this.#live(key) !== undefined && this.#entries.delete(key);
  }

  /** The keys that have not expired, in no order. */
  *keys(): Generator<string> {
    for (const [key, entry] of this.#entries) {
      if (!this.#isExpired(entry)) yield key;
    }
  }

  /** Removes every entry. */
  clear(): void {
    this.#entries.clear();
  }

  /** Looks at the next `count` entries and frees the expired ones. */
  sweep(count: number): void {
    for (let looked = 0; looked < count; looked++) {
      const next = this.#sweeper.next();
      if (next.done) {
        this.#sweeper = this.#entries.entries();
        return;
      }
      const [key, entry] = next.value;
      if (this.#isExpired(entry)) this.#entries.delete(key);
    }
  }

  #live(key: string): Entry<T> | undefined {
    const entry = this.#entries.get(key);
    if (entry === undefined || !this.#isExpired(entry)) return entry;
    this.#entries.delete(key);
    return undefined;
  }

  #isExpired(entry: Entry<T>): boolean {
    return entry.expiresAtMs !== undefined && entry.expiresAtMs <= this.#clock.monotonicMs();
  }
}
