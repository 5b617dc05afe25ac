import type { Clock } from "../core/clock.ts";
import type { KvStore } from "../core/ports/kv_store.ts";
import { type PubSub, PubSubRequestError } from "../core/ports/pub_sub.ts";
import { MATCH_OWNER_TTL_MS, OWNED_MATCHES_KEY } from "../core/protocol/match_owner.ts";
import { matchInputSubject, RELAY_PROBE } from "../core/protocol/match_relay.ts";
import {
  ASKED_AHEAD_MS,
  PROBE_DEADLINE_MS,
  PROBE_TOOK_MS_MAX,
  SILENT_MS_MIN,
} from "./match_timing.ts";
import type { SessionManager } from "./session_manager.ts";

/** What finding them works with. */
export interface LateMatchesOptions {
  /** Holds the list of the matches that somebody has. */
  readonly kvStore: Pick<KvStore, "sortedSetRange">;
  /** Asks an owner that does not renew whether it is there. */
  readonly pubSub: Pick<PubSub, "request">;
  /** Those that are here are nobody else's. */
  readonly sessions: Pick<SessionManager, "findSession">;
  /** Measures the time. */
  readonly clock: Clock;
}

/** Matches that are asked about in one look, at most, besides bad ones. */
const ASKED_MAX = 64;
/** Bad matches that are asked about again in one look, at most. */
const BAD_ASKED_MAX = 16;
/** Bad matches that are remembered; of more, the first is forgotten. */
const BAD_MAX = 4_000;
/** How long a bad match is left alone, in milliseconds. */
const BAD_MS = 2 * 60_000;
/** Late matches that are read at once. */
const PAGE_SIZE = 128;
/** Pages that are read in one look, at most: more than all that are bad. */
const PAGES_MAX = 40;

/**
 * Finds the matches whose owners neither renew their leases nor answer. Those that cannot go on here are passed
 * over, however many they are, and looked at again now and then: once nobody can go on with them they are lost.
 */
export class LateMatches {
  readonly #options: LateMatchesOptions;
  /** Since when the owner of each match that is late has not answered; of those that were looked at last. */
  #silentSinceMs = new Map<string, number>();
  /** Matches that cannot go on here, and until when they are left alone, on the monotonic clock; the latest last. */
  readonly #bad = new Map<string, number>();

  /** Knows of none yet. */
  constructor(options: LateMatchesOptions) {
    this.#options = options;
  }

  /** The match cannot go on here: it is left alone for a while. */
  refuse(matchId: string): void {
    // What is set again stays at its place else.
    this.#bad.delete(matchId);
    const [oldest] = this.#bad.keys();
    if (this.#bad.size >= BAD_MAX && oldest !== undefined) this.#bad.delete(oldest);
    this.#bad.set(matchId, this.#options.clock.monotonicMs() + BAD_MS);
  }

  /**
   * The matches whose owners have not answered for so long that they do not play on, bad ones last.
   *
   * @throws Error where the store or the bus does not say
   */
  async findSilent(): Promise<string[]> {
    const { clock } = this.#options;
    const matchIds = [...await this.#findLate(), ...this.#findDue()];
    const before = this.#silentSinceMs;
    // One that is not late any more, and is again later, begins anew.
    this.#silentSinceMs = new Map();
    const silent = await Promise.all(matchIds.map(async (matchId) => {
      const sinceMs = before.get(matchId) ?? clock.monotonicMs();
      const isPlayed = await this.#isPlayed(matchId);
      if (!isPlayed) this.#silentSinceMs.set(matchId, sinceMs);
      if (!isPlayed && clock.monotonicMs() - sinceMs < SILENT_MS_MIN) return [];
      // It is as good as any other until it is refused again.
      this.#bad.delete(matchId);
      return isPlayed ? [] : [matchId];
    }));
    return silent.flat();
  }

  /** The oldest matches that are late, without those that are here or bad. */
  async #findLate(): Promise<string[]> {
    const { kvStore, clock } = this.#options;
    const max = clock.nowMs() - MATCH_OWNER_TTL_MS + ASKED_AHEAD_MS;
    const found = new Set<string>();
    let min = 0;
    let limit = PAGE_SIZE;
    for (let page = 0; page < PAGES_MAX && found.size < ASKED_MAX; page++) {
      const late = await kvStore.sortedSetRange(OWNED_MATCHES_KEY, { min, max, limit });
      for (const { member } of late) if (this.#isOfUse(member)) found.add(member);
      const last = late.at(-1)?.score;
      if (last === undefined || late.length < limit) break;
      // Those of the last score come again, before others of the same.
      limit = PAGE_SIZE + late.filter(({ score }) => score === last).length;
      min = last;
    }
    return [...found].slice(0, ASKED_MAX);
  }

  #isOfUse(matchId: string): boolean {
    return !this.#bad.has(matchId) && this.#options.sessions.findSession(matchId) === undefined;
  }

  /** The bad matches that have been left alone for long enough. */
  #findDue(): string[] {
    const nowMs = this.#options.clock.monotonicMs();
    const due: string[] = [];
    for (const [matchId, untilMs] of this.#bad) {
      if (untilMs > nowMs || due.length >= BAD_ASKED_MAX) break;
      due.push(matchId);
    }
    return due;
  }

  /** Whether its owner answers, or may do so without our hearing it. */
  async #isPlayed(matchId: string): Promise<boolean> {
    const { pubSub, clock } = this.#options;
    const askedMs = clock.monotonicMs();
    try {
      await pubSub.request(matchInputSubject(matchId), RELAY_PROBE, {
        deadlineMs: PROBE_DEADLINE_MS,
      });
      return true;
    } catch (error) {
      if (!(error instanceof PubSubRequestError)) throw error;
      // Who cannot ask is cut off itself, and who has slept has not heard the answer.
      const hasSlept = clock.monotonicMs() - askedMs > PROBE_TOOK_MS_MAX;
      return hasSlept || error.failure === "unavailable";
    }
  }
}
