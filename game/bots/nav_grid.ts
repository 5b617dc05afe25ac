import type { Arena } from "../simulation/arena.ts";
import { clamp } from "../simulation/integer_math.ts";
import { UM_PER_M } from "../simulation/units.ts";
import type { Sight } from "./sight.ts";

/** The least side of a cell, µm: two tanks cannot pass each other in it, one can. */
const CELL_UM_MIN = 2 * UM_PER_M;
/** Cells along one side at most: bounds the memory, and what it takes to make a grid. */
const CELLS_PER_SIDE_MAX = 128;
/** How far around a place a cell is looked for from which a way begins or ends. */
const NEAR_CELLS_MAX = 2;

/** The neighbours of a cell: columns, rows, and the cost of the way there. */
export const DIRECTIONS: readonly (readonly [column: number, row: number, cost: number])[] = [
  [1, 0, 10],
  [1, 1, 14],
  [0, 1, 10],
  [-1, 1, 14],
  [-1, 0, 10],
  [-1, -1, 14],
  [0, -1, 10],
  [1, -1, 14],
];

/** An arena in cells, and from which a tank can drive straight to which of its neighbours. */
export class NavGrid {
  /** Cells along x. */
  readonly columns: number;
  /** Cells along y. */
  readonly rows: number;
  readonly #cellUm: number;
  /** By cell: bit n says that the neighbour in `DIRECTIONS[n]` can be reached. */
  readonly #links: Uint8Array;

  /** Looks at every cell once: some milliseconds for the largest arena. */
  constructor(arena: Arena, sight: Sight) {
    const side = Math.max(arena.widthUm, arena.heightUm);
    this.#cellUm = Math.max(CELL_UM_MIN, Math.ceil(side / CELLS_PER_SIDE_MAX));
    this.columns = Math.max(1, Math.ceil(arena.widthUm / this.#cellUm));
    this.rows = Math.max(1, Math.ceil(arena.heightUm / this.#cellUm));
    this.#links = new Uint8Array(this.columns * this.rows);
    this.#link(sight);
  }

  /** How many cells there are. */
  get size(): number {
    return this.#links.length;
  }

  /** Which neighbours can be reached from a cell, as bits; 0 where a wall is. */
  linksOf(cell: number): number {
    return this.#links[cell] ?? 0;
  }

  /** Of a cell's middle, µm. */
  xUmOf(cell: number): number {
    return (cell % this.columns) * this.#cellUm + this.#cellUm / 2;
  }

  /** Of a cell's middle, µm. */
  yUmOf(cell: number): number {
    return Math.floor(cell / this.columns) * this.#cellUm + this.#cellUm / 2;
  }

  /** The cell that a place is in, or the nearest around it that is not in a wall; -1: there is none. */
  cellNear(xUm: number, yUm: number): number {
    const column = clamp(Math.floor(xUm / this.#cellUm), 0, this.columns - 1);
    const row = clamp(Math.floor(yUm / this.#cellUm), 0, this.rows - 1);
    let nearest = -1;
    let least = Infinity;
    for (let dy = -NEAR_CELLS_MAX; dy <= NEAR_CELLS_MAX; dy++) {
      for (let dx = -NEAR_CELLS_MAX; dx <= NEAR_CELLS_MAX; dx++) {
        const cell = this.#cellAt(column + dx, row + dy);
        if (cell === -1 || this.linksOf(cell) === 0) continue;
        const away = Math.abs(this.xUmOf(cell) - xUm) + Math.abs(this.yUmOf(cell) - yUm);
        if (away >= least) continue;
        nearest = cell;
        least = away;
      }
    }
    return nearest;
  }

  #cellAt(column: number, row: number): number {
    const isInside = column >= 0 && row >= 0 && column < this.columns && row < this.rows;
    return isInside ? row * this.columns + column : -1;
  }

  #link(sight: Sight): void {
    const free = this.#links.map((_, cell) => {
      return sight.hasRoom(this.xUmOf(cell), this.yUmOf(cell)) ? 1 : 0;
    });
    for (let cell = 0; cell < free.length; cell++) {
      if (free[cell] === 0) continue;
      const column = cell % this.columns;
      const row = Math.floor(cell / this.columns);
      // The other four directions are these from the other side.
      for (let direction = 0; direction < 4; direction++) {
        const [dx, dy] = DIRECTIONS[direction] ?? [0, 0];
        const other = this.#cellAt(column + dx, row + dy);
        if (other === -1 || free[other] === 0 || !this.#canDrive(cell, other, sight)) continue;
        this.#links[cell] = this.linksOf(cell) | (1 << direction);
        this.#links[other] = this.linksOf(other) | (1 << (direction + 4));
      }
    }
  }

  #canDrive(from: number, to: number, sight: Sight): boolean {
    return sight.isShortWayFree({
      fromXUm: this.xUmOf(from),
      fromYUm: this.yUmOf(from),
      toXUm: this.xUmOf(to),
      toYUm: this.yUmOf(to),
    });
  }
}
