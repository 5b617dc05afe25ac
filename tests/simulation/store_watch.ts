import type { KvStore } from "../../core/ports/kv_store.ts";
import { tryParseMatchOwner } from "../../core/protocol/match_owner.ts";

/** The key of a lease, and none of those beside it. */
const LEASE_KEY = /^match:([^:]+)$/;
/** What a watch works with. */
export interface StoreWatchOptions {
  /** Told of what must not be. */
  readonly violation: (text: string) => void;
  /**
   * Whether a node could not reach the store a moment ago. Then a match that was ordered through the work queue,
   * which may bring an order twice, is played by two servers, of which one never had it in the store, until that
   * one can.
   */
  readonly wasWithoutStore: (node: string) => boolean;
}

const STATE_SUBJECT = /^match\.([^.]+)\.state\./;

/**
 * Watches what nodes do to matches: who has which of them in which epoch, as the store took it, and who speaks for
 * it on the bus. Of a match only the newest epoch may act.
 */
export class StoreWatch {
  readonly #options: StoreWatchOptions;
  /** The newest epoch of each match that was ever leased, and the node that has it. */
  readonly #newest = new Map<string, { epoch: number; node: string }>();
  /** The epoch in which a node has a match, by node and match. */
  readonly #epochs = new Map<string, number>();

  /** Nobody has anything yet. */
  constructor(options: StoreWatchOptions) {
    this.#options = options;
  }

  /** The store as one node changes it. */
  observe(store: KvStore, node: string): KvStore {
    return {
      get: (key) => store.get(key),
      set: (...all) => store.set(...all),
      compareAndSet: async (key, expected, next, options) => {
        const isDone = await store.compareAndSet(key, expected, next, options);
        const match = LEASE_KEY.exec(key)?.[1];
        if (isDone && match !== undefined && next !== undefined) this.#leased(match, node, next);
        return isDone;
      },
      take: (key) => store.take(key),
      delete: (key) => store.delete(key),
      increment: (...all) => store.increment(...all),
      ttlMs: (key) => store.ttlMs(key),
      keys: (...all) => store.keys(...all),
      sortedSetAdd: (...all) => store.sortedSetAdd(...all),
      sortedSetRemove: (...all) => store.sortedSetRemove(...all),
      sortedSetRange: (...all) => store.sortedSetRange(...all),
      close: () => Promise.resolve(),
    };
  }

  /** A node sends something over the bus. */
  published(node: string, subject: string, payload: string): void {
    // Notices are no play: who lets go of a match says so.
    if (!subject.startsWith("match.") || payload.startsWith("n")) return;
    const match = STATE_SUBJECT.exec(subject)?.[1];
    const newest = match === undefined ? undefined : this.#newest.get(match);
    if (match === undefined || newest === undefined || newest.node === node) return;
    const own = this.#epochs.get(`${node} ${match}`) ?? 0;
    if (own >= newest.epoch) return;
    const isUnclaimed = own === 0 && newest.epoch === 1;
    if (isUnclaimed && this.#options.wasWithoutStore(node)) return;
    this.#options.violation(
      `${node} plays ${match} in epoch ${own}, and ${newest.node} has epoch ${newest.epoch}`,
    );
  }

  #leased(match: string, node: string, lease: string): void {
    const owner = tryParseMatchOwner(lease);
    if (owner === undefined) return this.#options.violation(`a lease is none: ${lease}`);
    const { epoch, serverId } = owner;
    if (serverId !== node) this.#options.violation(`${node} took a lease for ${serverId}`);
    const newest = this.#newest.get(match);
    if (newest !== undefined && epoch < newest.epoch) {
      this.#options.violation(
        `match ${match} went back from epoch ${newest.epoch} to ${epoch}, ${node}`,
      );
    }
    const isTwice = newest !== undefined && epoch === newest.epoch && newest.node !== node;
    // Of a match that was ordered twice the first server could not keep its lease.
    if (isTwice && !(epoch === 1 && this.#options.wasWithoutStore(newest.node))) {
      this.#options.violation(`${node} and ${newest.node} have epoch ${epoch} of ${match}`);
    }
    if (newest === undefined || epoch >= newest.epoch) this.#newest.set(match, { epoch, node });
    this.#epochs.set(`${node} ${match}`, epoch);
  }
}
