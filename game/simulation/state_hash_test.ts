import { assert, assertEquals, assertMatch, assertNotEquals } from "@std/assert";
import { openSmallWorld, placeTank } from "../../tests/fixtures/small_world.ts";
import { hashWorld } from "./state_hash.ts";
import { Shell } from "./shell.ts";
import { Tank } from "./tank.ts";
import type { World } from "./world.ts";

function openWorld(): World {
  const world = openSmallWorld();
  for (const x of [10, 20]) placeTank(world, { x, y: 30 });
  world.fireOnce(0);
  world.step();
  return world;
}

Deno.test("hashWorld is 16 hex digits, the same for the same world", () => {
  assertMatch(hashWorld(openWorld()), /^[0-9a-f]{16}$/);
  assertEquals(hashWorld(openWorld()), hashWorld(openWorld()));
});

Deno.test("hashWorld changes with every field of a tank but its labels", () => {
  const plain = hashWorld(openWorld());
  for (const [name, value] of Object.entries(new Tank("t"))) {
    if (typeof value === "object") continue;
    const world = openWorld();
    const tank = world.tankAt(1);
    assert(tank !== undefined);
    const before: unknown = Reflect.get(tank, name);
    const after = typeof before === "number"
      ? before + 1
      : typeof before === "boolean"
      ? !before
      : "x";
    Reflect.set(tank, name, after);
    const isLabel = name === "tankId" || name === "playerId";
    assertEquals(hashWorld(world) === plain, isLabel, name);
  }
  for (const change of [{ throttle: 1 }, { turn: 1 }, { turret: 1 }, { fire: true }]) {
    const world = openWorld();
    Object.assign(world.tankAt(1)?.input ?? {}, change);
    assertNotEquals(hashWorld(world), plain, JSON.stringify(change));
  }
});

Deno.test("hashWorld changes with every field of a shell", () => {
  const plain = hashWorld(openWorld());
  for (const name of Object.keys(new Shell())) {
    const world = openWorld();
    const [shell] = world.shells;
    assert(shell !== undefined);
    Reflect.set(shell, name, Number(Reflect.get(shell, name)) + 1);
    assertNotEquals(hashWorld(world), plain, name);
  }
});

Deno.test("hashWorld changes with arena, rules, tick rate, seed and tick", () => {
  const worlds = [
    openSmallWorld(),
    openSmallWorld({ seed: 2 }),
    openSmallWorld({ tickRate: 31 }),
    openSmallWorld({ walls: [[20, 20, 1, 1]] }),
    openSmallWorld({ walls: [[20, 20, 1, 2]] }),
    openSmallWorld({ rules: { teamCount: 3 } }),
    openSmallWorld({ rules: { tanksMax: 9 } }),
    openSmallWorld({ rules: { scoreLimit: 99 } }),
    openSmallWorld({ rules: { timeLimitMs: 600_001 } }),
    openSmallWorld({ rules: { respawnMs: 2_999 } }),
    openSmallWorld({ rules: { friendlyFire: true } }),
    openSmallWorld({ rules: { botTeam: 1 } }),
  ];
  const later = openSmallWorld();
  later.step();
  assertEquals(new Set([...worlds, later].map(hashWorld)).size, worlds.length + 1);
});
