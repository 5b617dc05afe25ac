import type { KvStore } from "../core/ports/kv_store.ts";

/** `gained`: held from now on; `kept`: held as before; `other`: somebody else holds it. */
export type LeaseState = "gained" | "kept" | "other";

/** What a {@linkcode Lease} needs. */
export interface LeaseOptions {
  /** Where it is kept, for all to see. */
  readonly kvStore: KvStore;
  /** Its key there. */
  readonly key: string;
  /** Names this process; nobody else may use the same. */
  readonly holder: string;
  /** How long it is held without being asked for again. */
  readonly ttlMs: number;
}

/** A right that at most one process has at a time, and that another gains when its holder dies. */
export class Lease {
  readonly #options: LeaseOptions;

  /** Not held yet. */
  constructor(options: LeaseOptions) {
    this.#options = options;
  }

  /** Takes it or keeps it for another `ttlMs`. @throws Error when the store fails */
  async hold(): Promise<LeaseState> {
    const { kvStore, key, holder, ttlMs } = this.#options;
    if (await kvStore.compareAndSet(key, holder, holder, { ttlMs })) return "kept";
    return await kvStore.compareAndSet(key, undefined, holder, { ttlMs }) ? "gained" : "other";
  }

  /** Gives it up, where it is held. @throws Error when the store fails */
  async release(): Promise<void> {
    const { kvStore, key, holder } = this.#options;
    await kvStore.compareAndSet(key, holder, undefined);
  }
}
