import { Rng } from "../core/rng.ts";
import { BotCrew } from "./bots/bot_crew.ts";
import { BOT_SKILLS, type BotSkillName } from "./bots/bot_skill.ts";
import { GameSession, type SessionObserver } from "./game_session.ts";
import { Match } from "./match.ts";
import type { MatchCheckpoint, SavedBots } from "./match_checkpoint.ts";
import { type PreparedWorld, prepareWorld } from "./prepared_world.ts";
import type { RecordEvent } from "./replay/match_record.ts";
import { tryArena } from "./simulation/built_in_arenas.ts";
import { type MatchRules, tryMode } from "./simulation/rules.ts";
import type { TankPool } from "./tank_pool.ts";

/** What every session of a server is made with. */
export interface SessionFactoryOptions {
  /** Seeds each match. */
  readonly rng: Rng;
  /** Ticks a second, 10 to 60. */
  readonly tickRate: number;
  /** Snapshots a second. */
  readonly snapshotRate: number;
  /** How often positions are sampled for the history; per second. */
  readonly sampleRate: number;
  /** Ticks for each snapshot in the binary protocol, 1 and up; asked each tick. */
  readonly ticksPerFrame: () => number;
  /** Told what happens in each session. */
  readonly observer: SessionObserver;
  /** Where bots' tanks come from. */
  readonly pool: TankPool;
  /** Bots in each match of a mode that has no team for them; a seat at least is left to players. */
  readonly botCount: number;
  /** How good bots are. */
  readonly botSkill: BotSkillName;
  /** How long a match may take at most, in milliseconds, whatever its mode allows. */
  readonly matchMsMax: number;
  /** Takes what a replay of a match needs. */
  readonly record: (matchId: string, event: RecordEvent) => void;
}

/** What one session is made for. */
export interface SessionRequest {
  /** The session's id, and its match's. */
  readonly id: string;
  /** A mode's name. */
  readonly mode: string;
  /** An arena's name; undefined: the mode's own. */
  readonly map?: string;
  /** Player or account ids for whom it is kept; anybody if undefined. */
  readonly reservedFor: ReadonlySet<string> | undefined;
  /** The team of each bot, where whoever orders the match says so. */
  readonly botTeams?: readonly number[];
}

/** Makes sessions, each with a match of its own. */
export class SessionFactory {
  readonly #options: SessionFactoryOptions;

  /** Makes nothing yet. */
  constructor(options: SessionFactoryOptions) {
    this.#options = options;
  }

  /** A session with a new match; undefined where there is no such mode or arena. */
  create(request: SessionRequest): GameSession | undefined {
    const { id, mode, reservedFor } = request;
    const gameMode = tryMode(mode);
    const arena = gameMode && tryArena(request.map ?? gameMode.arenaName);
    if (gameMode === undefined || arena === undefined) return undefined;
    const { rng, tickRate, snapshotRate, sampleRate, ticksPerFrame, observer } = this.#options;
    const rules = shortened(gameMode.rules, this.#options.matchMsMax);
    const seed = rng.nextU32();
    const record = (event: RecordEvent): void => this.#options.record(id, event);
    const match = new Match({ id, mode, seed, arena, rules, tickRate, snapshotRate, record });
    const crew = this.#openCrew(match, request.botTeams);
    return new GameSession({
      match,
      tickRate,
      sampleRate,
      ticksPerFrame,
      observer,
      ...(reservedFor && { reservedFor }),
      ...(crew && { crew }),
    });
  }

  /**
   * The session of a match that goes on here, without its players, in the world that was prepared from its
   * checkpoint; undefined: in one that is prepared now. @throws Error where it is bad, or tanks are too few
   */
  restore(checkpoint: MatchCheckpoint, epoch: number, prepared?: PreparedWorld): GameSession {
    const { matchId: id, mode, places, bots, barred } = checkpoint;
    const { tickRate, snapshotRate, sampleRate, ticksPerFrame, observer, pool } = this.#options;
    const world = (prepared ?? prepareWorld(checkpoint, pool))?.world;
    if (world === undefined) throw new Error(`Cannot restore ${id}: too few tanks are left`);
    const { arena, rules, seed } = world;
    const goesOn = { world, epoch };
    const record = (event: RecordEvent): void => this.#options.record(id, event);
    const match = new Match({
      ...{ id, mode, seed, arena, rules, tickRate, snapshotRate, record, goesOn },
    });
    const crew = bots && this.#adoptCrew(match, bots);
    return new GameSession({
      match,
      tickRate,
      sampleRate,
      ticksPerFrame,
      observer,
      barred,
      ...(places && {
        reservedFor: new Set(places.map(({ id }) => id)),
        teams: new Map(places.flatMap(({ id, team }) => team === 0 ? [] : [[id, team]])),
      }),
      ...(crew && { crew }),
    });
  }

  #adoptCrew({ world, recorder }: Match, bots: SavedBots): BotCrew {
    const { rng, pool, botSkill } = this.#options;
    const team = world.rules.botTeam || undefined;
    return new BotCrew({
      world,
      commands: recorder,
      tanks: pool,
      rng: new Rng(rng.nextU32()),
      size: bots.size,
      skill: BOT_SKILLS[botSkill],
      adopted: bots.slots.flatMap((slot) => world.tankAt(slot) ?? []),
      ...(team !== undefined && { team }),
      ...(bots.teams !== undefined && { teams: bots.teams }),
    });
  }

  #openCrew(
    { world, recorder }: Match,
    botTeams: readonly number[] | undefined,
  ): BotCrew | undefined {
    const { rng, pool, botCount, botSkill } = this.#options;
    const size = crewSize(world.rules, botTeams?.length ?? botCount);
    if (size === 0) return undefined;
    const team = world.rules.botTeam || undefined;
    // Bots that have a team of their own are there whatever is ordered.
    const teams = team === undefined && world.rules.teamCount > 0 ? botTeams : undefined;
    return new BotCrew({
      world,
      commands: recorder,
      tanks: pool,
      rng: new Rng(rng.nextU32()),
      size,
      skill: BOT_SKILLS[botSkill],
      ...(team !== undefined && { team }),
      ...(teams !== undefined && { teams }),
    });
  }
}

function shortened(rules: MatchRules, matchMsMax: number): MatchRules {
  return rules.timeLimitMs <= matchMsMax ? rules : { ...rules, timeLimitMs: matchMsMax };
}

/** A whole team of bots where the rules have one, which is how many the matchmaker leaves room for. */
function crewSize(rules: MatchRules, botCount: number): number {
  const { tanksMax, teamCount, botTeam = 0 } = rules;
  if (botTeam > 0) return Math.floor(tanksMax / teamCount);
  return Math.min(botCount, tanksMax - 1);
}
