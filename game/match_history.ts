// Long because it is one list of what is written of a match, each with its fields.
import type { EventBody, EventWriter } from "../core/protocol/event_envelope.ts";
import { unreachable } from "../core/unreachable.ts";
import type { GameSession, SampleTurn } from "./game_session.ts";
import type { LeaveReason, SessionEndReason } from "./leave_reason.ts";
import type { Player } from "./player.ts";
import type { RecordEvent } from "./replay/match_record.ts";
import type { Tank } from "./simulation/tank.ts";
import type { WorldEvent } from "./simulation/world_event.ts";
import { centimetresFromUm } from "./wire/quantise.ts";

/**
 * Writes what happens in matches to the event log (PROTOCOL section 5), keyed by session, so that
 * the events of a match stay in order. Positions in metres.
 */
export class MatchHistory {
  readonly #events: EventWriter;
  /** Where each tank stood when it was last sampled; one that stands still is not written again. */
  readonly #sampled = new WeakMap<Tank, { x: number; y: number }>();
  /** What is to be written of matches of which nobody knows whose they are, by session. */
  readonly #held = new Map<string, EventBody[]>();

  /** Writes nothing yet. */
  constructor(events: EventWriter) {
    this.#events = events;
  }

  /** Keeps back who comes and leaves in a session, until `letGo`: it may be another server's match. */
  hold(sessionId: string): void {
    if (!this.#held.has(sessionId)) this.#held.set(sessionId, []);
  }

  /** Whether what is written of a session is kept back. */
  isHeld(sessionId: string): boolean {
    return this.#held.has(sessionId);
  }

  /** Writes what was kept back; or forgets it, because that is another server's to say. */
  letGo(sessionId: string, { isKept }: { readonly isKept: boolean }): void {
    const held = this.#held.get(sessionId) ?? [];
    this.#held.delete(sessionId);
    for (const body of isKept ? held : []) this.#sessions(sessionId, body);
  }

  /** Writes `session_created` and `match_started`. */
  sessionCreated(session: GameSession): void {
    const { id, match } = session;
    const about = { session_id: id, mode: match.mode, arena: match.world.arena.name };
    this.#sessions(id, { event_type: "session_created", ...about });
    this.#game(id, { event_type: "match_started", match_id: id, ...about, epoch: match.epoch });
  }

  /**
   * Writes `match_restored`: the match goes on here from another server's checkpoint. Of one that is over it
   * writes the end too, which the other may not have done.
   */
  matchRestored(session: GameSession): void {
    const { id, match } = session;
    const { mode, epoch, world } = match;
    const about = { session_id: id, match_id: id, mode, arena: world.arena.name };
    this.#game(id, { event_type: "match_restored", ...about, epoch, tick: world.tick });
    if (match.isOver) this.matchOver(session);
  }

  /** Writes `session_removed`; its players have left before. */
  sessionRemoved(session: GameSession, reason: SessionEndReason): void {
    this.#sessions(session.id, { event_type: "session_removed", session_id: session.id, reason });
  }

  /** Writes `player_joined_session`; `account_id` is left out for a guest. */
  playerJoined(player: Player): void {
    this.#sessions(player.match.id, {
      event_type: "player_joined_session",
      ...aboutPlayer(player),
      account_id: player.accountId,
      team: player.tank.team,
    });
  }

  /** Writes `player_left_session`; to be called before the tank goes back to the pool. */
  playerLeft(player: Player, reason: LeaveReason): void {
    const about = { ...aboutPlayer(player), reason };
    this.#sessions(player.match.id, { event_type: "player_left_session", ...about });
  }

  /**
   * Writes `match_over` with each player's result; `winner` is null for a draw. Its id is the match's: where
   * a server dies as a match ends, another may write the same.
   */
  matchOver(session: GameSession): void {
    const { outcome } = session.match.world;
    this.#game(session.id, {
      event_type: "match_over",
      event_id: `${session.id}:over`,
      match_id: session.id,
      session_id: session.id,
      winner: outcome?.winner || null,
      reason: outcome?.reason,
      scores: session.scores,
      epoch: session.match.epoch,
      tick: session.match.world.tick,
      players: [...session.players.values()].map(({ playerId, accountId, tank }) => ({
        player_id: playerId,
        account_id: accountId,
        tank_id: tank.tankId,
        team: tank.team,
        score: tank.score,
        kills: tank.kills,
        deaths: tank.deaths,
      })),
    });
  }

  /** Writes what a replay needs, as the match's recorder gives it. */
  inputs(matchId: string, record: RecordEvent): void {
    this.#events.write("match_inputs", matchId, record);
  }

  /** Where the tanks are whose turn it is, and that have moved since they were last sampled. */
  positions(session: GameSession, turn: SampleTurn): void {
    const { world } = session.match;
    for (const tank of world.tanks) {
      if (!tank.alive || tank.slot % turn.ticks !== turn.index) continue;
      const x = centimetresFromUm(tank.xUm) / 100;
      const y = centimetresFromUm(tank.yUm) / 100;
      const before = this.#sampled.get(tank);
      if (before === undefined) this.#sampled.set(tank, { x, y });
      else if (before.x === x && before.y === y) continue;
      else {
        before.x = x;
        before.y = y;
      }
      this.#events.write("tank_coordinates_history", session.id, {
        event_type: "tank_moved",
        tank_id: tank.tankId,
        session_id: session.id,
        position: [x, y],
        tick: world.tick,
      });
    }
  }

  /** The world's events of one tick. */
  worldEvents(session: GameSession, events: readonly WorldEvent[]): void {
    const { world } = session.match;
    const tankIdOf = (slot: number): string | undefined => world.tankAt(slot)?.tankId;
    for (const event of events) {
      const at = { session_id: session.id, tick: world.tick };
      switch (event.kind) {
        case "shot":
          this.#game(session.id, {
            event_type: "tank_shot",
            tank_id: tankIdOf(event.slot),
            position_at_shot: [
              centimetresFromUm(event.xUm) / 100,
              centimetresFromUm(event.yUm) / 100,
            ],
            ...at,
          });
          break;
        case "damaged":
          this.#game(session.id, {
            event_type: "tank_took_damage",
            tank_id: tankIdOf(event.slot),
            damage_taken: event.damage,
            current_health: event.hp,
            health_before_damage: event.hpBefore,
            by: tankIdOf(event.by),
            ...at,
          });
          break;
        case "destroyed":
          this.#game(session.id, {
            event_type: "tank_destroyed",
            tank_id: tankIdOf(event.slot),
            by: tankIdOf(event.by),
            ...at,
          });
          break;
        case "respawned":
        case "ended":
          // A respawn follows from the destruction; the end is written with its scores.
          break;
        default:
          unreachable(event);
      }
    }
  }

  #sessions(key: string, body: EventBody): void {
    const held = this.#held.get(key);
    if (held !== undefined) held.push(body);
    else this.#events.write("player_sessions_history", key, body);
  }

  #game(key: string, body: EventBody): void {
    this.#events.write("game_events", key, body);
  }
}

function aboutPlayer(
  player: Player,
): { readonly session_id: string; readonly player_id: string; readonly tank_id: string } {
  const { match, playerId, tank } = player;
  return { session_id: match.id, player_id: playerId, tank_id: tank.tankId };
}
