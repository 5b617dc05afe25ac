import { type Clock, sleep } from "../../core/clock.ts";
import type { KvStore } from "../../core/ports/kv_store.ts";
import {
  matchOwnerKey,
  OWNED_MATCHES_KEY,
  tryParseMatchOwner,
} from "../../core/protocol/match_owner.ts";

const LOOK_MS = 100;
const MATCHES_MAX = 1_000;

/** Looks at the owners of all matches in the store, again and again, and notes what may not be. */
export class OwnerWatch {
  /** What was seen that may not be. */
  readonly faults: string[] = [];
  readonly #kvStore: KvStore;
  readonly #clock: Clock;
  readonly #owners = new Map<string, { epoch: number; server: string; readonly all: string[] }>();
  readonly #stopping = new AbortController();
  #looking: Promise<void> = Promise.resolve();

  /** Looks from now on. */
  constructor(kvStore: KvStore, clock: Clock) {
    this.#kvStore = kvStore;
    this.#clock = clock;
    this.#looking = this.#lookAgainAndAgain();
  }

  /** The owners of each match that had one, in their order. */
  get owners(): ReadonlyMap<string, readonly string[]> {
    return new Map([...this.#owners].map(([matchId, { all }]) => [matchId, all]));
  }

  /** The matches that a server has now, as far as was seen. */
  matchesOf(serverId: string): string[] {
    return [...this.#owners].flatMap(([matchId, { server }]) =>
      server === serverId ? [matchId] : []
    );
  }

  /** Looks no more. */
  async close(): Promise<void> {
    this.#stopping.abort();
    await this.#looking;
  }

  async #lookAgainAndAgain(): Promise<void> {
    const { signal } = this.#stopping;
    while (!signal.aborted) {
      try {
        await this.#look();
        await sleep(this.#clock, LOOK_MS, signal);
      } catch {
        // The store is away, or the watch ends: there is nothing to be seen.
        if (!signal.aborted) await sleep(this.#clock, LOOK_MS);
      }
    }
  }

  async #look(): Promise<void> {
    const range = { min: 0, max: Infinity, limit: MATCHES_MAX };
    const matches = await this.#kvStore.sortedSetRange(OWNED_MATCHES_KEY, range);
    await Promise.all(matches.map(async ({ member: matchId }) => {
      const value = await this.#kvStore.get(matchOwnerKey(matchId));
      const owner = value === undefined ? undefined : tryParseMatchOwner(value);
      if (owner !== undefined) this.#note(matchId, owner.serverId, owner.epoch);
    }));
  }

  #note(matchId: string, server: string, epoch: number): void {
    const known = this.#owners.get(matchId);
    if (known === undefined) {
      this.#owners.set(matchId, { epoch, server, all: [`${server} ${epoch}`] });
      return;
    }
    if (known.epoch === epoch && known.server === server) return;
    if (epoch <= known.epoch) {
      this.faults.push(
        `${matchId} was ${known.server}'s in epoch ${known.epoch}, then ${server}'s in ${epoch}`,
      );
    }
    known.all.push(`${server} ${epoch}`);
    known.server = server;
    known.epoch = epoch;
  }
}
