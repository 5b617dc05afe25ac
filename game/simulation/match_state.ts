import { Rng } from "../../core/rng.ts";
import type { Arena } from "./arena.ts";
import { checkRules, type MatchRules, teamNumberMax } from "./rules.ts";
import { ShellStore } from "./shell_store.ts";
import type { Tank } from "./tank.ts";
import { TankPast } from "./tank_past.ts";
import type { MutableTankInput } from "./tank_input.ts";
import { type Tuning, tuningAt } from "./tuning.ts";
import { ticksFromMs } from "./units.ts";
import type { Outcome, WorldEvent } from "./world_event.ts";

/** What a world is made from; the same options and calls give the same match. */
export interface WorldOptions {
  /** Any integer; its low 32 bits count. */
  readonly seed: number;
  /** Steps a second, 10..60. */
  readonly tickRate: number;
  /** Where it is fought. */
  readonly arena: Arena;
  /** How it is played. */
  readonly rules: MatchRules;
}

/** What the phases of a step share. */
export interface MatchState {
  /** Unsigned 32-bit. */
  readonly seed: number;
  /** Steps a second. */
  readonly tickRate: number;
  /** Where it is fought. */
  readonly arena: Arena;
  /** How it is played. */
  readonly rules: MatchRules;
  /** The figures at that tick rate. */
  readonly tuning: Tuning;
  /** `rules.respawnMs` in ticks. */
  readonly respawnTicks: number;
  /** `rules.timeLimitMs` in ticks. */
  readonly timeLimitTicks: number;
  /** Chance. */
  readonly rng: Rng;
  /** By slot, ascending, without holes. */
  readonly tanks: Tank[];
  /** By slot, as many as there may be tanks. */
  readonly tankBySlot: (Tank | undefined)[];
  /** Where the tanks stood in the last ticks. */
  readonly past: TankPast;
  /** The shells in flight. */
  readonly shells: ShellStore;
  /** By team number; 0 is nobody's. */
  readonly scores: number[];
  /** Of the last step. */
  readonly events: WorldEvent[];
  /** Steps done. */
  tick: number;
  /** Undefined while the match goes on. */
  outcome: Outcome | undefined;
  /** Room for an input that an order makes; means nothing between two tanks. */
  readonly steered: MutableTankInput;
}

/** A match in which nothing has happened yet. @throws RangeError when an option breaks its bounds */
export function createMatchState(options: WorldOptions): MatchState {
  const { seed, tickRate, arena, rules } = options;
  if (!Number.isSafeInteger(seed)) {
    throw new RangeError(`Cannot create world: seed must be an integer, is ${seed}`);
  }
  checkRules(rules);
  return {
    seed: seed >>> 0,
    tickRate,
    arena,
    rules,
    tuning: tuningAt(tickRate),
    respawnTicks: ticksFromMs(rules.respawnMs, tickRate),
    timeLimitTicks: ticksFromMs(rules.timeLimitMs, tickRate),
    rng: new Rng(seed),
    tanks: [],
    tankBySlot: new Array<Tank | undefined>(rules.tanksMax).fill(undefined),
    past: new TankPast(rules.tanksMax, tickRate),
    shells: new ShellStore(),
    scores: new Array<number>(teamNumberMax(rules) + 1).fill(0),
    events: [],
    tick: 0,
    outcome: undefined,
    steered: { throttle: 0, turn: 0, turret: 0, fire: false },
  };
}

/** Adds a tank to the tanks at its slot, which is free. */
export function insertTank(state: MatchState, tank: Tank): void {
  const after = state.tanks.findIndex((other) => other.slot > tank.slot);
  state.tanks.splice(after === -1 ? state.tanks.length : after, 0, tank);
  state.tankBySlot[tank.slot] = tank;
}
