import { assert, assertEquals, assertThrows } from "@std/assert";
import { Rng } from "../../core/rng.ts";
import { Arena, type ArenaPlan } from "./arena.ts";
import { TANK_RADIUS_UM } from "./tuning.ts";
import { UM_PER_M } from "./units.ts";
import { WALL_REACH_UM } from "./wall_grid.ts";

const PLAN: ArenaPlan = {
  name: "plain",
  widthUm: 40 * UM_PER_M,
  heightUm: 30 * UM_PER_M,
  walls: [{
    xUm: 10 * UM_PER_M,
    yUm: 10 * UM_PER_M,
    widthUm: 4 * UM_PER_M,
    heightUm: 4 * UM_PER_M,
  }],
  spawns: [{ xUm: 5 * UM_PER_M, yUm: 5 * UM_PER_M, heading: 0 }],
};
const [WALL = { xUm: 0, yUm: 0, widthUm: 0, heightUm: 0 }] = PLAN.walls;

Deno.test("Arena refuses a plan that breaks a bound", () => {
  const table: readonly (readonly [Partial<ArenaPlan>, string])[] = [
    [{ name: "No Such" }, "its name"],
    [{ widthUm: 9_999_999 }, "a side must be"],
    [{ heightUm: 1_000_000_001 }, "a side must be"],
    [{ heightUm: 20_000_000.5 }, "a side must be"],
    [{ walls: [{ ...WALL, widthUm: 0 }] }, "wall 0 is empty or not inside"],
    [{ walls: [WALL, { ...WALL, xUm: 37 * UM_PER_M }] }, "wall 1 is empty or not inside"],
    [{ walls: [{ ...WALL, xUm: -1 }] }, "wall 0"],
    [{ walls: [{ ...WALL, yUm: NaN }] }, "wall 0"],
    [{ walls: new Array(1001).fill(WALL) }, "more than 1000 walls"],
    [{ spawns: [] }, "1..500 spawns"],
    [{ spawns: [{ xUm: UM_PER_M, yUm: 5 * UM_PER_M, heading: 0 }] }, "spawn 0 is not free"],
    [{ spawns: [{ xUm: 9 * UM_PER_M, yUm: 12 * UM_PER_M, heading: 0 }] }, "spawn 0 is not free"],
    [{ spawns: [{ xUm: 5 * UM_PER_M, yUm: 5 * UM_PER_M, heading: 65_536 }] }, "integers"],
    [{ spawns: [{ xUm: 5.5, yUm: 5 * UM_PER_M, heading: 0 }] }, "integers"],
  ];
  for (const [change, message] of table) {
    assertThrows(() => new Arena({ ...PLAN, ...change }), RangeError, message);
  }
});

Deno.test("Arena.wallsNear lists every wall within reach of a place", () => {
  const seed = 31;
  const rng = new Rng(seed);
  const walls = Array.from({ length: 60 }, () => ({
    xUm: rng.below(350 * UM_PER_M),
    yUm: rng.below(250 * UM_PER_M),
    widthUm: 1 + rng.below(40 * UM_PER_M),
    heightUm: 1 + rng.below(40 * UM_PER_M),
  }));
  const spawn = { xUm: 398 * UM_PER_M, yUm: 298 * UM_PER_M, heading: 0 };
  const size = { widthUm: 400 * UM_PER_M, heightUm: 300 * UM_PER_M };
  const arena = new Arena({ name: "many", ...size, walls, spawns: [spawn] });
  for (let index = 0; index < 5_000; index++) {
    const xUm = rng.below(size.widthUm + 1);
    const yUm = rng.below(size.heightUm + 1);
    const listed = arena.wallsNear(xUm, yUm);
    for (const wall of arena.walls) {
      const dx = Math.max(wall.xUm - xUm, 0, xUm - wall.xUm - wall.widthUm);
      const dy = Math.max(wall.yUm - yUm, 0, yUm - wall.yUm - wall.heightUm);
      const isNear = dx <= WALL_REACH_UM && dy <= WALL_REACH_UM;
      assert(!isNear || listed.includes(wall), `seed ${seed}: ${xUm}, ${yUm}`);
    }
    assert(listed.length < walls.length);
  }
});

Deno.test("Arena.pushInside brings a circle back within the edges and out of walls", () => {
  const arena = new Arena(PLAN);
  const table: readonly (readonly [number, number, number, number])[] = [
    [1, 5, 1.5, 5],
    [39, 29.5, 38.5, 28.5],
    [9, 12, 8.5, 12],
    [20, 20, 20, 20],
  ];
  for (const [x, y, wantedX, wantedY] of table) {
    const centre = { xUm: x * UM_PER_M, yUm: y * UM_PER_M };
    assert(arena.pushInside(centre, TANK_RADIUS_UM));
    assertEquals(centre, { xUm: wantedX * UM_PER_M, yUm: wantedY * UM_PER_M });
    assert(arena.isClear(centre, TANK_RADIUS_UM));
  }
});

Deno.test("Arena.pushInside says when there is no room", () => {
  // A gap of 2 m for a tank of 3 m.
  const walls = [WALL, { ...WALL, xUm: 16 * UM_PER_M }];
  const arena = new Arena({ ...PLAN, walls });
  const centre = { xUm: 15 * UM_PER_M, yUm: 12 * UM_PER_M };
  assert(!arena.isClear(centre, TANK_RADIUS_UM));
  assert(!arena.pushInside(centre, TANK_RADIUS_UM));
});

Deno.test("Arena keeps its own copy of the plan", () => {
  const wall = { ...WALL };
  const arena = new Arena({ ...PLAN, walls: [wall] });
  wall.xUm = 0;
  assertEquals(arena.walls[0]?.xUm, WALL.xUm);
});
