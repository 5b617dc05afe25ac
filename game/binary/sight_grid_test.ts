import { assert, assertEquals } from "@std/assert";
import { Rng } from "../../core/rng.ts";
import { SHELL, SnapshotFrame, TANK } from "../wire/snapshot_frame.ts";
import { Visibility } from "../wire/visibility.ts";
import { CELL_CM, SIGHT_CELLS, SightGrid, WHOLE_ARENA, WHOLE_ARENA_CM_MAX } from "./sight_grid.ts";

const SPEED = { shellCmPerTick: 100 };

/** Tanks at these places, in metres. */
function frameOf(...places: readonly (readonly [number, number])[]): SnapshotFrame {
  const frame = new SnapshotFrame();
  frame.tick = 100;
  for (const [slot, [x, y]] of places.entries()) {
    frame.setNames(slot, "", "");
    frame.setTank(slot, TANK.xCm, x * 100);
    frame.setTank(slot, TANK.yCm, y * 100);
  }
  return frame;
}

function slotsSeen(grid: SightGrid, frame: SnapshotFrame, from: number): number[] {
  const sight = new Visibility();
  grid.look(frame, grid.cellOf(frame, from), sight);
  return Array.from({ length: frame.slotCount }, (_, slot) => slot).filter((slot) =>
    sight.hasSlot(slot)
  );
}

Deno.test("An arena that fits a screen is seen whole", () => {
  const grid = new SightGrid({ xCmMax: WHOLE_ARENA_CM_MAX, yCmMax: 100 }, SPEED);
  assertEquals([grid.cellCount, grid.cellOf(frameOf([1, 1]), 0)], [0, WHOLE_ARENA]);
});

Deno.test("In a larger arena one sees what is near, and oneself", () => {
  const grid = new SightGrid({ xCmMax: 40_000, yCmMax: 40_000 }, SPEED);
  assertEquals(grid.cellCount, 21 * 21);
  const frame = frameOf([10, 10], [60, 60], [79, 10], [81, 10], [399, 399]);
  assertEquals(slotsSeen(grid, frame, 0), [0, 1, 2]);
  assertEquals(slotsSeen(grid, frame, 4), [4]);
});

Deno.test("Everything within 60 m is seen, from wherever in its cell, and to the arena's edge", () => {
  const grid = new SightGrid({ xCmMax: 40_000, yCmMax: 40_000 }, SPEED);
  const reach = SIGHT_CELLS * CELL_CM / 100;
  for (let x = 0; x <= 400; x += 7) {
    for (const dx of [-reach, -1, 0, 1, reach]) {
      const other = Math.min(Math.max(x + dx, 0), 400);
      assert(slotsSeen(grid, frameOf([x, 200], [other, 200]), 0).includes(1), `${x} ${other}`);
    }
  }
});

Deno.test("From a cell one sees what is in the cells around it, in one frame after another", () => {
  const grid = new SightGrid({ xCmMax: 40_000, yCmMax: 30_000 }, SPEED);
  const rng = new Rng(3);
  const frames = [1, 2, 3].map(() =>
    frameOf(...Array.from({ length: 60 }, () => [rng.below(401), rng.below(301)] as const))
  );
  const columns = Math.floor(40_000 / CELL_CM) + 1;
  for (let round = 0; round < 200; round++) {
    const frame = frames[rng.below(frames.length)] ?? new SnapshotFrame();
    const from = rng.below(60);
    const place = (slot: number): readonly [number, number] => {
      const cell = grid.cellOf(frame, slot);
      return [cell % columns, Math.floor(cell / columns)];
    };
    const [column, row] = place(from);
    const expected = [...Array(60).keys()].filter((slot) => {
      const [otherColumn, otherRow] = place(slot);
      return Math.abs(otherColumn - column) <= SIGHT_CELLS &&
        Math.abs(otherRow - row) <= SIGHT_CELLS;
    });
    assertEquals(slotsSeen(grid, frame, from), expected);
  }
});

Deno.test("A shell is seen by where it is now, not by where it was fired", () => {
  const grid = new SightGrid({ xCmMax: 40_000, yCmMax: 40_000 }, SPEED);
  const frame = frameOf([200, 200]);
  frame.shellCount = 2;
  // 40 ticks at 1 m a tick along +x, the first into sight and the second out of it.
  for (const [index, x] of [150 - 40, 265].entries()) {
    frame.setShell(index, SHELL.tick, 60);
    frame.setShell(index, SHELL.xCm, x * 100);
    frame.setShell(index, SHELL.yCm, 20_000);
    frame.setShell(index, SHELL.heading, 0);
  }
  const sight = new Visibility();
  grid.look(frame, grid.cellOf(frame, 0), sight);
  assertEquals([sight.hasShell(0), sight.hasShell(1)], [true, false]);
});
