import { assert, assertEquals } from "@std/assert";
import { Rng } from "../../core/rng.ts";
import { smallArena } from "../../tests/fixtures/small_world.ts";
import { Arena } from "../simulation/arena.ts";
import { ARENA_NAMES, tryArena } from "../simulation/built_in_arenas.ts";
import { umFromMetres } from "../simulation/units.ts";
import { DIRECTIONS, NavGrid } from "./nav_grid.ts";
import { EXPANSIONS_MAX, PathSearch } from "./path_search.ts";
import { Sight } from "./sight.ts";
import { terrainOf } from "./terrain.ts";

function gridOf(arena: Arena): NavGrid {
  return new NavGrid(arena, new Sight(arena));
}

function cellAt(grid: NavGrid, x: number, y: number): number {
  return grid.cellNear(umFromMetres(x), umFromMetres(y));
}

/** The cells from `start` on; every one is a neighbour that can be reached from the one before. */
function checkWay(grid: NavGrid, start: number, way: readonly number[]): void {
  let at = start;
  for (const cell of way.toReversed()) {
    const direction = DIRECTIONS.findIndex(([dx, dy]) => at + dy * grid.columns + dx === cell);
    assert(direction >= 0 && (grid.linksOf(at) & (1 << direction)) !== 0, `${at} to ${cell}`);
    at = cell;
  }
}

Deno.test("PathSearch finds a way between any two spawns, over linked cells", () => {
  for (const name of ARENA_NAMES) {
    const arena = tryArena(name);
    assert(arena !== undefined);
    const { grid, search } = terrainOf(arena);
    const rng = new Rng(1);
    const way: number[] = [];
    for (let trial = 0; trial < 100; trial++) {
      const [from, to] = [rng.pick(arena.spawns), rng.pick(arena.spawns)];
      assert(from !== undefined && to !== undefined);
      const goal = grid.cellNear(to.xUm, to.yUm);
      let at = grid.cellNear(from.xUm, from.yUm);
      // The steppe is larger than one search: then the next goes on where it ended.
      for (let leg = 0; leg < 4 && at !== goal; leg++) {
        search.find(at, goal, way);
        checkWay(grid, at, way);
        at = way[0] ?? at;
      }
      assertEquals(at, goal, `${name}: ${from.xUm}, ${from.yUm} to ${to.xUm}, ${to.yUm}`);
    }
  }
});

Deno.test("PathSearch goes round a wall, and not much farther than it must", () => {
  const grid = gridOf(smallArena([[28, 0, 4, 50]]));
  const start = cellAt(grid, 10, 5);
  const goal = cellAt(grid, 50, 5);
  const way: number[] = [];
  new PathSearch(grid).find(start, goal, way);
  checkWay(grid, start, way);
  assertEquals(way[0], goal);
  // Down to 52 m and up again, in cells of 2 m: 24 and 24 and something across.
  assert(way.length >= 48 && way.length <= 60, `${way.length} cells`);
});

Deno.test("PathSearch ends as near as it can where there is no way", () => {
  const grid = gridOf(smallArena([[28, 0, 4, 60]]));
  const start = cellAt(grid, 10, 30);
  const way: number[] = [];
  new PathSearch(grid).find(start, cellAt(grid, 50, 30), way);
  checkWay(grid, start, way);
  const end = grid.xUmOf(way[0] ?? start);
  assert(end > umFromMetres(22) && end < umFromMetres(28), `ends at ${end}`);
  new PathSearch(grid).find(start, start, way);
  assertEquals(way, []);
});

Deno.test("PathSearch looks at a bounded number of cells", () => {
  let looks = 0;
  const side = umFromMetres(1_000);
  const open = gridOf(
    new Arena({
      name: "open",
      widthUm: side,
      heightUm: side,
      walls: [],
      spawns: [{ xUm: side / 2, yUm: side / 2, heading: 0 }],
    }),
  );
  const counted = Object.create(open, {
    linksOf: {
      value: (cell: number): number => {
        looks += 1;
        return open.linksOf(cell);
      },
    },
    columns: { value: open.columns },
    size: { value: open.size },
  });
  // A goal that is nowhere: every cell is looked at, if it may.
  new PathSearch(counted).find(cellAt(open, 500, 500), 1e6, []);
  assertEquals(looks, EXPANSIONS_MAX);
});

Deno.test("NavGrid has no link through a wall or along one that is too close", () => {
  const grid = gridOf(smallArena([[20, 20, 10, 10]]));
  assertEquals(grid.linksOf(15 * grid.columns + 12), 0);
  // Cell (8, 8) is around (17, 17): east and south of it are free, what lies between is the wall's corner.
  const east = grid.linksOf(8 * grid.columns + 8) & 0b111;
  assertEquals(east, 0b101);
  // In the wall: the nearest cell beside it.
  const near = cellAt(grid, 21, 25);
  assert(grid.linksOf(near) !== 0);
  assert(grid.xUmOf(near) < umFromMetres(20));
});

Deno.test("NavGrid has no link through a wall that is thin beside its cells", () => {
  const side = umFromMetres(1_000);
  const [xUm, yUm] = [umFromMetres(46.8), umFromMetres(20)];
  const wall = { xUm, yUm, widthUm: umFromMetres(0.1), heightUm: umFromMetres(300) };
  const spawns = [{ xUm: side / 2, yUm: side / 2, heading: 0 }];
  const grid = gridOf(
    new Arena({ name: "large", widthUm: side, heightUm: side, walls: [wall], spawns }),
  );
  const left = cellAt(grid, 43, 100);
  const right = cellAt(grid, 51, 100);
  assertEquals(right, left + 1);
  assertEquals([grid.linksOf(left) & 0b10000011, grid.linksOf(right) & 0b00111000], [0, 0]);
  assert(grid.linksOf(left) !== 0 && grid.linksOf(right) !== 0);
});
