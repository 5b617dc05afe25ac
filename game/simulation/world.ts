// Long because it is the one class that others see of the simulation: most of them are
// getters and doc comments; what a step does is in the `*_phase.ts` files.
import type { RngState } from "../../core/rng.ts";
import type { Arena } from "./arena.ts";
import { separateTanks } from "./collision_phase.ts";
import { driveTanks } from "./drive_phase.ts";
import { endMatch } from "./end_phase.ts";
import { fireShells } from "./fire_phase.ts";
import { flyShells } from "./flight_phase.ts";
import { clamp, clampToInteger } from "./integer_math.ts";
import { createMatchState, insertTank, type MatchState, type WorldOptions } from "./match_state.ts";
import { orderTicksMax } from "./move_order.ts";
import { respawnTanks } from "./respawn_phase.ts";
import type { MatchRules } from "./rules.ts";
import type { Shell } from "./shell.ts";
import { spawnTank } from "./spawn.ts";
import { NO_SLOT, type Tank } from "./tank.ts";
import { PAST_FIELDS } from "./tank_past.ts";
import { copyTankInput, type MoveOrder, type TankInput } from "./tank_input.ts";
import { chooseTeam, isTeamOf } from "./teams.ts";
import type { Tuning } from "./tuning.ts";
import type { Outcome, WorldEvent } from "./world_event.ts";

/** Whether a tank came into the world, and why not. */
export type AddTankResult =
  | { readonly ok: true; readonly slot: number }
  | { readonly ok: false; readonly reason: "world_full" | "unknown_team" | "match_over" };

/** How far a match has come: all of a world that changes. */
export interface WorldProgress {
  /** Steps done. */
  readonly tick: number;
  /** Not all zero. */
  readonly rngState: RngState;
  /** The id of the next shell, 1..2^32-1. */
  readonly nextShellId: number;
  /** By team number, from 0. */
  readonly scores: readonly number[];
  /** Undefined while the match goes on. */
  readonly outcome: Outcome | undefined;
  /** Each with a slot of its own. */
  readonly tanks: readonly Tank[];
  /** As `savePast` gave it. */
  readonly past: readonly number[];
  /** Oldest first; each has its owner among the tanks. */
  readonly shells: readonly Shell[];
}

/**
 * A match: tanks and shells in an arena, moved by fixed ticks. Same options, same calls between the
 * same steps: same match, to the bit, on every machine.
 *
 * A step has this order, tanks within each phase by slot and shells by age:
 * 1. reload and return are counted down; input or move order: turret, hull, speed, place, walls;
 * 2. tanks push one another apart, and out of walls;
 * 3. tanks fire, all of them before any shell hits;
 * 4. shells fly and hit, new ones along their barrel and on by their player's view lag, against where
 *    the others stood then; damage counts at once;
 * 5. protection is counted down; destroyed tanks return;
 * 6. the match ends by score, or else by time.
 *
 * A step in which nothing happens allocates nothing.
 */
export class World {
  readonly #state: MatchState;

  /** A match without tanks. @throws RangeError when an option breaks its bounds */
  constructor(options: WorldOptions) {
    this.#state = createMatchState(options);
  }

  /** A world that goes on from elsewhere; the progress is taken as consistent, see `world_state.ts`. */
  static resume(options: WorldOptions, progress: WorldProgress): World {
    const world = new World(options);
    const state = world.#state;
    state.tick = progress.tick;
    state.rng.state = progress.rngState;
    state.outcome = progress.outcome;
    for (const tank of progress.tanks) insertTank(state, tank);
    const { past } = state;
    const size = past.ticksMax * PAST_FIELDS;
    for (const [index, { slot }] of progress.tanks.entries()) {
      past.restore(slot, state.tick, progress.past.slice(index * size, (index + 1) * size));
    }
    for (const [team, score] of progress.scores.entries()) state.scores[team] = score;
    state.shells.restore(progress.shells, progress.nextShellId);
    return world;
  }

  /** Steps done. */
  get tick(): number {
    return this.#state.tick;
  }
  /** Steps a second. */
  get tickRate(): number {
    return this.#state.tickRate;
  }
  /** The seed's low 32 bits. */
  get seed(): number {
    return this.#state.seed;
  }
  /** Where the match is fought. */
  get arena(): Arena {
    return this.#state.arena;
  }
  /** How the match is played. */
  get rules(): MatchRules {
    return this.#state.rules;
  }
  /** The match's figures, per tick. */
  get tuning(): Tuning {
    return this.#state.tuning;
  }
  /** The match's length at most, in ticks. */
  get timeLimitTicks(): number {
    return this.#state.timeLimitTicks;
  }
  /** All tanks, living or destroyed, by slot ascending, without holes. */
  get tanks(): readonly Tank[] {
    return this.#state.tanks;
  }
  /** The shells in flight, oldest first; the objects are used again, so keep none over a step. */
  get shells(): readonly Shell[] {
    return this.#state.shells.flying;
  }
  /** What happened in the last step, in order. The list is cleared by the next step, its events not. */
  get events(): readonly WorldEvent[] {
    return this.#state.events;
  }
  /** How the match ended, once it has. */
  get outcome(): Outcome | undefined {
    return this.#state.outcome;
  }
  /** Points by team number; index 0 is nobody's. With everybody alone a team is slot + 1. */
  get scores(): readonly number[] {
    return this.#state.scores;
  }
  /** The state of chance. */
  get rngState(): RngState {
    return this.#state.rng.state;
  }
  /** The id of the next shell. */
  get nextShellId(): number {
    return this.#state.shells.nextId;
  }

  /** Where the tanks stood in the last ticks, as whole numbers, for a checkpoint. */
  savePast(): number[] {
    const { past, tanks, tick } = this.#state;
    const saved: number[] = [];
    for (const { slot } of tanks) past.save(slot, tick, saved);
    return saved;
  }

  /** The tank in a slot, or undefined where there is none. */
  tankAt(slot: number): Tank | undefined {
    return this.#state.tankBySlot[slot];
  }

  /**
   * Puts a tank in the lowest free slot and at a spawn, protected.
   *
   * @param team undefined: the smallest, of equals the lowest, but not the one kept for bots. With
   * everybody alone it is slot + 1 and nothing else may be asked for.
   * @throws Error when the tank is in a world already
   */
  addTank(tank: Tank, playerId: string, team?: number): AddTankResult {
    const state = this.#state;
    if (tank.slot !== NO_SLOT) throw new Error(`Cannot add tank ${tank.tankId}: it is in a world`);
    if (state.outcome !== undefined) return { ok: false, reason: "match_over" };
    const slot = state.tankBySlot.indexOf(undefined);
    if (slot === -1) return { ok: false, reason: "world_full" };
    const chosen = team ?? chooseTeam(state, slot);
    if (!isTeamOf(state.rules, slot, chosen)) return { ok: false, reason: "unknown_team" };

    tank.slot = slot;
    tank.playerId = playerId;
    tank.team = chosen;
    // Who is alone takes no points over from who was in the slot before.
    if (state.rules.teamCount === 0) state.scores[chosen] = 0;
    insertTank(state, tank);
    spawnTank(state, tank);
    return { ok: true, slot };
  }

  /** Takes a tank and its shells out of the world; undefined where the slot is empty. */
  removeTank(slot: number): Tank | undefined {
    const state = this.#state;
    const tank = state.tankBySlot[slot];
    if (tank === undefined) return undefined;
    state.shells.removeOf(slot);
    state.tankBySlot[slot] = undefined;
    state.past.forget(slot);
    state.tanks.splice(state.tanks.indexOf(tank), 1);
    tank.slot = NO_SLOT;
    return tank;
  }

  /**
   * Has an input in force until the next, rounded and held within bounds. Throttle or turn end a move
   * order. False, and nothing done, where the slot is empty or the match is over.
   */
  setInput(slot: number, input: TankInput): boolean {
    const tank = this.#commandable(slot);
    if (tank === undefined) return false;
    copyTankInput(input, tank.input);
    tank.aims = true;
    if (tank.input.throttle !== 0 || tank.input.turn !== 0) tank.orderTicks = 0;
    return true;
  }

  /**
   * Orders a living tank to drive to a place, held within the arena, as straight as walls allow. The
   * order ends on arrival, or after twice the time that the straight way takes and 5 s. False, and
   * nothing done, where there is no such tank, the match is over, or the place is not a number.
   */
  setMoveOrder(slot: number, order: MoveOrder): boolean {
    const state = this.#state;
    const tank = this.#commandable(slot);
    if (tank === undefined || !tank.alive) return false;
    if (Number.isNaN(order.xUm) || Number.isNaN(order.yUm)) return false;
    const { arena, tuning, tickRate } = state;
    const margin = tuning.radiusUm;
    const xUm = Math.round(clamp(order.xUm, margin, arena.widthUm - margin));
    const yUm = Math.round(clamp(order.yUm, margin, arena.heightUm - margin));
    tank.orderXUm = xUm;
    tank.orderYUm = yUm;
    tank.orderTicks = orderTicksMax(tank, { xUm, yUm }, { tuning, tickRate });
    return true;
  }

  /**
   * Has a living tank fire once, as soon as it is loaded; one shot waits at most. False, and nothing
   * done, where there is no such tank or the match is over.
   */
  fireOnce(slot: number): boolean {
    const tank = this.#commandable(slot);
    if (tank === undefined || !tank.alive) return false;
    tank.firePending = true;
    return true;
  }

  /**
   * Says by how many ticks what a tank's player is shown lags behind this world; held within
   * {@linkcode rewindTicksMax}. Its next shots fly that many ticks at once, each against where the
   * others stood then. False, and nothing done, where the slot is empty or the match is over.
   */
  setViewLag(slot: number, lagTicks: number): boolean {
    const tank = this.#commandable(slot);
    if (tank === undefined) return false;
    tank.viewLagTicks = clampToInteger(lagTicks, { min: 0, max: this.#state.past.ticksMax });
    return true;
  }

  /** Moves the match by one tick. Once it is over this only clears the events. */
  step(): void {
    const state = this.#state;
    if (state.events.length > 0) state.events.length = 0;
    if (state.outcome !== undefined) return;
    state.tick += 1;
    driveTanks(state);
    separateTanks(state);
    const freshFrom = state.shells.flying.length;
    fireShells(state);
    flyShells(state, freshFrom);
    respawnTanks(state);
    state.past.record(state.tick, state.tanks);
    endMatch(state);
  }

  #commandable(slot: number): Tank | undefined {
    return this.#state.outcome === undefined ? this.#state.tankBySlot[slot] : undefined;
  }
}
