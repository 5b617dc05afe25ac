// Long because taking a match over is one decision, from doubt to the first step.
import type { CancelTimer, Clock } from "../core/clock.ts";
import { describeError, type Log } from "../core/log.ts";
import type { Counter } from "../core/metrics.ts";
import type { KvStore } from "../core/ports/kv_store.ts";
import type { PubSub } from "../core/ports/pub_sub.ts";
import {
  MATCH_OWNER_TTL_MS,
  matchCheckpointKey,
  matchEpochKey,
  matchOwnerKey,
  OWNED_MATCHES_KEY,
  tryParseMatchOwner,
} from "../core/protocol/match_owner.ts";
import type { CommandRefusal } from "../core/protocol/server_command.ts";
import { LateMatches } from "./late_matches.ts";
import { type MatchCheckpoint, parseCheckpoint } from "./match_checkpoint.ts";
import type { MatchKeeper } from "./match_keeper.ts";
import { EPOCH_OVER } from "./match_lease.ts";
import { EPOCH_TTL_MS, PROBE_TOOK_MS_MAX, RESTORE_PERIOD_MS } from "./match_timing.ts";
import { type PreparedWorld, prepareWorld } from "./prepared_world.ts";
import type { SessionManager } from "./session_manager.ts";
import type { TankPool } from "./tank_pool.ts";

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
  /** Where their tanks come from. */
  readonly pool: TankPool;
  /** This server's id. */
  readonly serverId: string;
  /** Whether this server takes another match, besides so many that are about to come. */
  readonly hasRoom: (coming: number) => boolean;
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
  /** Which of the owner's offers it is: it must still be so in the store. */
  readonly offer: number;
}

/** What became of it. */
export type Restored = { readonly ok: true } | {
  readonly ok: false;
  readonly reason: CommandRefusal;
};

/** How many epochs back a checkpoint is looked for: a server may die between taking over and its first. */
const EPOCHS_BACK_MAX = 4;

/** As the store must have the match that is taken. */
interface From {
  readonly epoch: number;
  readonly lease: string | undefined;
}

/** A match that is this server's now. */
interface Taken {
  readonly epoch: number;
  readonly prepared: PreparedWorld;
  /** When its lease was asked for, on the monotonic clock. */
  readonly askedMs: number;
}

const REFUSED = {
  failed: { ok: false, reason: "failed" },
  full: { ok: false, reason: "full" },
  over: { ok: false, reason: "match_over" },
} as const;

/**
 * Goes on with matches whose owner does not renew its lease. The game servers themselves look for them:
 * the matchmakers may all be away, and whoever finds one is the one that can play it. Of many who try,
 * the first to raise the match's epoch in the store has it.
 */
export class MatchRestorer {
  readonly #options: MatchRestorerOptions;
  readonly #late: LateMatches;
  #stop: CancelTimer = () => {};
  #looking: Promise<void> | undefined;
  readonly #takes = new Set<Promise<unknown>>();
  /** Matches that are being taken, and are not sessions yet. */
  #coming = 0;

  /** Looks for nothing before `start`. */
  constructor(options: MatchRestorerOptions) {
    this.#options = options;
    this.#late = new LateMatches(options);
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

  /** Looks no more, and waits for what is in hand: what was taken is a session then. Never rejects. */
  async close(): Promise<void> {
    this.#stop();
    await Promise.allSettled([this.#looking, ...this.#takes]);
  }

  /** Goes on with a match that its owner hands over. @throws Error for I/O, or a bad checkpoint */
  take(order: RestoreOrder): Promise<Restored> {
    const take = this.#take(order).finally(() => this.#takes.delete(take));
    this.#takes.add(take);
    return take;
  }

  async #take({ matchId, fromServerId, epoch, offer }: RestoreOrder): Promise<Restored> {
    const { kvStore, hasRoom, serverId, sessions } = this.#options;
    if (sessions.findSession(matchId) !== undefined) return REFUSED.failed;
    if (!hasRoom(this.#coming)) return REFUSED.full;
    const lease = await kvStore.get(matchOwnerKey(matchId));
    const owner = tryParseMatchOwner(lease ?? "");
    const isOwners = owner?.serverId === fromServerId && owner.epoch === epoch;
    // An owner that has waited too long for the answer plays on, and the offer is no more.
    if (!isOwners || owner.offeredTo !== serverId || owner.offers !== offer) return REFUSED.over;
    const checkpoint = await this.#read(matchId, epoch);
    if (checkpoint === undefined) return REFUSED.over;
    return await this.#goOn(checkpoint, { epoch, lease });
  }

  async #look(): Promise<void> {
    const { clock, log, sessions, hasRoom } = this.#options;
    try {
      const silent = await this.#late.findSilent();
      // Later it says nothing any more of who was silent: they are asked again.
      const untilMs = clock.monotonicMs() + PROBE_TOOK_MS_MAX;
      for (const matchId of silent) {
        if (!hasRoom(this.#coming) || clock.monotonicMs() > untilMs) return;
        if (sessions.findSession(matchId) === undefined) await this.#tryConsider(matchId);
      }
    } catch (error) {
      log.debug("matches_not_looked_for", { error: describeError(error) });
    }
  }

  /** What goes wrong with one match must not keep the others waiting. */
  async #tryConsider(matchId: string): Promise<void> {
    try {
      await this.#consider(matchId);
    } catch (error) {
      const about = { match_id: matchId, error: describeError(error) };
      this.#options.log.debug("match_not_looked_at", about);
    }
  }

  async #consider(matchId: string): Promise<void> {
    const { kvStore, log } = this.#options;
    if (await kvStore.get(matchOwnerKey(matchId)) !== undefined) return;
    const newest = await kvStore.get(matchEpochKey(matchId));
    const epoch = Number(newest);
    const text = epoch >= 1 ? await this.#readText(matchId, epoch) : undefined;
    if (text === undefined) {
      const isRemoved = await kvStore.sortedSetRemove(OWNED_MATCHES_KEY, matchId);
      // One that is over may have been put back on the list by what its owner still had on the way.
      const isLost = isRemoved && newest !== EPOCH_OVER;
      return isLost ? log.warn("match_lost", { match_id: matchId, epoch }) : undefined;
    }
    const checkpoint = this.#tryParse(matchId, text);
    if (checkpoint !== undefined) await this.#goOn(checkpoint, { epoch, lease: undefined });
  }

  #tryParse(matchId: string, text: string): MatchCheckpoint | undefined {
    try {
      return parseCheckpoint(text);
    } catch (error) {
      this.#late.refuse(matchId);
      const about = { match_id: matchId, error: describeError(error) };
      this.#options.log.error("checkpoint_refused", about);
      return undefined;
    }
  }

  async #read(matchId: string, epoch: number): Promise<MatchCheckpoint | undefined> {
    const text = await this.#readText(matchId, epoch);
    return text === undefined ? undefined : parseCheckpoint(text);
  }

  async #readText(matchId: string, epoch: number): Promise<string | undefined> {
    for (let back = 0; back < EPOCHS_BACK_MAX && epoch - back >= 1; back++) {
      const text = await this.#options.kvStore.get(matchCheckpointKey(matchId, epoch - back));
      if (text !== undefined) return text;
    }
    return undefined;
  }

  /** Takes the lease, which must be as given, and sets the match going, where there is room for it. */
  async #goOn(checkpoint: MatchCheckpoint, from: From): Promise<Restored> {
    const { matchId } = checkpoint;
    const prepared = this.#prepare(checkpoint);
    if (prepared === "bad") return REFUSED.failed;
    if (prepared === undefined) return REFUSED.full;
    // Asked once more: since it was asked first the server may have begun to drain.
    if (!this.#options.hasRoom(this.#coming)) {
      prepared.discard();
      return REFUSED.full;
    }
    const askedMs = await this.#takeLease(matchId, from, prepared);
    if (askedMs === undefined) return REFUSED.failed;
    if (!await this.#setGoing(checkpoint, { epoch: from.epoch + 1, prepared, askedMs })) {
      return REFUSED.failed;
    }
    // The one that the match goes on from stays: there is no other before this server has written its own.
    const older = matchCheckpointKey(matchId, checkpoint.epoch - 1);
    // Else it is gone by itself in a while.
    await this.#options.kvStore.delete(older).catch(() => {});
    return { ok: true };
  }

  /** Made before the lease is taken: who cannot read a match, or lacks tanks for it, leaves it to others. */
  #prepare(checkpoint: MatchCheckpoint): PreparedWorld | "bad" | undefined {
    const { matchId } = checkpoint;
    try {
      return prepareWorld(checkpoint, this.#options.pool);
    } catch (error) {
      this.#late.refuse(matchId);
      const about = { match_id: matchId, error: describeError(error) };
      this.#options.log.error("match_not_restored", about);
      return "bad";
    }
  }

  /** When the lease was asked for; undefined where another was quicker, and the world is discarded. */
  async #takeLease(
    matchId: string,
    from: From,
    prepared: PreparedWorld,
  ): Promise<number | undefined> {
    let askedMs: number | undefined;
    this.#coming++;
    try {
      askedMs = await this.#tryLease(matchId, from);
      return askedMs;
    } finally {
      this.#coming--;
      if (askedMs === undefined) prepared.discard();
    }
  }

  async #tryLease(matchId: string, from: From): Promise<number | undefined> {
    const { kvStore, clock, keeper } = this.#options;
    const epochs = [String(from.epoch), String(from.epoch + 1)] as const;
    const ttl = { ttlMs: EPOCH_TTL_MS };
    const epochKey = matchEpochKey(matchId);
    if (!await kvStore.compareAndSet(epochKey, epochs[0], epochs[1], ttl)) return undefined;
    const askedMs = clock.monotonicMs();
    const lease = keeper.leaseOf(from.epoch + 1);
    const isTaken = await kvStore.compareAndSet(matchOwnerKey(matchId), from.lease, lease, {
      ttlMs: MATCH_OWNER_TTL_MS,
    });
    if (isTaken) return askedMs;
    // Its owner has it after all, and is to be the newest again.
    await kvStore.compareAndSet(epochKey, epochs[1], epochs[0], ttl);
    return undefined;
  }

  async #setGoing(checkpoint: MatchCheckpoint, taken: Taken): Promise<boolean> {
    const { kvStore, keeper, log, restored, sessions } = this.#options;
    const { matchId } = checkpoint;
    const { epoch, prepared, askedMs } = taken;
    try {
      keeper.adopt(matchId, askedMs);
      const session = sessions.restore(checkpoint, epoch, prepared);
      restored.inc();
      log.info("match_restored", { match_id: matchId, epoch, tick: session.match.world.tick });
      return true;
    } catch (error) {
      this.#late.refuse(matchId);
      log.error("match_not_restored", { match_id: matchId, error: describeError(error) });
      prepared.discard();
      // Another server may be able to.
      await kvStore.compareAndSet(matchOwnerKey(matchId), keeper.leaseOf(epoch), undefined);
      return false;
    }
  }
}
