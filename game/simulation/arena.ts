import { Ground, type GroundPlan, isWithin } from "./ground.ts";
import type { Point } from "./physics.ts";
import { TANK_RADIUS_UM } from "./tuning.ts";
import { HEADING_MASK } from "./units.ts";

export { ARENA_SIDE_UM_MAX, ARENA_SIDE_UM_MIN, ARENA_WALLS_MAX, type Wall } from "./ground.ts";

/** Where a tank may appear, and where it then looks. */
export interface Spawn extends Point {
  /** Where the tank looks, 0..65535. */
  readonly heading: number;
}

/** What an arena is made of. The arena covers 0..widthUm by 0..heightUm. */
export interface ArenaPlan extends GroundPlan {
  /** Each free of walls by a tank's radius. */
  readonly spawns: readonly Spawn[];
}

/** The most spawns of an arena. */
export const ARENA_SPAWNS_MAX = 500;

/** Where a match is fought; it never changes. */
export class Arena extends Ground implements ArenaPlan {
  /** Each free of walls by a tank's radius. */
  readonly spawns: readonly Spawn[];

  /**
   * Copies and checks the plan.
   *
   * @throws RangeError when it breaks a bound, or a spawn does not leave a tank free
   */
  constructor(plan: ArenaPlan) {
    super(plan);
    this.spawns = plan.spawns.map(({ xUm, yUm, heading }) => ({ xUm, yUm, heading }));
    this.#checkSpawns();
  }

  #checkSpawns(): void {
    if (!isWithin(this.spawns.length, 1, ARENA_SPAWNS_MAX)) {
      this.refuse(`it must have 1..${ARENA_SPAWNS_MAX} spawns`);
    }
    for (const [index, spawn] of this.spawns.entries()) {
      const whole = Number.isInteger(spawn.xUm) && Number.isInteger(spawn.yUm);
      if (!whole || !isWithin(spawn.heading, 0, HEADING_MASK)) {
        this.refuse(`spawn ${index} is not made of integers`);
      }
      if (!this.isClear(spawn, TANK_RADIUS_UM)) this.refuse(`spawn ${index} is not free`);
    }
  }
}
