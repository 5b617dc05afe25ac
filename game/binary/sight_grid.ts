import type { SnapshotFrame } from "../wire/snapshot_frame.ts";
import type { Visibility } from "../wire/visibility.ts";

/** An arena with a longer side than this is more than a client shows: it is told of what is near. */
export const WHOLE_ARENA_CM_MAX = 15_000;

/** The side of a cell. All who are in one cell see the same, and share their snapshots. */
export const CELL_CM = 2_000;

/** How many cells away something may be and still be seen: 60 to 80 m, as one stands in the cell. */
export const SIGHT_CELLS = 3;

/** The cell of who sees the whole arena. */
export const WHOLE_ARENA: number = -1;

/** What it takes to know where a shell is: it flies straight from where it was fired. */
export interface ShellSpeed {
  /** The simulation's speed of shells, in cm a tick; a fraction. */
  readonly shellCmPerTick: number;
}

/**
 * Who sees what in an arena that is larger than a screen: the arena is laid out in cells, and from one
 * cell one sees everything in those around it. A tank is seen from its own cell, so that its driver
 * always sees it.
 */
export class SightGrid {
  readonly #columns: number;
  readonly #rows: number;
  readonly #isWhole: boolean;
  readonly #speed: ShellSpeed;

  /** For an arena of this size. */
  constructor(side: { readonly xCmMax: number; readonly yCmMax: number }, speed: ShellSpeed) {
    const { xCmMax, yCmMax } = side;
    this.#columns = Math.floor(xCmMax / CELL_CM) + 1;
    this.#rows = Math.floor(yCmMax / CELL_CM) + 1;
    this.#isWhole = Math.max(xCmMax, yCmMax) <= WHOLE_ARENA_CM_MAX;
    this.#speed = speed;
  }

  /** Cells of the arena; 0 where everybody sees all of it. */
  get cellCount(): number {
    return this.#isWhole ? 0 : this.#columns * this.#rows;
  }

  /** The cell of the tank in a slot, or {@linkcode WHOLE_ARENA}. */
  cellOf(frame: SnapshotFrame, slot: number): number {
    if (this.#isWhole) return WHOLE_ARENA;
    return this.#rowOf(frame.yCm[slot] ?? 0) * this.#columns + this.#columnOf(frame.xCm[slot] ?? 0);
  }

  /** Writes what is seen from a cell. */
  look(frame: SnapshotFrame, cell: number, into: Visibility): void {
    into.clear();
    for (let slot = 0; slot < frame.present.length; slot++) {
      if (frame.present[slot] !== 1) continue;
      if (this.#isNear(cell, frame.xCm[slot] ?? 0, frame.yCm[slot] ?? 0)) into.showSlot(slot);
    }
    for (let index = 0; index < frame.shellCount; index++) {
      const flownCm = (frame.tick - (frame.shellTick[index] ?? 0)) * this.#speed.shellCmPerTick;
      const angle = ((frame.shellHeading[index] ?? 0) / 4_096) * 2 * Math.PI;
      const xCm = (frame.shellXCm[index] ?? 0) + Math.cos(angle) * flownCm;
      const yCm = (frame.shellYCm[index] ?? 0) + Math.sin(angle) * flownCm;
      if (this.#isNear(cell, xCm, yCm)) into.showShell(index);
    }
  }

  #isNear(cell: number, xCm: number, yCm: number): boolean {
    const column = cell % this.#columns;
    const row = Math.floor(cell / this.#columns);
    return Math.abs(this.#columnOf(xCm) - column) <= SIGHT_CELLS &&
      Math.abs(this.#rowOf(yCm) - row) <= SIGHT_CELLS;
  }

  #columnOf(xCm: number): number {
    return clampIndex(Math.floor(xCm / CELL_CM), this.#columns);
  }

  #rowOf(yCm: number): number {
    return clampIndex(Math.floor(yCm / CELL_CM), this.#rows);
  }
}

function clampIndex(index: number, count: number): number {
  return Math.min(Math.max(index, 0), count - 1);
}
