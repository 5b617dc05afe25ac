// Long because taking a match over is one decision, from doubt to the first step.
import type { CancelTimer, Clock } from "../core/clock.ts";
import { describeError, type Log } from "../core/log.ts";
import type { Counter } from "../core/metrics.ts";
import type { KvStore } from "../core/ports/kv_store.ts";
import { type PubSub, PubSubRequestError } from "../core/ports/pub_sub.ts";
import {
  MATCH_OWNER_TTL_MS,
  matchCheckpointKey,
  matchEpochKey,
  matchOwnerKey,
  OWNED_MATCHES_KEY,
  tryParseMatchOwner,
} from "../core/protocol/match_owner.ts";
import { matchInputSubject, RELAY_PROBE } from "../core/protocol/match_relay.ts";
import type { CommandRefusal } from "../core/protocol/server_command.ts";
import { type MatchCheckpoint, parseCheckpoint } from "./match_checkpoint.ts";
import type { MatchKeeper } from "./match_keeper.ts";
import type { SessionManager } from "./session_manager.ts";

/** What restoring works with. */
export interface MatchRestorerOptions {
  /** Holds leases and checkpoints. */
  readonly kvStore: KvStore;
  /** Asks an owner that does not renew whether it is there. */
  readonly pubSub: PubSub;
  /** Where matches go on. */
  readonly sessions: Pick<SessionManager, "findSession" | "restore">;
  /** Keeps them from then on. */
  readonly keeper: Pick<MatchKeeper, "adopt" | "leaseOf">;
  /** Whether this server takes another match. */
  readonly hasRoom: () => boolean;
  /** Measures the time. */
  readonly clock: Clock;
  /** Told of matches that come, or cannot. */
  readonly log: Log;
  /** Counts matches that went on here. */
  readonly restored: Counter;
}

/** An order to go on with a match that its owner hands over. */
export interface RestoreOrder {
  /** The match. */
  readonly matchId: string;
  /** Its owner. */
  readonly fromServerId: string;
  /** The owner's epoch, whose checkpoint it is. */
  readonly epoch: number;
}

/** What became of it. */
export type Restored = { readonly ok: true } | {
  readonly ok: false;
  readonly reason: CommandRefusal;
};

/** How often matches without an owner are looked for, in milliseconds. */
export const RESTORE_PERIOD_MS = 500;
/** Matches taken over in one look, at most. */
const RESTORES_MAX = 64;
const EPOCH_TTL_MS = 65 * 60_000;
const PROBE_DEADLINE_MS = 500;
/** A deadline that was seen to pass so late says nothing of who was asked; in milliseconds. */
const PROBE_TOOK_MS_MAX = 2 * PROBE_DEADLINE_MS;
/**
 * For how long an owner must not have answered, in milliseconds: one that cannot reach the store plays on for
 * almost as long after it has heard itself last.
 */
const SILENT_MS_MIN = 1_600;
/** Owners are asked so long before their leases run out, in milliseconds, so that nobody waits for that then. */
const ASKED_AHEAD_MS = 1_500;
const BAD_MAX = 1_000;
/** How many epochs back a checkpoint is looked for: a server may die between taking over and its first. */
const EPOCHS_BACK_MAX = 4;

/**
 * Goes on with matches whose owner does not renew its lease. The game servers themselves look for them:
 * the matchmakers may all be away, and whoever finds one is the one that can play it. Of many who try,
 * the first to raise the match's epoch in the store has it.
 */
export class MatchRestorer {
  readonly #options: MatchRestorerOptions;
  /** Since when the owner of each match that is late has not answered; of those that were looked at last. */
  #silentSinceMs = new Map<string, number>();
  /** Matches that cannot go on here, the latest last. */
  readonly #bad = new Set<string>();
  #stop: CancelTimer = () => {};
  #looking: Promise<void> | undefined;

  /** Looks for nothing before `start`. */
  constructor(options: MatchRestorerOptions) {
    this.#options = options;
  }

  /** Begins to look. */
  start(): void {
    this.#stop = this.#options.clock.every(RESTORE_PERIOD_MS, () => void this.look());
  }

  /** Looks for matches now. Never rejects. */
  look(): Promise<void> {
    this.#looking ??= this.#look().finally(() => this.#looking = undefined);
    return this.#looking;
  }

  /** Looks no more, and waits for what is in hand. */
  async close(): Promise<void> {
    this.#stop();
    await this.#looking;
  }

  /** Goes on with a match that its owner hands over. @throws Error for I/O, or a bad checkpoint */
  async take({ matchId, fromServerId, epoch }: RestoreOrder): Promise<Restored> {
    const { kvStore, hasRoom, sessions } = this.#options;
    if (sessions.findSession(matchId) !== undefined) return { ok: false, reason: "failed" };
    if (!hasRoom()) return { ok: false, reason: "full" };
    const lease = await kvStore.get(matchOwnerKey(matchId));
    const owner = tryParseMatchOwner(lease ?? "");
    if (owner?.serverId !== fromServerId || owner.epoch !== epoch) {
      return { ok: false, reason: "match_over" };
    }
    const checkpoint = await this.#read(matchId, epoch);
    if (checkpoint === undefined) return { ok: false, reason: "match_over" };
    const isTaken = await this.#goOn(checkpoint, { epoch, lease });
    return isTaken ? { ok: true } : { ok: false, reason: "failed" };
  }

  async #look(): Promise<void> {
    const { kvStore, clock, log, sessions, hasRoom } = this.#options;
    try {
      const max = clock.nowMs() - MATCH_OWNER_TTL_MS + ASKED_AHEAD_MS;
      const late = await kvStore.sortedSetRange(OWNED_MATCHES_KEY, {
        min: 0,
        max,
        limit: RESTORES_MAX,
      });
      const elsewhere = late.map(({ member }) => member).filter((matchId) =>
        sessions.findSession(matchId) === undefined && !this.#bad.has(matchId)
      );
      for (const matchId of await this.#findSilent(elsewhere)) {
        if (!hasRoom()) return;
        if (sessions.findSession(matchId) === undefined) await this.#consider(matchId);
      }
    } catch (error) {
      log.debug("matches_not_looked_for", { error: describeError(error) });
    }
  }

  /** Those of the matches whose owners have not answered for so long that they do not play on. */
  async #findSilent(matchIds: readonly string[]): Promise<string[]> {
    const { clock } = this.#options;
    const before = this.#silentSinceMs;
    // One that is not late any more, and is again later, begins anew.
    this.#silentSinceMs = new Map();
    const silent = await Promise.all(matchIds.map(async (matchId) => {
      const sinceMs = before.get(matchId) ?? clock.monotonicMs();
      if (await this.#isPlayed(matchId)) return [];
      this.#silentSinceMs.set(matchId, sinceMs);
      return clock.monotonicMs() - sinceMs >= SILENT_MS_MIN ? [matchId] : [];
    }));
    return silent.flat();
  }

  async #consider(matchId: string): Promise<void> {
    const { kvStore, log } = this.#options;
    if (await kvStore.get(matchOwnerKey(matchId)) !== undefined) return;
    const epoch = Number(await kvStore.get(matchEpochKey(matchId)));
    const checkpoint = epoch >= 1 ? await this.#tryRead(matchId, epoch) : undefined;
    if (checkpoint === undefined) {
      log.warn("match_lost", { match_id: matchId, epoch });
      return void await kvStore.sortedSetRemove(OWNED_MATCHES_KEY, matchId);
    }
    await this.#goOn(checkpoint, { epoch, lease: undefined });
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

  async #tryRead(matchId: string, epoch: number): Promise<MatchCheckpoint | undefined> {
    try {
      return await this.#read(matchId, epoch);
    } catch (error) {
      this.#refuse(matchId);
      this.#options.log.error("checkpoint_refused", {
        match_id: matchId,
        error: describeError(error),
      });
      throw error;
    }
  }

  #refuse(matchId: string): void {
    const [oldest] = this.#bad;
    if (this.#bad.size >= BAD_MAX && oldest !== undefined) this.#bad.delete(oldest);
    this.#bad.add(matchId);
  }

  async #read(matchId: string, epoch: number): Promise<MatchCheckpoint | undefined> {
    for (let back = 0; back < EPOCHS_BACK_MAX && epoch - back >= 1; back++) {
      const text = await this.#options.kvStore.get(matchCheckpointKey(matchId, epoch - back));
      if (text !== undefined) return parseCheckpoint(text);
    }
    return undefined;
  }

  /** Takes the lease, which must be as given, and sets the match going; false where another was quicker. */
  async #goOn(
    checkpoint: MatchCheckpoint,
    from: { readonly epoch: number; readonly lease: string | undefined },
  ): Promise<boolean> {
    const { kvStore, clock, keeper, log, restored, sessions } = this.#options;
    const { matchId } = checkpoint;
    const epoch = from.epoch + 1;
    const isFirst = await kvStore.compareAndSet(
      matchEpochKey(matchId),
      String(from.epoch),
      String(epoch),
      { ttlMs: EPOCH_TTL_MS },
    );
    if (!isFirst) return false;
    const askedMs = clock.monotonicMs();
    const key = matchOwnerKey(matchId);
    const lease = keeper.leaseOf(epoch);
    const ttl = { ttlMs: MATCH_OWNER_TTL_MS };
    if (!await kvStore.compareAndSet(key, from.lease, lease, ttl)) return false;
    try {
      keeper.adopt(matchId, askedMs);
      const session = sessions.restore(checkpoint, epoch);
      restored.inc();
      const { tick } = session.match.world;
      log.info("match_restored", { match_id: matchId, epoch, tick });
    } catch (error) {
      this.#refuse(matchId);
      log.error("match_not_restored", { match_id: matchId, error: describeError(error) });
      // Another server may be able to.
      await kvStore.compareAndSet(key, lease, undefined);
      return false;
    }
    await kvStore.delete(matchCheckpointKey(matchId, from.epoch - 1));
    return true;
  }
}
