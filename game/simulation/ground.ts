import { clamp } from "./integer_math.ts";
import { type MovablePoint, type Point, pushOutOfRectangle, type Rectangle } from "./physics.ts";
import { UM_PER_M } from "./units.ts";
import { WallGrid } from "./wall_grid.ts";

/** A wall: stops tanks and shells. */
export type Wall = Rectangle;

/** What a ground is made of. It covers 0..widthUm by 0..heightUm. */
export interface GroundPlan {
  /** 1..32 of a-z, 0-9 and `_`. */
  readonly name: string;
  /** Along x, µm. */
  readonly widthUm: number;
  /** Along y, µm. */
  readonly heightUm: number;
  /** Inside; they may overlap. */
  readonly walls: readonly Wall[];
}

/** The least side of an arena, in µm. */
export const ARENA_SIDE_UM_MIN = 10 * UM_PER_M;
/** The greatest side of an arena, in µm; below 2^31, so that every position is a small integer. */
export const ARENA_SIDE_UM_MAX = 1_000 * UM_PER_M;
/** The most walls of an arena. */
export const ARENA_WALLS_MAX = 1_000;

/** Pushes out of one wall may lead into the next; a place that needs more than this is no place. */
const PUSH_PASSES_MAX = 4;

/** What tanks drive on: sides and walls. It is all of an arena that a client needs to predict. */
export class Ground implements GroundPlan {
  /** As in the plan. */
  readonly name: string;
  /** Along x, µm. */
  readonly widthUm: number;
  /** Along y, µm. */
  readonly heightUm: number;
  /** Inside; they may overlap. */
  readonly walls: readonly Wall[];
  readonly #grid: WallGrid<Wall>;

  /**
   * Copies and checks the plan.
   *
   * @throws RangeError when it breaks a bound
   */
  constructor(plan: GroundPlan) {
    this.name = plan.name;
    this.widthUm = plan.widthUm;
    this.heightUm = plan.heightUm;
    this.walls = plan.walls.map(({ xUm, yUm, widthUm, heightUm }) => {
      return { xUm, yUm, widthUm, heightUm };
    });
    this.#checkSize();
    this.#checkWalls();
    this.#grid = new WallGrid(this, this.walls);
  }

  /** Every wall within 6 m of a place, and some that are farther, in a fixed order. */
  wallsNear(xUm: number, yUm: number): readonly Wall[] {
    return this.#grid.near(xUm, yUm);
  }

  /** Whether a place is within the sides, which are included. */
  contains(xUm: number, yUm: number): boolean {
    return xUm >= 0 && yUm >= 0 && xUm <= this.widthUm && yUm <= this.heightUm;
  }

  /** Whether a circle is within the sides and overlaps no wall. */
  isClear(centre: Point, radiusUm: number): boolean {
    const { xUm, yUm } = centre;
    const inside = xUm >= radiusUm && yUm >= radiusUm && xUm <= this.widthUm - radiusUm &&
      yUm <= this.heightUm - radiusUm;
    if (!inside) return false;
    const probe = { xUm, yUm };
    return !this.wallsNear(xUm, yUm).some((wall) => pushOutOfRectangle(probe, wall, radiusUm));
  }

  /**
   * Moves a circle of at most 1.5 m in radius to where it is within the sides and overlaps no wall,
   * to the micrometre. False when it found no such place near: then the circle is to go back to
   * where it was.
   */
  pushInside(centre: MovablePoint, radiusUm: number): boolean {
    for (let pass = 0; pass < PUSH_PASSES_MAX; pass++) {
      centre.xUm = clamp(centre.xUm, radiusUm, this.widthUm - radiusUm);
      centre.yUm = clamp(centre.yUm, radiusUm, this.heightUm - radiusUm);
      // Not by where it ends: two walls may push it there and back again.
      let pushed = false;
      for (const wall of this.wallsNear(centre.xUm, centre.yUm)) {
        if (pushOutOfRectangle(centre, wall, radiusUm)) pushed = true;
      }
      if (!pushed) return true;
    }
    return false;
  }

  /** Ends the making of what cannot be. @throws RangeError always */
  protected refuse(problem: string): never {
    throw new RangeError(`Cannot create arena ${JSON.stringify(this.name)}: ${problem}`);
  }

  #checkSize(): void {
    if (!/^[a-z0-9_]{1,32}$/.test(this.name)) this.refuse("its name is not 1..32 of a-z, 0-9, _");
    for (const side of [this.widthUm, this.heightUm]) {
      if (!isWithin(side, ARENA_SIDE_UM_MIN, ARENA_SIDE_UM_MAX)) {
        this.refuse(`a side must be ${ARENA_SIDE_UM_MIN}..${ARENA_SIDE_UM_MAX} µm, is ${side}`);
      }
    }
  }

  #checkWalls(): void {
    if (this.walls.length > ARENA_WALLS_MAX) this.refuse(`more than ${ARENA_WALLS_MAX} walls`);
    for (const [index, { xUm, yUm, widthUm, heightUm }] of this.walls.entries()) {
      const inside = isWithin(xUm, 0, this.widthUm) && isWithin(yUm, 0, this.heightUm) &&
        isWithin(widthUm, 1, this.widthUm - xUm) && isWithin(heightUm, 1, this.heightUm - yUm);
      if (!inside) this.refuse(`wall ${index} is empty or not inside`);
    }
  }
}

/** Whether a number is an integer of a range. */
export function isWithin(value: number, min: number, max: number): boolean {
  return Number.isInteger(value) && value >= min && value <= max;
}
