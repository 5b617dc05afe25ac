// The game server's `simulation/ground.ts` and `wall_grid.ts` in JavaScript, for one tank.
import { pushOutOfRectangle } from "./circles.js";
import { clamp } from "./integer_math.js";

/** @typedef {import("./circles.js").MovablePoint} MovablePoint */
/** @typedef {import("./circles.js").Rectangle} Rectangle */
/**
 * An arena as the server describes it, in metres; walls are `[x, y, width, height]`.
 *
 * @typedef {Readonly<{
 *   name: string, width: number, height: number,
 *   walls: readonly (readonly [number, number, number, number])[],
 * }>} ArenaPlan
 */

const UM_PER_M = 1_000_000;
/** The cells' side, in µm. */
const CELL_UM = 10 * UM_PER_M;
/** How far from a place a wall may be and still be listed for it, in µm. */
const WALL_REACH_UM = 6 * UM_PER_M;
const PUSH_PASSES_MAX = 4;

/** What tanks drive on: sides and walls. */
export class Ground {
  /** Along x, µm. */
  widthUm;
  /** Along y, µm. */
  heightUm;
  #columns;
  #rows;
  /** @type {Rectangle[][]} The walls near each cell, in the arena's order. */
  #cells;

  /** @param {ArenaPlan} plan */
  constructor(plan) {
    this.widthUm = umFromMetres(plan.width);
    this.heightUm = umFromMetres(plan.height);
    this.#columns = Math.max(1, Math.ceil(this.widthUm / CELL_UM));
    this.#rows = Math.max(1, Math.ceil(this.heightUm / CELL_UM));
    this.#cells = Array.from({ length: this.#columns * this.#rows }, () => []);
    for (const [x, y, width, height] of plan.walls) {
      this.#list({
        xUm: umFromMetres(x),
        yUm: umFromMetres(y),
        widthUm: umFromMetres(width),
        heightUm: umFromMetres(height),
      });
    }
  }

  /**
   * Every wall within 6 m of a place, and some that are farther.
   *
   * @param {number} xUm
   * @param {number} yUm
   * @returns {readonly Rectangle[]}
   */
  wallsNear(xUm, yUm) {
    return this.#cells[this.#rowOf(yUm) * this.#columns + this.#columnOf(xUm)] ?? [];
  }

  /**
   * Moves a circle of at most 1.5 m in radius to where it is within the sides and overlaps no wall. False
   * when it found no such place near.
   *
   * @param {MovablePoint} centre
   * @param {number} radiusUm
   * @returns {boolean}
   */
  pushInside(centre, radiusUm) {
    for (let pass = 0; pass < PUSH_PASSES_MAX; pass++) {
      centre.xUm = clamp(centre.xUm, radiusUm, this.widthUm - radiusUm);
      centre.yUm = clamp(centre.yUm, radiusUm, this.heightUm - radiusUm);
      let pushed = false;
      for (const wall of this.wallsNear(centre.xUm, centre.yUm)) {
        if (pushOutOfRectangle(centre, wall, radiusUm)) pushed = true;
      }
      if (!pushed) return true;
    }
    return false;
  }

  /** @param {Rectangle} wall */
  #list(wall) {
    const firstColumn = this.#columnOf(wall.xUm - WALL_REACH_UM);
    const lastColumn = this.#columnOf(wall.xUm + wall.widthUm + WALL_REACH_UM);
    const firstRow = this.#rowOf(wall.yUm - WALL_REACH_UM);
    const lastRow = this.#rowOf(wall.yUm + wall.heightUm + WALL_REACH_UM);
    for (let row = firstRow; row <= lastRow; row++) {
      for (let column = firstColumn; column <= lastColumn; column++) {
        this.#cells[row * this.#columns + column]?.push(wall);
      }
    }
  }

  /** @param {number} xUm */
  #columnOf(xUm) {
    return clamp(Math.floor(xUm / CELL_UM), 0, this.#columns - 1);
  }

  /** @param {number} yUm */
  #rowOf(yUm) {
    return clamp(Math.floor(yUm / CELL_UM), 0, this.#rows - 1);
  }
}

/**
 * Metres as whole micrometres.
 *
 * @param {number} metres
 * @returns {number}
 */
export function umFromMetres(metres) {
  return Math.round(metres * UM_PER_M);
}

/**
 * Micrometres as metres.
 *
 * @param {number} um
 * @returns {number}
 */
export function metresFromUm(um) {
  return um / UM_PER_M;
}
