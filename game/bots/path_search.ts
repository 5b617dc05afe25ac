import { DIRECTIONS, type NavGrid } from "./nav_grid.ts";

/** Cells that one search looks at at most: it bounds the time that a way takes to find. */
export const EXPANSIONS_MAX = 800;

const STRAIGHT_COST = 10;
const DIAGONAL_COST = 14;
/** An estimate that is a quarter too high finds a way that is hardly longer, much sooner. */
const ESTIMATE_QUARTERS = 5;

/** Searches ways through one grid, A*; its memory is used again by each search. */
export class PathSearch {
  readonly #grid: NavGrid;
  /** The search in which a cell was last seen: what is of an older one counts as empty. */
  readonly #seenIn: Uint32Array;
  readonly #cost: Int32Array;
  readonly #from: Int32Array;
  /** A heap of cells, the least estimate first, and each one's estimate beside it. */
  readonly #heap: number[] = [];
  readonly #keys: number[] = [];
  #search = 0;

  /** Needs 12 bytes a cell. */
  constructor(grid: NavGrid) {
    this.#grid = grid;
    this.#seenIn = new Uint32Array(grid.size);
    this.#cost = new Int32Array(grid.size);
    this.#from = new Int32Array(grid.size);
  }

  /**
   * Writes the cells of a way into `into`, the last first, without the one where it begins. Where the goal
   * is too far or cannot be reached, the way ends at the cell that is nearest to it. Empty: it is there.
   */
  find(start: number, goal: number, into: number[]): void {
    into.length = 0;
    this.#search = (this.#search + 1) >>> 0;
    this.#heap.length = 0;
    this.#keys.length = 0;
    this.#see(start, { cost: 0, from: -1 });
    this.#push(start, 0);
    let nearest = start;
    let least = this.#estimate(start, goal);
    for (let looked = 0; looked < EXPANSIONS_MAX && this.#heap.length > 0; looked++) {
      const cell = this.#pop();
      const estimate = this.#estimate(cell, goal);
      if (estimate < least) {
        nearest = cell;
        least = estimate;
      }
      if (cell === goal) break;
      this.#expand(cell, goal);
    }
    for (let cell = nearest; cell !== start; cell = this.#from[cell] ?? start) into.push(cell);
  }

  #expand(cell: number, goal: number): void {
    const links = this.#grid.linksOf(cell);
    const soFar = this.#cost[cell] ?? 0;
    for (let direction = 0; direction < DIRECTIONS.length; direction++) {
      if ((links & (1 << direction)) === 0) continue;
      const [dx, dy, stepCost] = DIRECTIONS[direction] ?? [0, 0, 0];
      const other = cell + dy * this.#grid.columns + dx;
      const cost = soFar + stepCost;
      if (this.#seenIn[other] === this.#search && (this.#cost[other] ?? 0) <= cost) continue;
      this.#see(other, { cost, from: cell });
      this.#push(other, cost + (this.#estimate(other, goal) * ESTIMATE_QUARTERS) / 4);
    }
  }

  #see(cell: number, about: { readonly cost: number; readonly from: number }): void {
    this.#seenIn[cell] = this.#search;
    this.#cost[cell] = about.cost;
    this.#from[cell] = about.from;
  }

  /** The cost of the way over open ground. */
  #estimate(cell: number, goal: number): number {
    const { columns } = this.#grid;
    const dx = Math.abs((cell % columns) - (goal % columns));
    const dy = Math.abs(Math.floor(cell / columns) - Math.floor(goal / columns));
    const diagonal = Math.min(dx, dy);
    return diagonal * DIAGONAL_COST + (Math.max(dx, dy) - diagonal) * STRAIGHT_COST;
  }

  #push(cell: number, key: number): void {
    const heap = this.#heap;
    const keys = this.#keys;
    let at = heap.length;
    heap.push(cell);
    keys.push(key);
    while (at > 0) {
      const parent = (at - 1) >> 1;
      if ((keys[parent] ?? 0) <= key) break;
      heap[at] = heap[parent] ?? 0;
      keys[at] = keys[parent] ?? 0;
      at = parent;
    }
    heap[at] = cell;
    keys[at] = key;
  }

  #pop(): number {
    const heap = this.#heap;
    const keys = this.#keys;
    const top = heap[0] ?? 0;
    const cell = heap.pop() ?? 0;
    const key = keys.pop() ?? 0;
    const size = heap.length;
    if (size === 0) return top;
    let at = 0;
    while (true) {
      let child = 2 * at + 1;
      if (child >= size) break;
      if (child + 1 < size && (keys[child + 1] ?? 0) < (keys[child] ?? 0)) child += 1;
      if ((keys[child] ?? 0) >= key) break;
      heap[at] = heap[child] ?? 0;
      keys[at] = keys[child] ?? 0;
      at = child;
    }
    heap[at] = cell;
    keys[at] = key;
    return top;
  }
}
