import type { JsonObject } from "../../core/json.ts";
import type { RngState } from "../../core/rng.ts";
import { readArena, saveArena } from "./arena_state.ts";
import { FieldReader } from "./field_reader.ts";
import type { WorldOptions } from "./match_state.ts";
import { checkRules, type MatchRules, TANKS_MAX, teamNumberMax } from "./rules.ts";
import { readShell, saveShell, SHELL_ID_MAX } from "./shell_state.ts";
import { hashWorld } from "./state_hash.ts";
import { Tank } from "./tank.ts";
import { PAST_FIELDS, rewindTicksMax } from "./tank_past.ts";
import { ID_LENGTH_MAX, readTank, saveTank } from "./tank_state.ts";
import { tuningAt } from "./tuning.ts";
import { TICK_RATE_MAX, TICK_RATE_MIN } from "./units.ts";
import { World } from "./world.ts";
import type { Outcome } from "./world_event.ts";

/** Gives a restored world its tanks; a `TankPool` is one. */
export interface TankSource {
  /** A tank with that id, in no world; undefined where there is none left. */
  acquire(tankId: string): Tank | undefined;
  /** Takes a tank back, when the restoring fails. */
  release(tank: Tank): void;
}

/** The layout of what {@linkcode saveWorld} writes; another one is refused. */
export const WORLD_STATE_VERSION = 2;

/** More shells than any world has: each tank has those of 2 s in flight, one a second. */
const SHELLS_MAX = TANKS_MAX * 4;
const U32 = { min: 0, max: 0xffff_ffff };
const COUNT = { min: 0, max: 0x7fff_ffff };
/** Any integer at all: {@linkcode checkRules} has the bounds. */
const ANY = { min: 0, max: Number.MAX_SAFE_INTEGER };

const newTanks: TankSource = {
  acquire: (tankId) => new Tank(tankId),
  release: () => {},
};

/**
 * A world as plain data that JSON can carry, for a checkpoint: whole, with its arena and its hash. The
 * last step's events are not in it.
 */
export function saveWorld(world: World): JsonObject {
  const { outcome } = world;
  return {
    version: WORLD_STATE_VERSION,
    hash: hashWorld(world),
    seed: world.seed,
    tick_rate: world.tickRate,
    arena: saveArena(world.arena),
    rules: saveRules(world.rules),
    tick: world.tick,
    rng: [...world.rngState],
    next_shell_id: world.nextShellId,
    scores: [...world.scores],
    outcome: outcome === undefined ? null : { winner: outcome.winner, reason: outcome.reason },
    tanks: world.tanks.map(saveTank),
    past: world.savePast(),
    shells: world.shells.map(saveShell),
  };
}

/**
 * The world that {@linkcode saveWorld} saved: same hash, and the same future.
 *
 * @param source where its tanks come from; it gets them back when the restoring fails
 * @throws Error naming what is wrong in the data, or that no tank is left; it may come from anywhere
 */
export function restoreWorld(data: unknown, source: TankSource = newTanks): World {
  const tanks: Tank[] = [];
  try {
    return readWorld(new FieldReader(data, "world"), source, tanks);
  } catch (error) {
    for (const tank of tanks) {
      tank.reset();
      source.release(tank);
    }
    throw error;
  }
}

function readWorld(reader: FieldReader, source: TankSource, tanks: Tank[]): World {
  reader.integer("version", { min: WORLD_STATE_VERSION, max: WORLD_STATE_VERSION });
  const options: WorldOptions = {
    seed: reader.integer("seed", U32),
    tickRate: reader.integer("tick_rate", { min: TICK_RATE_MIN, max: TICK_RATE_MAX }),
    arena: readArena(reader.object("arena")),
    rules: readRules(reader.object("rules")),
  };
  readTanks(reader, options, { source, into: tanks });
  const setting = { arena: options.arena, tuning: tuningAt(options.tickRate), tanks };
  const world = World.resume(options, {
    tick: reader.integer("tick", COUNT),
    rngState: readRngState(reader),
    nextShellId: reader.integer("next_shell_id", { min: 1, max: SHELL_ID_MAX }),
    scores: reader.integers("scores", teamNumberMax(options.rules) + 1, COUNT),
    outcome: readOutcome(reader, options.rules),
    tanks,
    shells: reader.objects("shells", SHELLS_MAX).map((shell) => readShell(shell, setting)),
    past: readPast(reader, options, tanks.length),
  });
  if (reader.text("hash", 16) !== hashWorld(world)) {
    throw reader.refusal("hash", `that of the rest, ${hashWorld(world)}`);
  }
  return world;
}

function readTanks(
  reader: FieldReader,
  options: WorldOptions,
  tanks: { readonly source: TankSource; readonly into: Tank[] },
): void {
  const setting = { ...options, tuning: tuningAt(options.tickRate) };
  for (const item of reader.objects("tanks", options.rules.tanksMax)) {
    const tank = tanks.source.acquire(item.text("tank_id", ID_LENGTH_MAX));
    if (tank === undefined) throw new Error("Cannot restore world: no tank is left");
    const slotBefore = tanks.into.at(-1)?.slot ?? -1;
    tanks.into.push(tank);
    readTank(item, setting, tank);
    if (tank.slot <= slotBefore) throw item.refusal("slot", `above ${slotBefore}`);
  }
}

function readPast(
  reader: FieldReader,
  { tickRate, arena }: WorldOptions,
  tankCount: number,
): number[] {
  const length = tankCount * rewindTicksMax(tickRate) * PAST_FIELDS;
  const max = Math.max(arena.widthUm, arena.heightUm);
  return reader.integers("past", length, { min: 0, max });
}

function saveRules(rules: MatchRules): JsonObject {
  return {
    team_count: rules.teamCount,
    tanks_max: rules.tanksMax,
    score_limit: rules.scoreLimit,
    time_limit_ms: rules.timeLimitMs,
    respawn_ms: rules.respawnMs,
    friendly_fire: rules.friendlyFire,
    bot_team: rules.botTeam ?? 0,
  };
}

function readRules(reader: FieldReader): MatchRules {
  const rules = {
    teamCount: reader.integer("team_count", ANY),
    tanksMax: reader.integer("tanks_max", ANY),
    scoreLimit: reader.integer("score_limit", ANY),
    timeLimitMs: reader.integer("time_limit_ms", ANY),
    respawnMs: reader.integer("respawn_ms", ANY),
    friendlyFire: reader.boolean("friendly_fire"),
    botTeam: reader.integer("bot_team", ANY),
  };
  checkRules(rules);
  return rules;
}

function readRngState(reader: FieldReader): RngState {
  const [a = 0, b = 0, c = 0, d = 0] = reader.integers("rng", 4, U32);
  // The generator would stay at zero for ever.
  if ((a | b | c | d) === 0) throw reader.refusal("rng", "not all zero");
  return [a, b, c, d];
}

function readOutcome(reader: FieldReader, rules: MatchRules): Outcome | undefined {
  const outcome = reader.objectOrNull("outcome");
  if (outcome === undefined) return undefined;
  const winner = outcome.integer("winner", { min: 0, max: teamNumberMax(rules) });
  const reason = outcome.text("reason", 16);
  if (reason === "score" || reason === "time") return { winner, reason };
  throw outcome.refusal("reason", "score or time");
}
