// Long because one session is one tick, and what each of its players is sent of it.
import type { JsonObject } from "../core/json.ts";
import type { BotCrew } from "./bots/bot_crew.ts";
import { FrameSender } from "./binary/frame_sender.ts";
import type { SessionEndReason } from "./leave_reason.ts";
import type { Match } from "./match.ts";
import type { PlayerLink } from "./player_link.ts";
import { SessionPlayers } from "./session_players.ts";
import type { WorldEvent } from "./simulation/world_event.ts";
import type { Ticking } from "./tick_loop.ts";
import { encodeState } from "./wire/json_state.ts";
import { matchOverMessage } from "./wire/json_reply.ts";

/** How long a session stays after its match ended, so that a lost `match_over` can be repeated. */
const LINGER_MS = 2_000;
/** Players who are kept out of one match, at most. */
export const BARRED_MAX = 256;
/** How often `match_over` is repeated in that time. */
const OVER_REPEATS = 4;

/** Whose turn it is to be sampled: not everybody's in the same tick, which would take longer than others. */
export interface SampleTurn {
  /** In how many ticks everybody is sampled once. */
  readonly ticks: number;
  /** Those whose slot leaves this when it is divided by `ticks`. */
  readonly index: number;
}

/** What a session tells its owner. */
export interface SessionObserver {
  /** The world's events of one tick; called only when there are any. */
  onEvents(session: GameSession, events: readonly WorldEvent[]): void;
  /** Time to sample where some of the tanks are; called each tick. */
  onSample(session: GameSession, turn: SampleTurn): void;
  /** The match has ended. */
  onOver(session: GameSession): void;
  /** The session is of no more use: its match is over and everybody was told. */
  onFinished(session: GameSession): void;
}

/** Those who watch a match and do not play. */
export interface SessionAudience {
  /** Takes a whole `state` message; never throws, never waits. */
  onState(state: string): void;
  /** Takes a `match_over` message, likewise. */
  onOver(message: string): void;
}

/** How a session is set up. */
export interface GameSessionOptions {
  /** Stepped by the session alone, from now on. */
  readonly match: Match;
  /** Ticks a second: the rate at which `tick` will be called. */
  readonly tickRate: number;
  /** How often positions are sampled for the history, at most; per second. */
  readonly sampleRate: number;
  /** Ticks for each snapshot in the binary protocol, 1 and up; asked each tick. */
  readonly ticksPerFrame: () => number;
  /** Called during `tick`. */
  readonly observer: SessionObserver;
  /** Players for whom it is kept; anybody may join if undefined. */
  readonly reservedFor?: ReadonlySet<string>;
  /** The team of each of them, by player or account id, where one is ordered. */
  readonly teams?: ReadonlyMap<string, number>;
  /** The bots in the match, which are no players; driven by the session from now on. */
  readonly crew?: BotCrew;
  /** Player and account ids that do not come in again, the latest last; none by default. */
  readonly barred?: readonly string[];
}

/** A match with the players in it: steps it and sends each player its state. */
export class GameSession implements Ticking {
  /** The world that it steps, and the commands that wait for it. */
  readonly match: Match;
  /** Who watches; undefined: nobody, which costs nothing. */
  audience: SessionAudience | undefined;
  /** Who plays, by player id. */
  readonly players: SessionPlayers = new SessionPlayers();
  /** Player and account ids for whom it is kept; undefined: anybody may join. */
  readonly #reservedFor: Set<string> | undefined;
  /** By player or account id, for those for whom it is kept. */
  readonly #teams: Map<string, number>;
  /** Player and account ids that do not come in again, the latest last. */
  readonly #barred: Set<string>;
  readonly #observer: SessionObserver;
  readonly #crew: BotCrew | undefined;
  readonly #ticksPerSample: number;
  readonly #ticksPerRepeat: number;
  readonly #frames: FrameSender;
  #ticksSinceOver = 0;

  /** A session without players. */
  constructor(options: GameSessionOptions) {
    const { match, tickRate, sampleRate, observer, reservedFor } = options;
    this.match = match;
    this.#crew = options.crew;
    this.#frames = new FrameSender({ ...options, players: this.players });
    this.#reservedFor = reservedFor && new Set(reservedFor);
    this.#teams = new Map(options.teams);
    this.#barred = new Set(options.barred);
    this.#observer = observer;
    this.#ticksPerSample = Math.max(1, Math.ceil(tickRate / sampleRate));
    this.#ticksPerRepeat = Math.max(1, Math.ceil(tickRate * LINGER_MS / 1_000 / OVER_REPEATS));
  }

  /** The session's id, which is its match's. */
  get id(): string {
    return this.match.id;
  }

  /** Why it ends, if nobody is in it when it does. */
  get emptyReason(): SessionEndReason {
    return this.players.hasHadAny ? "empty" : "nobody_came";
  }

  /** Whether only those may join for whom it is kept. */
  get isReserved(): boolean {
    return this.#reservedFor !== undefined;
  }

  /** For whom it is kept, each with the team that is ordered, 0 without one; undefined: anybody. */
  get places(): readonly { readonly id: string; readonly team: number }[] | undefined {
    if (this.#reservedFor === undefined) return undefined;
    return [...this.#reservedFor].map((id) => ({ id, team: this.#teams.get(id) ?? 0 }));
  }

  /** The bots in the match. */
  get crew(): Pick<BotCrew, "slots" | "size" | "teams"> | undefined {
    return this.#crew;
  }

  /** Player and account ids that do not come in again, the latest last. */
  get barred(): readonly string[] {
    return [...this.#barred];
  }

  /** Keeps it for these too; false, and nothing done, where they are more than bots leave tanks for. */
  reserve(players: readonly string[], teams?: ReadonlyMap<string, number>): boolean {
    if (this.#reservedFor === undefined) return true;
    const all = this.#reservedFor.union(new Set(players));
    if (all.size > this.match.world.rules.tanksMax - (this.#crew?.size ?? 0)) return false;
    for (const player of players) {
      this.#reservedFor.add(player);
      const team = teams?.get(player);
      // Who has a team already keeps it.
      if (team !== undefined && !this.#teams.has(player)) this.#teams.set(player, team);
    }
    return true;
  }

  /** The team that was ordered for somebody, where there is one and the mode has it. */
  teamOf(
    id: { readonly playerId: string; readonly accountId: string | undefined },
  ): number | undefined {
    const team = this.#teams.get(id.accountId ?? id.playerId);
    const { teamCount } = this.match.world.rules;
    return team !== undefined && team <= teamCount ? team : undefined;
  }

  /** Whether somebody with this player or account id may join. */
  admits(id: { readonly playerId: string; readonly accountId: string | undefined }): boolean {
    // Everybody chooses a player id: it speaks only for who has no account.
    const name = id.accountId ?? id.playerId;
    if (this.#barred.has(name)) return false;
    return this.#reservedFor === undefined || this.#reservedFor.has(name);
  }

  /** Lets somebody in no more; of too many the one who was barred first is forgotten. */
  bar(id: { readonly playerId: string; readonly accountId: string | undefined }): void {
    this.#barred.add(id.accountId ?? id.playerId);
    const [first] = this.#barred;
    if (this.#barred.size > BARRED_MAX && first !== undefined) this.#barred.delete(first);
  }

  /** Steps the match and sends states at the snapshot rate; after its end repeats `match_over`. */
  tick(): void {
    if (this.match.isOver) return this.#linger();
    this.#crew?.think();
    // Asked first, with one look at each link: fetched from memory all at once, they are there for the rest.
    const hasAudience = this.#hasJsonAudience();
    this.#frames.drive();
    const { events, hasSnapshot, hasEnded } = this.match.tick(hasAudience);
    if (events.length > 0) this.#observer.onEvents(this, events);
    const ticks = this.#ticksPerSample;
    this.#observer.onSample(this, { ticks, index: this.match.world.tick % ticks });
    if (hasSnapshot) this.#sendStates();
    this.#frames.flush(hasEnded);
    if (!hasEnded) return;
    this.#observer.onOver(this);
    this.#sendOver("everybody");
  }

  /** Ends the recording, and hands the bots' tanks back; to be called before the players leave. */
  close(reason: SessionEndReason): void {
    const { recorder } = this.match;
    if (reason === "moved") recorder.abandon();
    else recorder.end(reason);
    this.#crew?.leave();
  }

  /** Team points by team number, as messages carry them. */
  get scores(): JsonObject & Readonly<Record<string, number>> {
    const { scores } = this.match.world;
    // The first is nobody's.
    return Object.fromEntries(scores.flatMap((score, team) => team === 0 ? [] : [[team, score]]));
  }

  #linger(): void {
    this.#frames.repeat();
    this.#ticksSinceOver++;
    if (this.#ticksSinceOver % this.#ticksPerRepeat !== 0) return;
    if (this.#ticksSinceOver >= this.#ticksPerRepeat * OVER_REPEATS) {
      this.#observer.onFinished(this);
    } else {
      this.#sendOver("udp");
    }
  }

  // Streams lose nothing and the binary protocol repeats by itself: only JSON datagrams are left.
  #sendOver(to: "everybody" | "udp"): void {
    const winner = this.match.world.outcome?.winner ?? 0;
    const message = matchOverMessage({ matchId: this.id, winner, scores: this.scores });
    if (to === "everybody") this.audience?.onOver(message);
    for (const { link } of this.players.values()) {
      const isMissed = to === "everybody" || (link.transport === "udp" && !link.ticked);
      if (link.wantsState && isMissed) link.send(message);
    }
  }

  #hasJsonAudience(): boolean {
    if (this.audience !== undefined) return true;
    for (const { link } of this.players.list) if (wantsJson(link)) return true;
    return false;
  }

  #sendStates(): void {
    const { match } = this;
    if (this.audience !== undefined) this.#sendWhole(this.audience);
    for (const player of this.players.list) {
      if (!wantsJson(player.link)) continue;
      const state = match.snapshots.encode(player.ackedTick);
      if (state === undefined) return;
      const { tick, base, body } = state;
      player.link.send(encodeState(tick, base, match.appliedSeq(player.tank), body));
    }
  }

  // Whole states: who watches acknowledges nothing, and may come in the middle.
  #sendWhole(audience: SessionAudience): void {
    const state = this.match.snapshots.encode(undefined);
    if (state !== undefined) audience.onState(encodeState(state.tick, null, 0, state.body));
  }
}

function wantsJson(link: PlayerLink): boolean {
  return link.ticked === undefined && link.wantsState;
}
