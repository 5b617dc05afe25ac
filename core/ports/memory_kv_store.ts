import type { Clock } from "../clock.ts";
import { ExpiringMap } from "./expiring_map.ts";
import type { KvStore, ScoredMember, TtlOptions } from "./kv_store.ts";
import { SortedSet } from "./sorted_set.ts";

/** Keys that are looked at for expired ones when the store is full. */
const SWEEP_WHEN_FULL = 1024;

/** What a {@linkcode MemoryKvStore} needs. */
export interface MemoryKvStoreOptions {
  /** Measures lifetimes. */
  readonly clock: Clock;
  /** Keys and members of sorted sets at most; beyond it what would add one rejects. Default 1 000 000. */
  readonly keysMax?: number;
}

/** A {@linkcode KvStore} inside this process. */
export class MemoryKvStore implements KvStore {
  readonly endsWithProcess = true;
  readonly #entries: ExpiringMap<string | SortedSet>;
  readonly #keysMax: number;
  #memberCount = 0;
  #closed = false;

  /** Empty at first. */
  constructor(options: MemoryKvStoreOptions) {
    this.#entries = new ExpiringMap(options.clock);
    this.#keysMax = options.keysMax ?? 1_000_000;
  }

  get(key: string): Promise<string | undefined> {
    return this.#run("get", key, () => this.#string("get", key));
  }

  set(key: string, value: string, options?: TtlOptions): Promise<void> {
    return this.#run("set", key, () => this.#write(key, value, options));
  }

  compareAndSet(
    key: string,
    expected: string | undefined,
    next: string | undefined,
    options?: TtlOptions,
  ): Promise<boolean> {
    return this.#run("compare and set", key, () => {
      if (this.#string("compare and set", key) !== expected) return false;
      if (next === undefined) this.#entries.delete(key);
      else this.#write(key, next, options);
      return true;
    });
  }

  take(key: string): Promise<string | undefined> {
    return this.#run("take", key, () => {
      const value = this.#string("take", key);
      this.#entries.delete(key);
      return value;
    });
  }

  delete(key: string): Promise<boolean> {
    return this.#run("delete", key, () => this.#delete(key));
  }

  increment(key: string, by: number, options?: TtlOptions): Promise<number> {
    return this.#run("increment", key, () => {
      const text = this.#string("increment", key);
      const sum = (/^-?\d+$/.test(text ?? "0") ? Number(text ?? 0) : NaN) + by;
      if (!Number.isSafeInteger(sum)) {
        throw new Error(`Cannot increment ${key}: the value or the sum is no exact integer`);
      }
      if (text === undefined) this.#write(key, String(sum), options);
      else this.#entries.replace(key, String(sum));
      return sum;
    });
  }

  ttlMs(key: string): Promise<number | undefined> {
    return this.#run("read the time to live of", key, () => this.#entries.ttlMs(key));
  }

  keys(prefix: string, limit: number): Promise<string[]> {
    return this.#run("list", prefix, () => {
      const found: string[] = [];
      for (const key of this.#entries.keys()) {
        if (found.length >= limit) break;
        if (key.startsWith(prefix)) found.push(key);
      }
      return found;
    });
  }

  sortedSetAdd(key: string, member: string, score: number): Promise<void> {
    return this.#run("add to", key, () => {
      if (Number.isNaN(score)) throw new Error(`Cannot add to ${key}: the score is no number`);
      const existing = this.#set("add to", key);
      if (existing?.has(member)) return existing.add(member, score);
      this.#makeRoom(key);
      const set = existing ?? new SortedSet();
      if (existing === undefined) this.#entries.set(key, set, undefined);
      set.add(member, score);
      this.#memberCount++;
    });
  }

  sortedSetRemove(key: string, member: string): Promise<boolean> {
    return this.#run("remove from", key, () => {
      const set = this.#set("remove from", key);
      if (set === undefined || !set.remove(member)) return false;
      this.#memberCount--;
      if (set.size === 0) this.#entries.delete(key);
      return true;
    });
  }

  sortedSetRange(
    key: string,
    range: { readonly min: number; readonly max: number; readonly limit: number },
  ): Promise<ScoredMember[]> {
    return this.#run("read", key, () => this.#set("read", key)?.range(range) ?? []);
  }

  close(): Promise<void> {
    this.#closed = true;
    this.#entries.clear();
    this.#memberCount = 0;
    return Promise.resolve();
  }

  // One synchronous step each: that is what makes an operation atomic.
  #run<T>(action: string, key: string, step: () => T): Promise<T> {
    return Promise.try(() => {
      if (this.#closed) throw new Error(`Cannot ${action} ${key}: the key-value store is closed`);
      return step();
    });
  }

  #string(action: string, key: string): string | undefined {
    const value = this.#entries.get(key);
    if (!(value instanceof SortedSet)) return value;
    throw new Error(`Cannot ${action} ${key}: it holds a sorted set`);
  }

  #set(action: string, key: string): SortedSet | undefined {
    const value = this.#entries.get(key);
    if (typeof value !== "string") return value;
    throw new Error(`Cannot ${action} ${key}: it holds a string`);
  }

  #write(key: string, value: string, options: TtlOptions | undefined): void {
    const ttlMs = options?.ttlMs;
    if (ttlMs !== undefined && !(ttlMs > 0)) {
      throw new RangeError(`Cannot set ${key}: the time to live must be above 0, is ${ttlMs}`);
    }
    if (this.#entries.get(key) === undefined) this.#makeRoom(key);
    this.#delete(key);
    this.#entries.set(key, value, ttlMs);
  }

  #delete(key: string): boolean {
    const value = this.#entries.get(key);
    if (value instanceof SortedSet) this.#memberCount -= value.size;
    return this.#entries.delete(key);
  }

  #makeRoom(key: string): void {
    const isFull = (): boolean => this.#entries.size + this.#memberCount >= this.#keysMax;
    if (isFull()) this.#entries.sweep(SWEEP_WHEN_FULL);
    if (isFull()) throw new Error(`Cannot add ${key}: the store holds ${this.#keysMax} keys`);
  }
}
