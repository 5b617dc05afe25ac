import { clamp } from "./integer_math.ts";
import type { Rectangle } from "./physics.ts";
import { UM_PER_M } from "./units.ts";

/** The cells' side, in µm. */
const CELL_UM = 10 * UM_PER_M;
/** How far from a place a wall may be and still be listed for it, in µm. */
export const WALL_REACH_UM = 6 * UM_PER_M;

/**
 * The walls near any place, listed by cell in advance: one look-up instead of a search, however large
 * the arena. A cell lists every wall within {@linkcode WALL_REACH_UM} of it, in the arena's order.
 */
export class WallGrid<Wall extends Rectangle> {
  readonly #columns: number;
  readonly #rows: number;
  readonly #cells: (readonly Wall[])[];

  /** Lists the walls of an arena of that size. */
  constructor(
    size: { readonly widthUm: number; readonly heightUm: number },
    walls: readonly Wall[],
  ) {
    this.#columns = Math.max(1, Math.ceil(size.widthUm / CELL_UM));
    this.#rows = Math.max(1, Math.ceil(size.heightUm / CELL_UM));
    const cells = Array.from({ length: this.#columns * this.#rows }, (): Wall[] => []);
    for (const wall of walls) {
      const firstColumn = this.#columnOf(wall.xUm - WALL_REACH_UM);
      const lastColumn = this.#columnOf(wall.xUm + wall.widthUm + WALL_REACH_UM);
      const firstRow = this.#rowOf(wall.yUm - WALL_REACH_UM);
      const lastRow = this.#rowOf(wall.yUm + wall.heightUm + WALL_REACH_UM);
      for (let row = firstRow; row <= lastRow; row++) {
        for (let column = firstColumn; column <= lastColumn; column++) {
          cells[row * this.#columns + column]?.push(wall);
        }
      }
    }
    this.#cells = cells;
  }

  /** Every wall within {@linkcode WALL_REACH_UM} of the place, and some that are farther. */
  near(xUm: number, yUm: number): readonly Wall[] {
    return this.#cells[this.#rowOf(yUm) * this.#columns + this.#columnOf(xUm)] ?? NONE;
  }

  #columnOf(xUm: number): number {
    return clamp(Math.floor(xUm / CELL_UM), 0, this.#columns - 1);
  }

  #rowOf(yUm: number): number {
    return clamp(Math.floor(yUm / CELL_UM), 0, this.#rows - 1);
  }
}

const NONE: readonly never[] = [];
