// Long because it is the one place where sessions and players are made, joined and ended together.
import { describeError } from "../core/log.ts";
import { EndedMatches } from "./ended_matches.ts";
import type { GameSession } from "./game_session.ts";
import { type JoinRequest, type JoinResult, refused } from "./join_request.ts";
import type { LeaveReason, SessionEndReason } from "./leave_reason.ts";
import type { MatchCheckpoint, SavedPlayer } from "./match_checkpoint.ts";
import { newPlayer, type Player } from "./player.ts";
import type { PlayerCommand } from "./player_command.ts";
import type { MatchAddress, PlayerLink } from "./player_link.ts";
import { PlayerRoster } from "./player_roster.ts";
import type { PreparedWorld } from "./prepared_world.ts";
import { SessionFactory, type SessionRequest } from "./session_factory.ts";
import type { SessionManagerOptions } from "./session_manager_options.ts";
import { departureOf, findPlace, type Placed } from "./session_placement.ts";
import { tryArena } from "./simulation/built_in_arenas.ts";
import type { OrderResult, SessionOrder } from "./session_order.ts";
import type { SessionWatch } from "./session_watch.ts";
import { DEFAULT_MODE_NAME } from "./simulation/rules.ts";
import { vacantLink } from "./vacant_link.ts";

/** Every session of this server, and every player in one. */
export class SessionManager {
  readonly #options: SessionManagerOptions;
  readonly #factory: SessionFactory;
  readonly #sessions = new Map<string, GameSession>();
  readonly #players = new PlayerRoster();
  /** Sessions to which nobody has come yet, and since when, on the monotonic clock. */
  readonly #emptySinceMs = new Map<GameSession, number>();
  readonly #ended: EndedMatches;
  readonly #watches: SessionWatch[] = [];
  #draining = false;

  /** Has no sessions yet. */
  constructor(options: SessionManagerOptions) {
    this.#options = options;
    const { history } = options;
    this.#ended = new EndedMatches(options.clock);
    this.#factory = new SessionFactory({
      ...options,
      observer: {
        onEvents: (session, events) => {
          history.worldEvents(session, events);
          if (events.some(({ kind }) => kind === "destroyed")) this.#tellChanged(session);
        },
        onSample: (session, turn) => history.positions(session, turn),
        onOver: (session) => history.matchOver(session),
        onFinished: (session) => this.#end(session, "match_over"),
      },
      record: (matchId, event) => history.inputs(matchId, event),
    });
  }

  /** How many sessions there are. */
  get sessionCount(): number {
    return this.#sessions.size;
  }

  /** Every session. */
  get sessionList(): GameSession[] {
    return [...this.#sessions.values()];
  }

  /** Whether it takes no more players. */
  get isDraining(): boolean {
    return this.#draining;
  }

  /** How many players are in one. */
  get playerCount(): number {
    return this.#players.size;
  }

  /** The player of this id, if in a session. */
  find(playerId: string): Player | undefined {
    return this.#players.find(playerId);
  }

  /** The player whose client is at this address (of its link); of several, the last to come. */
  findByAddress(address: string): Player | undefined {
    return this.#players.at(address).at(-1);
  }

  /** A session by its id. */
  findSession(sessionId: string): GameSession | undefined {
    return this.#sessions.get(sessionId);
  }

  /**
   * Gives a player a tank; or, where the player has one and the sender is entitled to it (same
   * address, or a token of the same account), moves the stream to the sender's link.
   */
  join(request: JoinRequest): JoinResult {
    const present = this.#players.find(request.playerId);
    const departure = present && departureOf(present, request, this.#sessions);
    if (present !== undefined && departure === undefined) return this.#resume(present, request);
    const placed = this.#place(request, present);
    if (!placed.ok) return refused(placed.refusal);
    const { session } = placed;
    // Not before there is a place. There is a tank then too: the one that is given back.
    const before = present && departure && this.#takeOut(present, departure);
    const tank = this.#options.pool.acquire();
    if (tank === undefined) {
      // It may have been made for this player alone.
      if (session.players.size === 0 && !this.#emptySinceMs.has(session)) {
        this.#end(session, "empty");
      }
      return refused("no_tanks");
    }
    const { playerId, accountId, authSessionId, link } = request;
    const lastHeardMs = this.#options.clock.monotonicMs();
    const { match } = session;
    const player = newPlayer({
      ...{ playerId, accountId, authSessionId, match, tank, link, lastHeardMs },
    });
    this.#seat(player, session);
    this.#endIfEmpty(before);
    return { kind: "joined", player };
  }

  /** Gives a player another link, of a client that has shown whose it is; its inputs go on. */
  relink(player: Player, link: PlayerLink): void {
    this.#players.move(player, link);
    player.lastHeardMs = this.#options.clock.monotonicMs();
  }

  /** The player whose client may come back with this token. */
  findByResumeToken(token: string): Player | undefined {
    return this.#players.findByResumeToken(token);
  }

  /** Lets a player's client come back with this token, instead of any before. */
  setResumeToken(player: Player, token: string): void {
    this.#players.setResumeToken(player, token);
    this.#tellChanged(player.match);
  }

  /** Has somebody told of sessions from now on. */
  watch(watch: SessionWatch): void {
    this.#watches.push(watch);
  }

  /** Queues a command for the player's tank; false where there is no such player. */
  command(playerId: string, command: PlayerCommand): boolean {
    const player = this.#players.find(playerId);
    if (player === undefined) return false;
    player.match.queue(player.tank, command);
    return true;
  }

  /** Takes the player out; false where there is no such player. */
  leave(playerId: string, reason: LeaveReason): boolean {
    const player = this.#players.find(playerId);
    if (player === undefined) return false;
    this.#endIfEmpty(this.#takeOut(player, reason));
    return true;
  }

  /** Takes out every player whose client is at this address. */
  leaveAddress(address: string, reason: LeaveReason): void {
    for (const player of this.#players.at(address)) this.leave(player.playerId, reason);
  }

  /** Makes a session on order; or, where it exists, keeps it for more players. */
  createOnOrder(order: SessionOrder): OrderResult {
    const { matchId, mode, map, players, teams, botTeams } = order;
    if (this.#draining) return { ok: false, reason: "draining" };
    const present = this.#sessions.get(matchId);
    if (present?.match.isOver) return { ok: false, reason: "match_over" };
    if (present !== undefined) {
      return present.reserve(players, teams)
        ? { ok: true, isNew: false }
        : { ok: false, reason: "full" };
    }
    if (this.#ended.has(matchId)) return { ok: false, reason: "match_over" };
    if (map !== undefined && tryArena(map) === undefined) {
      return { ok: false, reason: "unknown_map" };
    }
    const reservedFor = players.length > 0 ? new Set(players) : undefined;
    const about = { ...(map !== undefined && { map }), ...(botTeams && { botTeams }) };
    const made = this.#create(mode, { id: matchId, reservedFor, ...about });
    const reason = made.ok || made.refusal === "no_tanks" ? "full" : "unknown_mode";
    if (!made.ok) return { ok: false, reason };
    made.session.reserve(players, teams);
    this.#emptySinceMs.set(made.session, this.#options.clock.monotonicMs());
    return { ok: true, isNew: true };
  }

  /** Lets players leave who were silent too long, and ends sessions to which nobody came. */
  expire(): void {
    const nowMs = this.#options.clock.monotonicMs();
    for (const player of this.#players.values()) {
      // A stream tells when it ends; datagrams, and gateways, can just stop.
      if (player.link.transport === "tcp") continue;
      const silenceMs = player.link.silenceMs ?? this.#options.silenceMs;
      if (nowMs - player.lastHeardMs >= silenceMs) this.leave(player.playerId, "silent");
    }
    for (const [session, sinceMs] of this.#emptySinceMs) {
      if (nowMs - sinceMs >= this.#options.emptyMs) this.#expireEmpty(session);
    }
  }

  /** Takes no more players. */
  drain(): void {
    this.#draining = true;
  }

  /** Ends every session. */
  close(): void {
    this.#draining = true;
    for (const session of this.#sessions.values()) this.#end(session, "server_closed");
  }

  /** Ends a session that cannot go on after a fault of ours. */
  fail(session: GameSession, error: unknown): void {
    const about = { session_id: session.id, error: describeError(error) };
    this.#options.log.error("session_failed", about);
    this.#end(session, "fault");
  }

  /** Steps a session no more, until `goOn`: nobody knows whose the match is. */
  pause(session: GameSession): void {
    this.#options.history.hold(session.id);
    this.#options.loop.remove(session);
  }

  /** Steps a session again. */
  goOn(session: GameSession): void {
    if (this.#sessions.get(session.id) !== session) return;
    this.#options.history.letGo(session.id, { isKept: true });
    this.#options.loop.remove(session);
    this.#options.loop.add(session);
    this.#endIfEmpty(session);
  }

  /**
   * Lets go of a session that is another server's now: writes nothing of it, and tells its players where
   * it is, if that is known.
   */
  release(session: GameSession, to: MatchAddress | undefined): void {
    for (const { link, resumeToken } of session.players.values()) {
      if (to !== undefined) link.tellMoved?.({ matchId: session.id, token: resumeToken, ...to });
    }
    this.#end(session, "moved");
  }

  /** Goes on with a match from a checkpoint; the players' clients are awaited. @throws Error as the factory does */
  restore(checkpoint: MatchCheckpoint, epoch: number, prepared?: PreparedWorld): GameSession {
    const { matchId } = checkpoint;
    if (this.#sessions.has(matchId)) throw new Error(`Cannot restore ${matchId}: it is here`);
    const session = this.#factory.restore(checkpoint, epoch, prepared);
    this.#sessions.set(session.id, session);
    for (const saved of checkpoint.players) this.#restorePlayer(session, saved);
    this.#options.loop.add(session);
    this.#options.history.matchRestored(session);
    for (const watch of this.#watches) watch.opened(session);
    this.#endIfEmpty(session);
    return session;
  }

  #resume(player: Player, request: JoinRequest): JoinResult {
    const { link, accountId } = request;
    const isSameAddress = link.address === player.link.address;
    const isSameAccount = accountId !== undefined && accountId === player.accountId;
    if (!isSameAddress && !isSameAccount && !request.resumes) {
      return refused("authentication_required");
    }
    if (request.matchOnly && player.match.id !== request.matchId) {
      return refused("match_not_found");
    }
    this.#players.move(player, link);
    player.authSessionId = request.authSessionId ?? player.authSessionId;
    if (!isSameAddress || request.beginsAnew) {
      player.ackedTick = undefined;
      player.match.restartSeq(player.tank);
    }
    player.lastHeardMs = this.#options.clock.monotonicMs();
    return { kind: "resumed", player };
  }

  #place(request: JoinRequest, leaving: Player | undefined): Placed {
    if (this.#draining) return { ok: false, refusal: "draining" };
    if (!this.#options.admits()) return { ok: false, refusal: "overloaded" };
    const found = findPlace(this.#sessions, request, leaving);
    if (found !== undefined) return found;
    const { mode = DEFAULT_MODE_NAME } = request;
    return this.#create(mode, { id: this.#options.newId(), reservedFor: undefined }, leaving);
  }

  #create(mode: string, about: Omit<SessionRequest, "mode">, leaving?: Player): Placed {
    const isFull = this.#countWithout(leaving) >= this.#options.sessionsMax;
    const session = isFull ? undefined : this.#factory.create({ mode, ...about });
    if (session === undefined) return { ok: false, refusal: isFull ? "no_tanks" : "unknown_mode" };
    this.#sessions.set(session.id, session);
    this.#options.loop.add(session);
    this.#options.history.sessionCreated(session);
    for (const watch of this.#watches) watch.opened(session);
    return { ok: true, session };
  }

  #restorePlayer(session: GameSession, saved: SavedPlayer): void {
    const { playerId, accountId, authSessionId, slot, resumeToken } = saved;
    const { clock, presence, resumeMs } = this.#options;
    const { match } = session;
    const tank = match.world.tankAt(slot);
    if (tank === undefined) return;
    // The player has come here since, to another match, and is not taken out of that.
    if (this.#players.find(playerId) !== undefined) {
      match.remove(tank);
      return this.#options.pool.release(tank);
    }
    const seat = { link: vacantLink(playerId, resumeMs), lastHeardMs: clock.monotonicMs() };
    const player = newPlayer({ playerId, accountId, authSessionId, match, tank, ...seat });
    match.setAppliedSeq(tank, saved.inputSeq);
    session.players.set(playerId, player);
    this.#players.add(player);
    if (resumeToken !== undefined) this.#players.setResumeToken(player, resumeToken);
    presence.came(playerId);
  }

  #seat(player: Player, session: GameSession): void {
    const { tank, playerId } = player;
    session.match.add(tank, playerId, session.teamOf(player));
    session.players.set(playerId, player);
    this.#emptySinceMs.delete(session);
    this.#players.add(player);
    this.#options.joined.inc();
    this.#options.presence.came(playerId);
    this.#options.history.playerJoined(player);
    this.#tellChanged(player.match);
  }

  /** Takes the player out; gives the session, if it is still there, which may be empty then. */
  #takeOut(player: Player, reason: LeaveReason): GameSession | undefined {
    const { playerId, match, tank } = player;
    this.#tellLeaving(match);
    this.#players.remove(player, reason);
    this.#options.presence.left(playerId);
    this.#options.left[reason].inc();
    // Who has moved with the match is in it as before.
    if (reason !== "moved") this.#options.history.playerLeft(player, reason);
    match.remove(tank);
    this.#options.pool.release(tank);
    const session = this.#sessions.get(match.id);
    session?.players.delete(playerId);
    return session;
  }

  #tellChanged({ id }: { readonly id: string }): void {
    const session = this.#sessions.get(id);
    if (session === undefined) return;
    for (const watch of this.#watches) watch.changed?.(session);
  }

  #endIfEmpty(session: GameSession | undefined): void {
    if (session === undefined || session.players.size > 0) return;
    // Whose it is has to be known first.
    if (this.#options.history.isHeld(session.id)) return;
    if (isAwaited(session)) this.#emptySinceMs.set(session, this.#options.clock.monotonicMs());
    else this.#end(session, "empty");
  }

  #expireEmpty(session: GameSession): void {
    this.#tellLeaving(session);
    // Tried again when it is known whose it is.
    if (!this.#options.history.isHeld(session.id)) this.#end(session, session.emptyReason);
  }

  #tellLeaving(session: { readonly id: string }): void {
    for (const watch of this.#watches) watch.leaving?.(session);
  }

  /** How many sessions there are, or will be when somebody has left. */
  #countWithout(leaving: Player | undefined): number {
    const session = leaving && this.#sessions.get(leaving.match.id);
    const isLast = session?.players.size === 1 && !this.#options.history.isHeld(session.id);
    return this.#sessions.size - (isLast && !isAwaited(session) ? 1 : 0);
  }

  #end(session: GameSession, reason: SessionEndReason): void {
    // Taken out first: the last player to leave must not end it a second time.
    if (!this.#sessions.delete(session.id)) return;
    this.#emptySinceMs.delete(session);
    this.#options.loop.remove(session);
    session.close(reason);
    for (const player of [...session.players.values()]) this.leave(player.playerId, reason);
    if (reason !== "moved") this.#options.history.sessionRemoved(session, reason);
    this.#options.history.letGo(session.id, { isKept: reason !== "moved" });
    // One that has moved may come back.
    if (reason !== "moved") this.#ended.add(session.id);
    for (const watch of this.#watches) watch.closed(session, reason);
  }
}

/** Whether others may still come for whom it is kept. */
function isAwaited(session: GameSession): boolean {
  return session.isReserved && !session.match.isOver;
}
