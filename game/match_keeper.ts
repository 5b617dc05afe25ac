// Long because one lease is one state: claimed, kept, doubted, taken back or lost.
import type { CancelTimer, Clock } from "../core/clock.ts";
import { describeError, type Log } from "../core/log.ts";
import type { Counter } from "../core/metrics.ts";
import type { KvStore } from "../core/ports/kv_store.ts";
import type { PubSub } from "../core/ports/pub_sub.ts";
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
import { RELAY_PROBE } from "../core/protocol/match_relay.ts";
import { serverCommandSubject } from "../core/protocol/server_command.ts";
import type { GameSession } from "./game_session.ts";
import type { SessionEndReason } from "./leave_reason.ts";
import { encodeCheckpoint } from "./match_checkpoint.ts";
import type { SessionManager } from "./session_manager.ts";
import type { SessionWatch } from "./session_watch.ts";

/** What a keeper works with. */
export interface MatchKeeperOptions {
  /** Holds leases and checkpoints. */
  readonly kvStore: KvStore;
  /** Shows whether others can reach this server. */
  readonly pubSub: PubSub;
  /** Whose matches are kept. */
  readonly sessions: Pick<SessionManager, "pause" | "goOn" | "release">;
  /** Measures the time. */
  readonly clock: Clock;
  /** Told of matches that are in doubt or lost. */
  readonly log: Log;
  /** This server, as others are to find it. */
  readonly owner: () => Omit<MatchOwner, "epoch">;
  /** Resolves once what was written to the history outlives this process. */
  readonly written: () => Promise<void>;
  /** Counts leases and checkpoints that could not be written. */
  readonly failed: Counter;
  /** Counts matches that are another server's now. */
  readonly fenced: Counter;
}

/** How often each lease is renewed and its match's checkpoint written, in milliseconds. */
export const KEEP_PERIOD_MS = 1_000;
/** However much happens in a match, it is kept this often at most, in milliseconds. */
const KEEP_PERIOD_MS_MIN = 200;
/**
 * For how long a lease is relied on, in milliseconds from when it was asked for: less than it counts, so
 * that a match stops here before it can go on elsewhere.
 */
export const LEASE_RELIED_MS = 2_500;
/** How long a checkpoint is kept after its match's owner is gone, in milliseconds. */
const CHECKPOINT_TTL_MS = 10 * 60_000;
/** Longer than the longest match, which is an hour. */
const EPOCH_TTL_MS = 65 * 60_000;
/** The epoch of a match that is over: nobody's, not even a former owner's who has slept meanwhile. */
const EPOCH_OVER = "0";
/** For how long it is remembered that a match is over, in milliseconds: nobody sleeps longer and has players. */
const EPOCH_OVER_TTL_MS = 10 * 60_000;

/** Less than whoever orders a match waits, in milliseconds. */
const CLAIM_MS_MAX = 500;
const LOOK_MS = 25;
const WRITES_IN_FLIGHT_MAX = 64;
/** How long this server listens for itself, how often, and how long it relies on it; in milliseconds. */
const ECHO_DEADLINE_MS = 500;
const ECHO_PERIOD_MS = 500;
const ECHO_RELIED_MS = 1_500;

interface Kept {
  readonly session: GameSession;
  /** As the store has the lease. */
  readonly value: string;
  /** Whether the store has had it. */
  isClaimed: boolean;
  /** Until when the lease is relied on, on the monotonic clock. */
  untilMs: number;
  isPaused: boolean;
  isBusy: boolean;
  /** The match is over, and that is being written down. */
  isEnding: boolean;
  /** When it is to be renewed. */
  dueMs: number;
  /** When it was renewed last. */
  keptMs: number;
  savedTick: number;
  isDirty: boolean;
}

/**
 * Keeps the leases of this server's matches, and writes their checkpoints. A match whose lease cannot be
 * renewed goes on only for as long as nobody else can have it: until the lease is near its end, or while
 * this server hears itself over `PubSub` - because whoever would go on with the match asks its owner there
 * first. So an outage of the store stops no match, and a server that is cut off from both stops its own.
 */
export class MatchKeeper implements SessionWatch {
  readonly #options: MatchKeeperOptions;
  readonly #kept = new Map<GameSession, Kept>();
  readonly #claims = new Map<GameSession, Promise<void>>();
  readonly #inHand = new Set<Promise<void>>();
  readonly #adopted = new Map<string, number>();
  #stopLooking: CancelTimer = () => {};
  #earliestMs = Infinity;
  #heardItselfMs = -Infinity;
  #echoDueMs = 0;

  /** Keeps nothing yet. */
  constructor(options: MatchKeeperOptions) {
    this.#options = options;
  }

  /** Begins to renew. */
  start(): void {
    this.#stopLooking = this.#options.clock.every(LOOK_MS, () => this.#look());
  }

  /** The match's lease was taken for this server, when it was asked for; `opened` follows. */
  adopt(matchId: string, askedMs: number): void {
    this.#adopted.set(matchId, askedMs);
  }

  /** The lease of this server for a match in an epoch, as the store has it. */
  leaseOf(epoch: number): string {
    return encodeMatchOwner({ ...this.#options.owner(), epoch });
  }

  /** Whether the match is surely this server's. */
  isOwned(session: GameSession): boolean {
    return this.#kept.get(session)?.isPaused === false;
  }

  opened(session: GameSession): void {
    const nowMs = this.#options.clock.monotonicMs();
    const askedMs = this.#adopted.get(session.id);
    this.#adopted.delete(session.id);
    const isClaimed = askedMs !== undefined;
    const kept: Kept = {
      session,
      value: this.leaseOf(session.match.epoch),
      isClaimed,
      // Nobody else can have a match that was never in the store.
      untilMs: isClaimed ? askedMs + LEASE_RELIED_MS : Infinity,
      isPaused: false,
      isBusy: false,
      isEnding: false,
      dueMs: nowMs,
      keptMs: -Infinity,
      savedTick: -1,
      isDirty: true,
    };
    this.#kept.set(session, kept);
    const claim = this.#keep(kept);
    this.#claims.set(session, claim);
    void claim.finally(() => this.#claims.delete(session));
  }

  changed(session: GameSession): void {
    const kept = this.#kept.get(session);
    if (kept === undefined) return;
    // Whoever has come must be able to come back, and no score may be lost.
    kept.isDirty = true;
    kept.dueMs = Math.min(kept.dueMs, kept.keptMs + KEEP_PERIOD_MS_MIN);
  }

  leaving(): void {
    // The process may have been stopped since the last step, and the match be another's.
    this.guard();
  }

  closed(session: GameSession, reason: SessionEndReason): void {
    const kept = this.#kept.get(session);
    if (kept === undefined) return;
    this.#kept.delete(session);
    // What has moved is kept by another.
    if (reason !== "moved") this.#track(this.#forget(kept));
  }

  /**
   * Resolves when it is written down whose the match is, or cannot be in a moment: it can be played all the
   * same, and the store is tried again. Never rejects.
   */
  async claimed(session: GameSession): Promise<void> {
    const claim = this.#claims.get(session);
    if (claim === undefined) return;
    const late = Promise.withResolvers<void>();
    const cancel = this.#options.clock.after(CLAIM_MS_MAX, late.resolve);
    await Promise.race([claim, late.promise]);
    cancel();
  }

  /**
   * Whether a match of this id goes on somewhere, or waits for a server to go on with it: it may not be begun
   * anew. False too where the store does not say so in a moment. Never rejects.
   */
  async isBegun(matchId: string): Promise<boolean> {
    const { kvStore, clock } = this.#options;
    const asked = kvStore.get(matchEpochKey(matchId)).then(
      (epoch) => epoch !== undefined,
      () => false,
    );
    const late = Promise.withResolvers<boolean>();
    const cancel = clock.after(CLAIM_MS_MAX, () => late.resolve(false));
    const isBegun = await Promise.race([asked, late.promise]);
    cancel();
    return isBegun;
  }

  /** Writes a checkpoint now. @throws Error where it cannot be written */
  async save(session: GameSession): Promise<void> {
    const { id, match } = session;
    await this.#options.kvStore.set(
      matchCheckpointKey(id, match.epoch),
      encodeCheckpoint(session),
      { ttlMs: CHECKPOINT_TTL_MS },
    );
  }

  /** To be called before steps are done: none is done for a match that may be another server's. */
  guard(): void {
    const nowMs = this.#options.clock.monotonicMs();
    if (nowMs < this.#earliestMs) return;
    this.#earliestMs = Infinity;
    const isHeard = nowMs - this.#heardItselfMs < ECHO_RELIED_MS;
    for (const kept of this.#kept.values()) {
      if (kept.isPaused) continue;
      const untilMs = isHeard
        ? Math.max(kept.untilMs, this.#heardItselfMs + ECHO_RELIED_MS)
        : kept.untilMs;
      if (nowMs >= untilMs) this.#pause(kept);
      else this.#earliestMs = Math.min(this.#earliestMs, untilMs);
    }
  }

  /** Renews no more, and waits for what is in hand. */
  async close(): Promise<void> {
    this.#stopLooking();
    await Promise.all([...this.#claims.values(), ...this.#inHand]);
  }

  #look(): void {
    this.#earliestMs = -Infinity;
    this.guard();
    const nowMs = this.#options.clock.monotonicMs();
    let isInDoubt = false;
    for (const kept of this.#kept.values()) {
      if (kept.untilMs - nowMs < LEASE_RELIED_MS - KEEP_PERIOD_MS) isInDoubt = true;
      if (kept.session.match.isOver && !kept.isEnding) this.#track(this.#finish(kept));
      if (kept.isBusy || kept.dueMs > nowMs || this.#inHand.size >= WRITES_IN_FLIGHT_MAX) continue;
      this.#track(this.#keep(kept));
    }
    if (isInDoubt && nowMs >= this.#echoDueMs) this.#track(this.#listenToItself());
  }

  #track(work: Promise<void>): void {
    const tracked = work.finally(() => this.#inHand.delete(tracked));
    this.#inHand.add(tracked);
  }

  #pause(kept: Kept): void {
    kept.isPaused = true;
    this.#options.log.warn("match_in_doubt", { match_id: kept.session.id });
    this.#options.sessions.pause(kept.session);
  }

  async #listenToItself(): Promise<void> {
    const { pubSub, clock, owner } = this.#options;
    const askedMs = clock.monotonicMs();
    this.#echoDueMs = askedMs + ECHO_PERIOD_MS;
    try {
      const subject = serverCommandSubject(owner().serverId);
      await pubSub.request(subject, RELAY_PROBE, { deadlineMs: ECHO_DEADLINE_MS });
      this.#heardItselfMs = askedMs;
    } catch {
      // Not to be heard is the answer.
    }
  }

  /** Renews the lease and writes the checkpoint. Never rejects. */
  async #keep(kept: Kept): Promise<void> {
    const { clock, failed, log } = this.#options;
    const { session } = kept;
    kept.isBusy = true;
    const askedMs = clock.monotonicMs();
    kept.dueMs = askedMs + KEEP_PERIOD_MS;
    kept.keptMs = askedMs;
    try {
      const isMine = await this.#renew(kept);
      if (!this.#kept.has(session)) return;
      if (!isMine) return await this.#lose(kept);
      kept.isClaimed = true;
      kept.untilMs = askedMs + LEASE_RELIED_MS;
      this.#earliestMs = Math.min(this.#earliestMs, kept.untilMs);
      if (kept.isPaused) this.#goOn(kept);
      await this.#write(kept);
    } catch (error) {
      failed.inc();
      log.debug("match_not_kept", { match_id: session.id, error: describeError(error) });
    } finally {
      kept.isBusy = false;
    }
  }

  #goOn(kept: Kept): void {
    kept.isPaused = false;
    this.#options.log.info("match_goes_on", { match_id: kept.session.id });
    this.#options.sessions.goOn(kept.session);
  }

  /** Whether the lease is this server's for another while. */
  async #renew({ session, value, isClaimed }: Kept): Promise<boolean> {
    const { kvStore } = this.#options;
    const { id, match } = session;
    const key = matchOwnerKey(id);
    const ttl = { ttlMs: MATCH_OWNER_TTL_MS };
    if (isClaimed && await kvStore.compareAndSet(key, value, value, ttl)) return true;
    // It ran out, or the store has lost it. It is still this server's where nobody has gone on since.
    const epoch = await kvStore.get(matchEpochKey(id));
    const own = String(match.epoch);
    if (epoch === undefined) {
      const isFirst = await kvStore.compareAndSet(matchEpochKey(id), undefined, own, {
        ttlMs: EPOCH_TTL_MS,
      });
      if (!isFirst) return false;
    } else if (epoch !== own) return false;
    return await kvStore.compareAndSet(key, undefined, value, ttl) ||
      // An answer that was lost: the store had it all the while.
      await kvStore.compareAndSet(key, value, value, ttl);
  }

  async #write(kept: Kept): Promise<void> {
    const { kvStore, clock } = this.#options;
    const { session } = kept;
    const { tick } = session.match.world;
    const isChanged = kept.isDirty || tick !== kept.savedTick;
    kept.isDirty = false;
    kept.savedTick = tick;
    await Promise.all([
      kvStore.sortedSetAdd(OWNED_MATCHES_KEY, session.id, clock.nowMs()),
      isChanged ? this.save(session) : undefined,
    ]);
  }

  /** Another server has the match: lets go of it, and says where it is. */
  async #lose({ session }: Kept): Promise<void> {
    const { kvStore, sessions, log, fenced } = this.#options;
    const value = await kvStore.get(matchOwnerKey(session.id));
    const owner = tryParseMatchOwner(value ?? "");
    if (!this.#kept.has(session)) return;
    fenced.inc();
    log.warn("match_fenced", {
      match_id: session.id,
      epoch: session.match.epoch,
      owner: owner?.serverId,
      owner_epoch: owner?.epoch,
    });
    sessions.release(session, owner && { host: owner.host, port: owner.udpPort });
  }

  /**
   * The match is over, though its players are still told. First its end is saved: whoever goes on with it
   * then ends it in the same way. Once it is written nobody may go on with it. Never rejects.
   */
  async #finish(kept: Kept): Promise<void> {
    kept.isEnding = true;
    try {
      // Without the store its end is known to the history alone.
      await this.save(kept.session).catch(() => this.#options.failed.inc());
      await this.#options.written();
      // What is being kept just now would be back in the store after it was forgotten.
      if (!kept.isBusy && this.#kept.delete(kept.session)) await this.#forget(kept);
    } catch (error) {
      const about = { match_id: kept.session.id, error: describeError(error) };
      this.#options.log.debug("match_end_not_written", about);
    }
    kept.isEnding = false;
  }

  /** The match is over. Never rejects. */
  async #forget({ session, value }: Kept): Promise<void> {
    const { kvStore, failed, log } = this.#options;
    const { id, match } = session;
    try {
      await kvStore.sortedSetRemove(OWNED_MATCHES_KEY, id);
      await kvStore.compareAndSet(matchEpochKey(id), String(match.epoch), EPOCH_OVER, {
        ttlMs: EPOCH_OVER_TTL_MS,
      });
      await kvStore.delete(matchCheckpointKey(id, match.epoch));
      await kvStore.compareAndSet(matchOwnerKey(id), value, undefined);
    } catch (error) {
      // Somebody may go on with a match that is over, for a moment: its checkpoint is from before its end.
      failed.inc();
      log.debug("match_not_forgotten", { match_id: id, error: describeError(error) });
    }
  }
}
