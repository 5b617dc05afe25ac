import type { KvStore } from "../core/ports/kv_store.ts";
import {
  encodeMatchOwner,
  MATCH_OWNER_TTL_MS,
  matchCheckpointKey,
  matchEpochKey,
  type MatchOwner,
  matchOwnerKey,
  OWNED_MATCHES_KEY,
  tryParseMatchOwner,
} from "../core/protocol/match_owner.ts";
import { EPOCH_OVER_TTL_MS, EPOCH_TTL_MS } from "./match_timing.ts";

/** What a lease is about. */
export interface MatchLeaseOptions {
  /** Holds it. */
  readonly kvStore: KvStore;
  /** The match. */
  readonly matchId: string;
  /** This server, as others are to find it, in the epoch in which it has the match. */
  readonly owner: () => MatchOwner;
  /** Whether the store has it already. */
  readonly isClaimed: boolean;
}

/** The epoch of a match that is over: nobody's, not even a former owner's who has slept meanwhile. */
export const EPOCH_OVER = "0";
/** The lease may change between two looks at it, by what this server has still on the way: it is tried so often. */
const TRIES_MAX = 2;

/** The lease of one match of this server, in the store. Its text never comes back once it has changed. */
export class MatchLease {
  readonly #options: MatchLeaseOptions;
  /** As the store had it last. */
  #value: string;
  /** As the store is to have it. */
  #next: string;
  #isClaimed: boolean;
  /** How often the match was offered, or the offer withdrawn. */
  #offers = 0;

  /** Writes nothing yet. */
  constructor(options: MatchLeaseOptions) {
    this.#options = options;
    this.#isClaimed = options.isClaimed;
    this.#next = encodeMatchOwner(options.owner());
    this.#value = this.#next;
  }

  /** Whether the store has it as it is to be, as far as this server knows. */
  get isUpToDate(): boolean {
    return this.#value === this.#next;
  }

  /** Has the next renewal offer the match to a server, and to no other any more; gives the offer's number. */
  offerTo(serverId: string): number {
    return this.#reword(serverId);
  }

  /** Has the next renewal withdraw the offers that there were. */
  withdraw(): void {
    if (this.#offers > 0) this.#reword(undefined);
  }

  /**
   * Takes it or makes it last, as it is to be; false where another has the match. Not to be called again before it
   * is done. @throws Error where the store does not say
   */
  async renew(): Promise<boolean> {
    const next = this.#next;
    if (!await this.#write(next)) return false;
    this.#isClaimed = true;
    this.#value = next;
    return true;
  }

  /** The match is over: nobody may go on with it. @throws Error where that cannot be written */
  async forget(): Promise<void> {
    const { kvStore, matchId, owner } = this.#options;
    const { epoch } = owner();
    await kvStore.sortedSetRemove(OWNED_MATCHES_KEY, matchId);
    await kvStore.compareAndSet(matchEpochKey(matchId), String(epoch), EPOCH_OVER, {
      ttlMs: EPOCH_OVER_TTL_MS,
    });
    await kvStore.delete(matchCheckpointKey(matchId, epoch));
    await kvStore.compareAndSet(matchOwnerKey(matchId), this.#value, undefined);
  }

  #reword(offeredTo: string | undefined): number {
    const offers = ++this.#offers;
    const owner = { ...this.#options.owner(), offers };
    this.#next = encodeMatchOwner(offeredTo === undefined ? owner : { ...owner, offeredTo });
    return offers;
  }

  async #write(next: string): Promise<boolean> {
    const { kvStore, matchId } = this.#options;
    const key = matchOwnerKey(matchId);
    const ttl = { ttlMs: MATCH_OWNER_TTL_MS };
    if (this.#isClaimed && await kvStore.compareAndSet(key, this.#value, next, ttl)) return true;
    // It ran out, or the store has lost it. It is still this server's where nobody has gone on since.
    if (!await this.#isNewest()) return false;
    for (let tries = 0; tries < TRIES_MAX; tries++) {
      const present = await kvStore.get(key);
      // Of an answer that was lost: the store has had it all the while.
      if (present !== undefined && !this.#isOwn(present)) return false;
      if (await kvStore.compareAndSet(key, present, next, ttl)) return true;
    }
    return false;
  }

  async #isNewest(): Promise<boolean> {
    const { kvStore, matchId, owner } = this.#options;
    const key = matchEpochKey(matchId);
    const own = String(owner().epoch);
    const epoch = await kvStore.get(key);
    if (epoch !== undefined) return epoch === own;
    return await kvStore.compareAndSet(key, undefined, own, { ttlMs: EPOCH_TTL_MS });
  }

  #isOwn(lease: string): boolean {
    const { serverId, epoch } = this.#options.owner();
    const owner = tryParseMatchOwner(lease);
    return owner?.serverId === serverId && owner.epoch === epoch;
  }
}
