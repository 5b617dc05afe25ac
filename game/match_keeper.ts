// Long because one lease is one state: claimed, kept, doubted, offered, taken back or lost.
import type { CancelTimer } from "../core/clock.ts";
import { describeError } from "../core/log.ts";
import {
  encodeMatchOwner,
  matchCheckpointKey,
  matchEpochKey,
  matchOwnerKey,
  OWNED_MATCHES_KEY,
  tryParseMatchOwner,
} from "../core/protocol/match_owner.ts";
import type { GameSession } from "./game_session.ts";
import type { KeptMatch } from "./kept_match.ts";
import type { SessionEndReason } from "./leave_reason.ts";
import { encodeCheckpoint } from "./match_checkpoint.ts";
import type { MatchKeeperOptions } from "./match_keeper_options.ts";
import { MatchLease } from "./match_lease.ts";
import {
  CHECKPOINT_TTL_MS,
  KEEP_PERIOD_MS,
  KEEP_PERIOD_MS_MIN,
  LEASE_RELIED_MS,
} from "./match_timing.ts";
import { ServerEcho } from "./server_echo.ts";
import type { SessionWatch } from "./session_watch.ts";

/** Less than whoever orders a match waits, in milliseconds. */
const CLAIM_MS_MAX = 500;
const LOOK_MS = 25;
const WRITES_IN_FLIGHT_MAX = 64;

/**
 * Keeps the leases of this server's matches, and writes their checkpoints. A match whose lease cannot be
 * renewed goes on only for as long as nobody else can have it: until the lease is near its end, or while
 * this server hears itself over `PubSub` - because whoever would go on with the match asks its owner there
 * first. So an outage of the store stops no match, and a server that is cut off from both stops its own.
 */
export class MatchKeeper implements SessionWatch {
  readonly #options: MatchKeeperOptions;
  readonly #kept = new Map<GameSession, KeptMatch>();
  readonly #claims = new Map<GameSession, Promise<void>>();
  readonly #inHand = new Set<Promise<void>>();
  readonly #adopted = new Map<string, number>();
  readonly #echo: ServerEcho;
  #stopLooking: CancelTimer = () => {};
  #earliestMs = Infinity;

  /** Keeps nothing yet. */
  constructor(options: MatchKeeperOptions) {
    this.#options = options;
    this.#echo = new ServerEcho({ ...options, serverId: () => options.owner().serverId });
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
    return this.#kept.get(session)?.isInDoubt === false;
  }

  /**
   * Has the match stand still until `resume`, or until it is released: it is being handed over, and no checkpoint
   * but what `save` writes is made of it. False where it is not kept any more.
   */
  hold(session: GameSession): boolean {
    const kept = this.#kept.get(session);
    if (kept === undefined) return false;
    kept.isHeld = true;
    this.#pause(kept);
    return true;
  }

  /**
   * Offers a match that is held to a server, and to no other any more. Gives the number by which that one must
   * be told of it; undefined where the store has not taken it, or the match is another's. Never rejects.
   */
  async offer(session: GameSession, serverId: string): Promise<number | undefined> {
    const kept = this.#kept.get(session);
    if (kept === undefined) return undefined;
    const offer = kept.lease.offerTo(serverId);
    await kept.busy;
    await this.#keepNow(kept);
    const isSure = kept.lease.isUpToDate && !kept.isInDoubt && this.#kept.has(session);
    if (!isSure) return undefined;
    kept.isOffered = true;
    return offer;
  }

  /**
   * The match is handed over no more, and goes on here: at once where nobody can have taken it, otherwise as soon
   * as the store says that nobody has.
   */
  resume(session: GameSession): void {
    const kept = this.#kept.get(session);
    if (kept === undefined) return;
    kept.isHeld = false;
    kept.lease.withdraw();
    // Whoever was asked and has not answered may be about to take it, for as long as the store has the offer.
    if (kept.isOffered) kept.isInDoubt = true;
    kept.dueMs = this.#options.clock.monotonicMs();
    this.#goOn(kept);
  }

  opened(session: GameSession): void {
    const nowMs = this.#options.clock.monotonicMs();
    const askedMs = this.#adopted.get(session.id);
    this.#adopted.delete(session.id);
    const isClaimed = askedMs !== undefined;
    const { id: matchId, match: { epoch } } = session;
    const { kvStore, owner } = this.#options;
    const kept: KeptMatch = {
      session,
      lease: new MatchLease({ kvStore, matchId, owner: () => ({ ...owner(), epoch }), isClaimed }),
      isOffered: false,
      // Nobody else can have a match that was never in the store.
      untilMs: isClaimed ? askedMs + LEASE_RELIED_MS : Infinity,
      isInDoubt: false,
      isHeld: false,
      isPaused: false,
      busy: undefined,
      isEnding: false,
      dueMs: nowMs,
      keptMs: -Infinity,
      savedTick: -1,
      isDirty: true,
    };
    this.#kept.set(session, kept);
    // The process may have stood still since the lease was asked for.
    this.#earliestMs = Math.min(this.#earliestMs, kept.untilMs);
    const claim = this.#keepNow(kept);
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
    if (reason === "moved") return;
    this.#track(session.match.isOver ? this.#forgetWritten(kept) : this.#forget(kept));
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

  /** Writes a checkpoint of the match as it is at the call. @throws Error where it cannot be written */
  async save(session: GameSession): Promise<void> {
    const checkpoint = encodeCheckpoint(session);
    // What is on its way just now may be of before.
    await this.#kept.get(session)?.busy;
    await this.#put(session, checkpoint);
  }

  /** To be called before steps are done: none is done for a match that may be another server's. */
  guard(): void {
    const nowMs = this.#options.clock.monotonicMs();
    if (nowMs < this.#earliestMs) return;
    this.#earliestMs = Infinity;
    for (const kept of this.#kept.values()) {
      if (kept.isInDoubt) continue;
      const untilMs = Math.max(kept.untilMs, this.#echo.reliedUntilMs);
      if (nowMs >= untilMs) this.#doubt(kept);
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
      if (kept.busy !== undefined || kept.dueMs > nowMs) continue;
      if (this.#inHand.size >= WRITES_IN_FLIGHT_MAX) continue;
      this.#track(this.#keepNow(kept));
    }
    if (isInDoubt && this.#echo.isDue) this.#track(this.#echo.listen());
  }

  #track(work: Promise<void>): void {
    const tracked = work.finally(() => this.#inHand.delete(tracked));
    this.#inHand.add(tracked);
  }

  #doubt(kept: KeptMatch): void {
    kept.isInDoubt = true;
    this.#options.log.warn("match_in_doubt", { match_id: kept.session.id });
    this.#pause(kept);
  }

  #pause(kept: KeptMatch): void {
    if (kept.isPaused) return;
    kept.isPaused = true;
    this.#options.sessions.pause(kept.session);
  }

  /** Has it stepped again, unless there is still a reason not to. */
  #goOn(kept: KeptMatch): void {
    if (!kept.isPaused || kept.isInDoubt || kept.isHeld) return;
    kept.isPaused = false;
    this.#options.log.info("match_goes_on", { match_id: kept.session.id });
    this.#options.sessions.goOn(kept.session);
  }

  /** Renews the lease and writes the checkpoint; one renewal at a time. Never rejects. */
  #keepNow(kept: KeptMatch): Promise<void> {
    const busy = this.#keep(kept).finally(() => kept.busy = undefined);
    kept.busy = busy;
    return busy;
  }

  async #keep(kept: KeptMatch): Promise<void> {
    const { clock, failed, log } = this.#options;
    const { session } = kept;
    const askedMs = clock.monotonicMs();
    kept.dueMs = askedMs + KEEP_PERIOD_MS;
    kept.keptMs = askedMs;
    try {
      const isMine = await kept.lease.renew();
      if (!this.#kept.has(session)) return;
      if (!isMine) return await this.#lose(kept);
      this.#renewed(kept, askedMs);
      await this.#write(kept);
    } catch (error) {
      failed.inc();
      log.debug("match_not_kept", { match_id: session.id, error: describeError(error) });
    }
  }

  #renewed(kept: KeptMatch, askedMs: number): void {
    kept.untilMs = askedMs + LEASE_RELIED_MS;
    this.#earliestMs = Math.min(this.#earliestMs, kept.untilMs);
    // An offer that was withdrawn meanwhile is still in the store.
    if (!kept.lease.isUpToDate) return void (kept.dueMs = this.#options.clock.monotonicMs());
    kept.isInDoubt = false;
    if (!kept.isHeld) kept.isOffered = false;
    this.#goOn(kept);
  }

  async #write(kept: KeptMatch): Promise<void> {
    const { kvStore, clock } = this.#options;
    const { session } = kept;
    const { tick } = session.match.world;
    // Who leaves while it is held is not written of, and is still there for whoever goes on with it.
    const isChanged = !kept.isHeld && (kept.isDirty || tick !== kept.savedTick);
    if (isChanged) kept.isDirty = false;
    if (isChanged) kept.savedTick = tick;
    await Promise.all([
      kvStore.sortedSetAdd(OWNED_MATCHES_KEY, session.id, clock.nowMs()),
      isChanged ? this.#saveChange(kept) : undefined,
    ]);
  }

  async #saveChange(kept: KeptMatch): Promise<void> {
    try {
      await this.#put(kept.session, encodeCheckpoint(kept.session));
    } catch (error) {
      kept.isDirty = true;
      throw error;
    }
  }

  async #put({ id, match }: GameSession, checkpoint: string): Promise<void> {
    const key = matchCheckpointKey(id, match.epoch);
    await this.#options.kvStore.set(key, checkpoint, { ttlMs: CHECKPOINT_TTL_MS });
  }

  /** Another server has the match: lets go of it, and says where it is. */
  async #lose(kept: KeptMatch): Promise<void> {
    const { kvStore, sessions, log, fenced } = this.#options;
    const { session } = kept;
    if (kept.isHeld) {
      // Whoever hands it over is told by who has taken it, or ends up here when it is to go on.
      kept.isInDoubt = true;
      return;
    }
    const value = await kvStore.get(matchOwnerKey(session.id));
    const owner = tryParseMatchOwner(value ?? "");
    if (!this.#kept.has(session) || kept.isHeld) return;
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
  async #finish(kept: KeptMatch): Promise<void> {
    kept.isEnding = true;
    try {
      // Without the store its end is known to the history alone.
      await this.save(kept.session).catch(() => this.#options.failed.inc());
      await this.#options.written();
      // What is being kept just now would be back in the store after it was forgotten.
      if (kept.busy === undefined && this.#kept.delete(kept.session)) await this.#forget(kept);
    } catch (error) {
      const about = { match_id: kept.session.id, error: describeError(error) };
      this.#options.log.debug("match_end_not_written", about);
    }
    kept.isEnding = false;
  }

  /**
   * A match that is over is gone before its end was written: until that is, whoever goes on with it may end it in
   * the same way. Never rejects.
   */
  async #forgetWritten(kept: KeptMatch): Promise<void> {
    try {
      await this.#options.written();
    } catch (error) {
      const about = { match_id: kept.session.id, error: describeError(error) };
      return this.#options.log.debug("match_end_not_written", about);
    }
    await this.#forget(kept);
  }

  /** The match is over. Never rejects. */
  async #forget({ session, lease }: KeptMatch): Promise<void> {
    const { failed, log } = this.#options;
    try {
      await lease.forget();
    } catch (error) {
      // Somebody may go on with a match that is over, for a moment: its checkpoint is from before its end.
      failed.inc();
      log.debug("match_not_forgotten", { match_id: session.id, error: describeError(error) });
    }
  }
}
