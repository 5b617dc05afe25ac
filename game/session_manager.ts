// Long because it is the one place where sessions and players are made, joined and ended together.
import type { Clock } from "../core/clock.ts";
import { describeError, type Log } from "../core/log.ts";
import type { Counter } from "../core/metrics.ts";
import type { CommandRefusal } from "../core/protocol/server_command.ts";
import type { GameSession } from "./game_session.ts";
import type { LeaveReason, MatchHistory, SessionEndReason } from "./match_history.ts";
import type { Player } from "./player.ts";
import type { PlayerCommand } from "./player_command.ts";
import type { PlayerLink } from "./player_link.ts";
import { PlayerRoster } from "./player_roster.ts";
import { SessionFactory, type SessionFactoryOptions } from "./session_factory.ts";
import { DEFAULT_MODE_NAME } from "./simulation/rules.ts";
import type { TankPool } from "./tank_pool.ts";
import type { TickLoop } from "./tick_loop.ts";
import type { JoinRefusal } from "./wire/json_reply.ts";

/** Who wants to play, and where. */
export interface JoinRequest {
  /** The name by which messages speak of the player. */
  readonly playerId: string;
  /** The account that a token proved; undefined is a guest. */
  readonly accountId: string | undefined;
  /** The match to join; undefined: any that is open. */
  readonly matchId: string | undefined;
  /** The mode to play; undefined: the default. Of no account where a match is named. */
  readonly mode: string | undefined;
  /** The way to the client. */
  readonly link: PlayerLink;
}

/** What became of a join. */
export type JoinResult =
  | { readonly kind: "joined"; readonly player: Player }
  | { readonly kind: "resumed"; readonly player: Player }
  | { readonly kind: "refused"; readonly refusal: JoinRefusal };

/** How a session is made on somebody's order. */
export interface SessionOrder {
  /** The match's id. */
  readonly matchId: string;
  /** A mode's name. */
  readonly mode: string;
  /** Player or account ids for whom it is kept; empty: anybody. */
  readonly players: readonly string[];
}

/** What became of an order. */
export type OrderResult =
  | { readonly ok: true; readonly isNew: boolean }
  | {
    readonly ok: false;
    readonly reason: Extract<CommandRefusal, "unknown_mode" | "full" | "draining" | "match_over">;
  };

/** What a manager works with. */
export interface SessionManagerOptions extends Omit<SessionFactoryOptions, "observer"> {
  /** Says when somebody was silent too long. */
  readonly clock: Clock;
  /** Told of sessions that fail. */
  readonly log: Log;
  /** Gives an id that nothing else has. */
  readonly newId: () => string;
  /** Steps the sessions. */
  readonly loop: TickLoop;
  /** Where tanks come from. */
  readonly pool: TankPool;
  /** Told of everything that is to be remembered. */
  readonly history: MatchHistory;
  /** Counts players who were given a tank. */
  readonly joined: Counter;
  /** Sessions at once, at most. */
  readonly sessionsMax: number;
  /** A player not heard for this long, in milliseconds, leaves. */
  readonly silenceMs: number;
  /** A session that was made on order and is empty for this long, in milliseconds, ends. */
  readonly emptyMs: number;
}

/** Matches that are over and still known, at most. */
const ENDED_MATCHES_MAX = 10_000;
/** How long a match that is over is known; nobody orders a place in one that is older. */
const ENDED_MATCH_REMEMBERED_MS = 60_000;

type Placed =
  | { readonly ok: true; readonly session: GameSession }
  | { readonly ok: false; readonly refusal: JoinRefusal };

/** Every session of this server, and every player in one. */
export class SessionManager {
  readonly #options: SessionManagerOptions;
  readonly #factory: SessionFactory;
  readonly #sessions = new Map<string, GameSession>();
  readonly #players = new PlayerRoster();
  /** Sessions to which nobody has come yet, and since when, on the monotonic clock. */
  readonly #emptySinceMs = new Map<GameSession, number>();
  /** Matches that are over, the latest last, and since when: an order may still speak of one. */
  readonly #endedAtMs = new Map<string, number>();
  #draining = false;

  /** Has no sessions yet. */
  constructor(options: SessionManagerOptions) {
    this.#options = options;
    const { history } = options;
    this.#factory = new SessionFactory({
      ...options,
      observer: {
        onEvents: (session, events) => history.worldEvents(session, events),
        onSample: (session) => history.positions(session),
        onOver: (session) => history.matchOver(session),
        onFinished: (session) => this.#end(session, "match_over"),
      },
    });
  }

  /** How many sessions there are. */
  get sessionCount(): number {
    return this.#sessions.size;
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
    if (present !== undefined) return this.#resume(present, request);
    const placed = this.#place(request);
    if (!placed.ok) return refused(placed.refusal);
    const { session } = placed;
    const tank = this.#options.pool.acquire();
    if (tank === undefined) {
      // It may have been made for this player alone.
      if (session.players.size === 0 && !this.#emptySinceMs.has(session)) {
        this.#end(session, "empty");
      }
      return refused("no_tanks");
    }
    const player: Player = {
      playerId: request.playerId,
      accountId: request.accountId,
      match: session.match,
      tank,
      link: request.link,
      lastHeardMs: this.#options.clock.monotonicMs(),
      ackedTick: undefined,
    };
    this.#seat(player, session);
    return { kind: "joined", player };
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
    const { match, tank } = player;
    this.#players.remove(player);
    this.#options.history.playerLeft(player, reason);
    match.remove(tank);
    this.#options.pool.release(tank);
    const session = this.#sessions.get(match.id);
    session?.players.delete(playerId);
    if (session?.players.size === 0) this.#onEmpty(session);
    return true;
  }

  /** Takes out every player whose client is at this address. */
  leaveAddress(address: string, reason: LeaveReason): void {
    for (const player of this.#players.at(address)) this.leave(player.playerId, reason);
  }

  /** Makes a session on order; or, where it exists, keeps it for more players. */
  createOnOrder(order: SessionOrder): OrderResult {
    const { matchId, mode, players } = order;
    if (this.#draining) return { ok: false, reason: "draining" };
    const present = this.#sessions.get(matchId);
    if (present?.match.isOver) return { ok: false, reason: "match_over" };
    if (present !== undefined) {
      return present.reserve(players) ? { ok: true, isNew: false } : { ok: false, reason: "full" };
    }
    if (this.#hasEnded(matchId)) return { ok: false, reason: "match_over" };
    const reservedFor = players.length > 0 ? new Set(players) : undefined;
    const made = this.#create(mode, { id: matchId, reservedFor });
    if (!made.ok) {
      return { ok: false, reason: made.refusal === "no_tanks" ? "full" : "unknown_mode" };
    }
    this.#emptySinceMs.set(made.session, this.#options.clock.monotonicMs());
    return { ok: true, isNew: true };
  }

  /** Lets players leave who were silent too long, and ends sessions to which nobody came. */
  expire(): void {
    const nowMs = this.#options.clock.monotonicMs();
    for (const player of this.#players.values()) {
      // A stream tells when it ends; only datagrams can just stop.
      if (player.link.transport !== "udp") continue;
      if (nowMs - player.lastHeardMs < this.#options.silenceMs) continue;
      this.leave(player.playerId, "silent");
    }
    for (const [session, sinceMs] of this.#emptySinceMs) {
      if (nowMs - sinceMs >= this.#options.emptyMs) this.#end(session, "nobody_came");
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
    const { id } = session;
    this.#options.log.error("session_failed", { session_id: id, error: describeError(error) });
    this.#end(session, "fault");
  }

  #resume(player: Player, request: JoinRequest): JoinResult {
    const { link, accountId } = request;
    const isSameAddress = link.address === player.link.address;
    const isSameAccount = accountId !== undefined && accountId === player.accountId;
    if (!isSameAddress && !isSameAccount) return refused("authentication_required");
    this.#players.move(player, link);
    if (!isSameAddress) {
      player.ackedTick = undefined;
      player.match.restartSeq(player.tank);
    }
    player.lastHeardMs = this.#options.clock.monotonicMs();
    return { kind: "resumed", player };
  }

  #place(request: JoinRequest): Placed {
    if (this.#draining) return { ok: false, refusal: "draining" };
    const { matchId, mode = DEFAULT_MODE_NAME } = request;
    if (matchId !== undefined) return this.#placeIn(this.#sessions.get(matchId), request);
    for (const session of this.#sessions.values()) {
      // Whoever a match is kept for is meant to be there, whatever mode the request names.
      const isWanted = session.isReserved || session.match.mode === mode;
      if (isWanted && session.admits(request) && hasRoom(session)) return { ok: true, session };
    }
    return this.#create(mode, { id: this.#options.newId(), reservedFor: undefined });
  }

  #placeIn(session: GameSession | undefined, request: JoinRequest): Placed {
    const isThere = session !== undefined && session.admits(request);
    if (!isThere) return { ok: false, refusal: "match_not_found" };
    return hasRoom(session) ? { ok: true, session } : { ok: false, refusal: "match_full" };
  }

  #create(
    mode: string,
    about: { readonly id: string; readonly reservedFor: ReadonlySet<string> | undefined },
  ): Placed {
    const isFull = this.#sessions.size >= this.#options.sessionsMax;
    const session = isFull ? undefined : this.#factory.create({ mode, ...about });
    if (session === undefined) return { ok: false, refusal: isFull ? "no_tanks" : "unknown_mode" };
    this.#sessions.set(session.id, session);
    this.#options.loop.add(session);
    this.#options.history.sessionCreated(session);
    return { ok: true, session };
  }

  #seat(player: Player, session: GameSession): void {
    const { tank, playerId } = player;
    session.match.add(tank, playerId);
    session.players.set(playerId, player);
    this.#emptySinceMs.delete(session);
    this.#players.add(player);
    this.#options.joined.inc();
    this.#options.history.playerJoined(player);
  }

  #onEmpty(session: GameSession): void {
    // Others may still come for whom it is kept.
    const isAwaited = session.isReserved && !session.match.isOver;
    if (isAwaited) this.#emptySinceMs.set(session, this.#options.clock.monotonicMs());
    else this.#end(session, "empty");
  }

  #end(session: GameSession, reason: SessionEndReason): void {
    // Taken out first: the last player to leave must not end it a second time.
    if (!this.#sessions.delete(session.id)) return;
    this.#emptySinceMs.delete(session);
    this.#options.loop.remove(session);
    for (const player of [...session.players.values()]) this.leave(player.playerId, reason);
    this.#options.history.sessionRemoved(session, reason);
    this.#endedAtMs.set(session.id, this.#options.clock.monotonicMs());
    for (const id of this.#endedAtMs.keys()) {
      if (this.#endedAtMs.size <= ENDED_MATCHES_MAX && this.#hasEnded(id)) break;
      this.#endedAtMs.delete(id);
    }
  }

  #hasEnded(matchId: string): boolean {
    const endedAtMs = this.#endedAtMs.get(matchId) ?? -Infinity;
    return this.#options.clock.monotonicMs() - endedAtMs < ENDED_MATCH_REMEMBERED_MS;
  }
}

function hasRoom(session: GameSession): boolean {
  return !session.match.isOver && session.match.freeSlots > 0;
}

function refused(refusal: JoinRefusal): JoinResult {
  return { kind: "refused", refusal };
}
