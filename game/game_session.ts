import type { JsonObject } from "../core/json.ts";
import type { Match } from "./match.ts";
import type { Player } from "./player.ts";
import type { WorldEvent } from "./simulation/world_event.ts";
import type { Ticking } from "./tick_loop.ts";
import { encodeState } from "./wire/json_state.ts";
import { matchOverMessage } from "./wire/json_reply.ts";

/** How long a session stays after its match ended, so that a lost `match_over` can be repeated. */
const LINGER_MS = 2_000;
/** How often `match_over` is repeated in that time. */
const OVER_REPEATS = 4;

/** What a session tells its owner. */
export interface SessionObserver {
  /** The world's events of one tick; called only when there are any. */
  onEvents(session: GameSession, events: readonly WorldEvent[]): void;
  /** Time to sample where the tanks are. */
  onSample(session: GameSession): void;
  /** The match has ended. */
  onOver(session: GameSession): void;
  /** The session is of no more use: its match is over and everybody was told. */
  onFinished(session: GameSession): void;
}

/** How a session is set up. */
export interface GameSessionOptions {
  /** Stepped by the session alone, from now on. */
  readonly match: Match;
  /** Ticks a second: the rate at which `tick` will be called. */
  readonly tickRate: number;
  /** How often positions are sampled for the history, at most; per second. */
  readonly sampleRate: number;
  /** Called during `tick`. */
  readonly observer: SessionObserver;
  /** Players for whom it is kept; anybody may join if undefined. */
  readonly reservedFor?: ReadonlySet<string>;
}

/** A match with the players in it: steps it and sends each player its state. */
export class GameSession implements Ticking {
  /** The world that it steps, and the commands that wait for it. */
  readonly match: Match;
  /** Who plays, by player id. */
  readonly players = new Map<string, Player>();
  /** Player and account ids for whom it is kept; undefined: anybody may join. */
  readonly #reservedFor: Set<string> | undefined;
  readonly #observer: SessionObserver;
  readonly #ticksPerSample: number;
  readonly #ticksPerRepeat: number;
  #ticksSinceOver = 0;

  /** A session without players. */
  constructor(options: GameSessionOptions) {
    const { match, tickRate, sampleRate, observer, reservedFor } = options;
    this.match = match;
    this.#reservedFor = reservedFor && new Set(reservedFor);
    this.#observer = observer;
    this.#ticksPerSample = Math.max(1, Math.ceil(tickRate / sampleRate));
    this.#ticksPerRepeat = Math.max(1, Math.ceil(tickRate * LINGER_MS / 1_000 / OVER_REPEATS));
  }

  /** The session's id, which is its match's. */
  get id(): string {
    return this.match.id;
  }

  /** Whether only those may join for whom it is kept. */
  get isReserved(): boolean {
    return this.#reservedFor !== undefined;
  }

  /** Keeps it for these too; false, and nothing done, where they are more than it has tanks. */
  reserve(players: readonly string[]): boolean {
    if (this.#reservedFor === undefined) return true;
    const all = this.#reservedFor.union(new Set(players));
    if (all.size > this.match.world.rules.tanksMax) return false;
    for (const player of players) this.#reservedFor.add(player);
    return true;
  }

  /** Whether somebody with this player or account id may join. */
  admits(id: { readonly playerId: string; readonly accountId: string | undefined }): boolean {
    if (this.#reservedFor === undefined) return true;
    // Everybody chooses a player id: it speaks only for who has no account.
    return this.#reservedFor.has(id.accountId ?? id.playerId);
  }

  /** Steps the match and sends states at the snapshot rate; after its end repeats `match_over`. */
  tick(): void {
    if (this.match.isOver) return this.#linger();
    const { events, hasSnapshot, hasEnded } = this.match.tick();
    if (events.length > 0) this.#observer.onEvents(this, events);
    if (this.match.world.tick % this.#ticksPerSample === 0) this.#observer.onSample(this);
    if (hasSnapshot) this.#sendStates();
    if (!hasEnded) return;
    this.#observer.onOver(this);
    this.#sendOver("everybody");
  }

  /** Team points by team number, as messages carry them. */
  get scores(): JsonObject & Readonly<Record<string, number>> {
    const { scores } = this.match.world;
    // The first is nobody's.
    return Object.fromEntries(scores.flatMap((score, team) => team === 0 ? [] : [[team, score]]));
  }

  #linger(): void {
    this.#ticksSinceOver++;
    if (this.#ticksSinceOver % this.#ticksPerRepeat !== 0) return;
    if (this.#ticksSinceOver >= this.#ticksPerRepeat * OVER_REPEATS) {
      this.#observer.onFinished(this);
    } else {
      this.#sendOver("udp");
    }
  }

  // A stream loses nothing, so that only datagrams are repeated.
  #sendOver(to: "everybody" | "udp"): void {
    const winner = this.match.world.outcome?.winner ?? 0;
    const message = matchOverMessage({ matchId: this.id, winner, scores: this.scores });
    for (const { link } of this.players.values()) {
      if (link.wantsState && (to === "everybody" || link.transport === "udp")) link.send(message);
    }
  }

  #sendStates(): void {
    const { match } = this;
    for (const player of this.players.values()) {
      if (!player.link.wantsState) continue;
      const state = match.snapshots.encode(player.ackedTick);
      if (state === undefined) return;
      const { tick, base, body } = state;
      player.link.send(encodeState(tick, base, match.appliedSeq(player.tank), body));
    }
  }
}
