import { SHELL, type SnapshotFrame, TANK } from "../wire/snapshot_frame.ts";
import { Visibility } from "../wire/visibility.ts";

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
  /** By column, what of the frame that was looked at last is seen from there, whatever the row. */
  readonly #fromColumn: readonly Visibility[];
  /** By row, likewise. */
  readonly #fromRow: readonly Visibility[];
  #frame: SnapshotFrame | undefined;
  #tick = 0;

  /** For an arena of this size. */
  constructor(side: { readonly xCmMax: number; readonly yCmMax: number }, speed: ShellSpeed) {
    const { xCmMax, yCmMax } = side;
    this.#columns = Math.floor(xCmMax / CELL_CM) + 1;
    this.#rows = Math.floor(yCmMax / CELL_CM) + 1;
    this.#isWhole = Math.max(xCmMax, yCmMax) <= WHOLE_ARENA_CM_MAX;
    this.#speed = speed;
    const bands = (count: number): Visibility[] =>
      Array.from({ length: this.#isWhole ? 0 : count }, () => new Visibility());
    this.#fromColumn = bands(this.#columns);
    this.#fromRow = bands(this.#rows);
  }

  /** Cells of the arena; 0 where everybody sees all of it. */
  get cellCount(): number {
    return this.#isWhole ? 0 : this.#columns * this.#rows;
  }

  /** The cell of the tank in a slot, or {@linkcode WHOLE_ARENA}. */
  cellOf(frame: SnapshotFrame, slot: number): number {
    if (this.#isWhole) return WHOLE_ARENA;
    return this.#rowOf(frame.tank(slot, TANK.yCm)) * this.#columns +
      this.#columnOf(frame.tank(slot, TANK.xCm));
  }

  /** Writes what is seen from a cell. Cheap where it is called for one frame after another. */
  look(frame: SnapshotFrame, cell: number, into: Visibility): void {
    if (this.#frame !== frame || this.#tick !== frame.tick) this.#place(frame);
    const column = this.#fromColumn[cell % this.#columns];
    const row = this.#fromRow[Math.floor(cell / this.#columns)];
    if (column === undefined || row === undefined) into.clear();
    else into.setBoth(column, row);
  }

  /** Notes for each column and row what is near it. */
  #place(frame: SnapshotFrame): void {
    this.#frame = frame;
    this.#tick = frame.tick;
    for (const band of this.#fromColumn) band.clear();
    for (const band of this.#fromRow) band.clear();
    for (let slot = 0; slot < frame.slotCount; slot++) {
      if (!frame.hasTank(slot)) continue;
      for (const band of near(this.#fromColumn, this.#columnOf(frame.tank(slot, TANK.xCm)))) {
        band.showSlot(slot);
      }
      for (const band of near(this.#fromRow, this.#rowOf(frame.tank(slot, TANK.yCm)))) {
        band.showSlot(slot);
      }
    }
    for (let index = 0; index < frame.shellCount; index++) this.#placeShell(frame, index);
  }

  #placeShell(frame: SnapshotFrame, index: number): void {
    const flownCm = (frame.tick - frame.shell(index, SHELL.tick)) * this.#speed.shellCmPerTick;
    const angle = (frame.shell(index, SHELL.heading) / 4_096) * 2 * Math.PI;
    const xCm = frame.shell(index, SHELL.xCm) + Math.cos(angle) * flownCm;
    const yCm = frame.shell(index, SHELL.yCm) + Math.sin(angle) * flownCm;
    for (const band of near(this.#fromColumn, this.#columnOf(xCm))) band.showShell(index);
    for (const band of near(this.#fromRow, this.#rowOf(yCm))) band.showShell(index);
  }

  #columnOf(xCm: number): number {
    return clampIndex(Math.floor(xCm / CELL_CM), this.#columns);
  }

  #rowOf(yCm: number): number {
    return clampIndex(Math.floor(yCm / CELL_CM), this.#rows);
  }
}

/** The columns or rows from which one sees another. */
function near(bands: readonly Visibility[], index: number): readonly Visibility[] {
  return bands.slice(Math.max(0, index - SIGHT_CELLS), index + SIGHT_CELLS + 1);
}

function clampIndex(index: number, count: number): number {
  return Math.min(Math.max(index, 0), count - 1);
}
