import type { Rng } from "../../core/rng.ts";
import { clamp } from "../simulation/integer_math.ts";
import type { Point } from "../simulation/physics.ts";
import type { Tank } from "../simulation/tank.ts";
import { CONTROL_MAX, type MutableTankInput } from "../simulation/tank_input.ts";
import { headingDifference, headingOf } from "../simulation/trigonometry.ts";
import { UM_PER_M } from "../simulation/units.ts";
import type { BotView } from "./bot_view.ts";
import { Stall } from "./stall.ts";
import { type Terrain, terrainOf } from "./terrain.ts";

/** So near to a place the next one of the way is made for. */
const REACHED_UM = 1.5 * UM_PER_M;
/** How many places of a way are looked at for the farthest that can be driven to directly. */
const SHORTCUTS_MAX = 4;
/** A way is looked for anew after so long, for a goal that moves. */
const WAY_MS = 1_000;
/** Off its course by less than this, a tank goes at full speed: 20 degrees. */
const FULL_SPEED_ERROR_MAX = 3_641;
/** Off its course by more than this, it turns on the spot: 60 degrees. */
const TURNING_ERROR = 10_923;
/** Off its course by more than this, it may as well go backward: 100 degrees. */
const REVERSE_ERROR = 18_204;
const HALF_TURN = 32_768;
const SLOW = 64;

/** Drives one tank to where it is to be, round walls, and gets it loose where it is stuck. */
export class Driver {
  readonly #rng: Rng;
  readonly #stall = new Stall();
  /** Cells of the way, the next last. */
  readonly #way: number[] = [];
  #wayTick = -Infinity;
  #isDriving = false;
  #mayReverse = false;
  /** Where it drives now, µm. */
  #xUm = 0;
  #yUm = 0;
  #escapeTicks = 0;
  #escapeThrottle = 0;
  #escapeTurn = 0;
  #lastThrottle = 0;

  /** `rng` decides which way it turns to get loose. */
  constructor(rng: Rng) {
    this.#rng = rng;
  }

  /** Stays where it is from now on. */
  rest(): void {
    this.#isDriving = false;
    this.#way.length = 0;
  }

  /** Forgets everything: the tank is somewhere else. */
  reset(): void {
    this.rest();
    this.#wayTick = -Infinity;
    this.#escapeTicks = 0;
    this.#stall.reset();
  }

  /** Drives straight to a place to which the way is free, backward too. */
  dash(xUm: number, yUm: number): void {
    this.#way.length = 0;
    this.#aimFor(xUm, yUm, true);
  }

  /** Drives to a place, round what is in the way. To be called again now and then while it is on its way. */
  seek(world: BotView, tank: Tank, goal: Point): void {
    const terrain = terrainOf(world.arena);
    if (canDrive(terrain, tank, goal)) {
      this.#way.length = 0;
      this.#aimFor(goal.xUm, goal.yUm, false);
      return;
    }
    const isStale = world.tick - this.#wayTick >= (WAY_MS * world.tickRate) / 1_000;
    if (this.#way.length === 0 || isStale) this.#findWay(world, tank, goal);
    this.#takeShortcut(terrain, tank);
  }

  /** Sets throttle and turn for one tick. */
  steer(world: BotView, tank: Tank, into: MutableTankInput): void {
    into.throttle = 0;
    into.turn = 0;
    if (this.#escapeTicks > 0) {
      this.#escapeTicks -= 1;
      into.throttle = this.#escapeThrottle;
      into.turn = this.#escapeTurn;
    } else if (this.#isDriving) {
      this.#drive(world, tank, into);
      if (this.#stall.isStalled(world, tank, into.throttle)) this.#escape(world);
    }
    if (into.throttle !== 0) this.#lastThrottle = into.throttle;
  }

  #drive(world: BotView, tank: Tank, into: MutableTankInput): void {
    const dx = this.#xUm - tank.xUm;
    const dy = this.#yUm - tank.yUm;
    if (Math.abs(dx) < REACHED_UM && Math.abs(dy) < REACHED_UM) return this.#goOn(world);
    const course = headingOf(dx, dy);
    const ahead = headingDifference(tank.heading, course);
    const isBackward = this.#mayReverse && Math.abs(ahead) > REVERSE_ERROR;
    const error = isBackward ? headingDifference(tank.heading, course + HALF_TURN) : ahead;
    const turn = Math.trunc((error * CONTROL_MAX) / world.tuning.hullTurnPerTick);
    into.turn = clamp(turn, -CONTROL_MAX, CONTROL_MAX) + 0;
    const off = Math.abs(error);
    const speed = off < FULL_SPEED_ERROR_MAX ? CONTROL_MAX : off < TURNING_ERROR ? SLOW : 0;
    into.throttle = isBackward ? 0 - speed : speed;
  }

  #goOn(world: BotView): void {
    const next = this.#way.pop();
    if (next === undefined) {
      this.#isDriving = false;
      return;
    }
    const { grid } = terrainOf(world.arena);
    this.#aimFor(grid.xUmOf(next), grid.yUmOf(next), false);
  }

  #aimFor(xUm: number, yUm: number, mayReverse: boolean): void {
    this.#isDriving = true;
    this.#mayReverse = mayReverse;
    this.#xUm = xUm;
    this.#yUm = yUm;
  }

  #findWay(world: BotView, tank: Tank, goal: Point): void {
    const { grid, search } = terrainOf(world.arena);
    const from = grid.cellNear(tank.xUm, tank.yUm);
    const to = grid.cellNear(goal.xUm, goal.yUm);
    this.#wayTick = world.tick;
    this.#way.length = 0;
    if (from === -1 || to === -1) return;
    search.find(from, to, this.#way);
    this.#way.push(from);
    this.#goOn(world);
  }

  /** Leaves out the places of the way that it need not pass. */
  #takeShortcut({ sight, grid }: Terrain, tank: Tank): void {
    const way = this.#way;
    for (let count = Math.min(SHORTCUTS_MAX, way.length); count > 0; count--) {
      const cell = way[way.length - count] ?? 0;
      const toXUm = grid.xUmOf(cell);
      const toYUm = grid.yUmOf(cell);
      const free = sight.isFreeForTank({ fromXUm: tank.xUm, fromYUm: tank.yUm, toXUm, toYUm });
      if (!free) continue;
      way.length -= count;
      this.#aimFor(toXUm, toYUm, false);
      return;
    }
  }

  /** Back where it came from for a while, turning to either side, and then by another way. */
  #escape(world: BotView): void {
    this.#way.length = 0;
    this.#wayTick = -Infinity;
    this.#escapeThrottle = this.#lastThrottle > 0 ? -CONTROL_MAX : CONTROL_MAX;
    this.#escapeTurn = this.#rng.below(2) === 0 ? CONTROL_MAX : -CONTROL_MAX;
    this.#escapeTicks = Math.ceil(world.tickRate / 2) + this.#rng.below(world.tickRate);
    this.#stall.reset();
  }
}

function canDrive({ sight }: Terrain, tank: Point, goal: Point): boolean {
  return sight.isFreeForTank({
    fromXUm: tank.xUm,
    fromYUm: tank.yUm,
    toXUm: goal.xUm,
    toYUm: goal.yUm,
  });
}
