import { assert, assertEquals } from "@std/assert";
import { ARENA_NAMES, tryArena } from "./built_in_arenas.ts";
import { TANK_RADIUS_UM } from "./tuning.ts";

Deno.test("Built-in arenas have the sizes and spawns that they promise", () => {
  const table: readonly (readonly [string, number, number, number])[] = [
    ["crossroads", 80, 60, 12],
    ["proving_ground", 60, 60, 12],
    ["steppe", 400, 400, 100],
  ];
  assertEquals([...ARENA_NAMES], table.map(([name]) => name));
  for (const [name, width, height, spawnsMin] of table) {
    const arena = tryArena(name);
    assertEquals(arena?.name, name);
    assertEquals([arena?.widthUm, arena?.heightUm], [width * 1_000_000, height * 1_000_000]);
    assert((arena?.spawns.length ?? 0) >= spawnsMin, name);
  }
});

Deno.test("tryArena knows no other name", () => {
  assertEquals(tryArena("moon"), undefined);
  assertEquals(tryArena("constructor"), undefined);
});

Deno.test("Built-in arenas are the same turned by half a turn", () => {
  for (const name of ARENA_NAMES) {
    const arena = tryArena(name);
    assert(arena !== undefined);
    const walls = new Set(arena.walls.map((wall) => JSON.stringify(wall)));
    for (const { xUm, yUm, widthUm, heightUm } of arena.walls) {
      const turned = {
        xUm: arena.widthUm - xUm - widthUm,
        yUm: arena.heightUm - yUm - heightUm,
        widthUm,
        heightUm,
      };
      assert(walls.has(JSON.stringify(turned)), `${name}: ${JSON.stringify(turned)}`);
    }
    const spawns = new Set(arena.spawns.map(({ xUm, yUm }) => `${xUm},${yUm}`));
    for (const { xUm, yUm } of arena.spawns) {
      assert(spawns.has(`${arena.widthUm - xUm},${arena.heightUm - yUm}`), name);
    }
  }
});

Deno.test("Built-in arenas leave a tank's room between spawns, and between walls", () => {
  for (const name of ARENA_NAMES) {
    const arena = tryArena(name);
    assert(arena !== undefined);
    const apart = 2 * TANK_RADIUS_UM;
    for (const [index, a] of arena.spawns.entries()) {
      for (const b of arena.spawns.slice(index + 1)) {
        assert(Math.hypot(a.xUm - b.xUm, a.yUm - b.yUm) >= apart, name);
      }
    }
    for (const [index, a] of arena.walls.entries()) {
      for (const b of arena.walls.slice(index + 1)) {
        const dx = Math.max(a.xUm - b.xUm - b.widthUm, b.xUm - a.xUm - a.widthUm);
        const dy = Math.max(a.yUm - b.yUm - b.heightUm, b.yUm - a.yUm - a.heightUm);
        assert(Math.max(dx, dy) >= apart, `${name}: ${index}`);
      }
    }
  }
});
