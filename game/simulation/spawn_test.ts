import { assert, assertEquals } from "@std/assert";
import { openSmallWorld, placeTank } from "../../tests/fixtures/small_world.ts";
import { Tank } from "./tank.ts";
import type { World } from "./world.ts";

function addTank(world: World, team: number): Tank {
  const tank = new Tank("new");
  assert(world.addTank(tank, "p", team).ok);
  return tank;
}

function metres(tank: Tank): readonly number[] {
  return [tank.xUm / 1_000_000, tank.yUm / 1_000_000];
}

Deno.test("A tank appears at the spawn farthest from the nearest living enemy", () => {
  const world = openSmallWorld();
  placeTank(world, { x: 10, y: 20, team: 1 });
  const tank = addTank(world, 2);
  assertEquals(metres(tank), [57, 57]);
  assertEquals(tank.protectedTicks, world.tuning.protectionTicks);
  // The new one stands there; (57, 3) is 45.3 m from the nearest enemy of team 2.
  assertEquals(metres(addTank(world, 2)), [57, 3]);
});

Deno.test("Friends and destroyed enemies keep nobody away", () => {
  const world = openSmallWorld();
  placeTank(world, { x: 10, y: 20, team: 1 });
  const wreck = placeTank(world, { x: 50, y: 50, team: 1 });
  wreck.alive = false;
  wreck.respawnTicks = 99;
  placeTank(world, { x: 50, y: 40, team: 2 });
  assertEquals(metres(addTank(world, 2)), [57, 57]);
});

Deno.test("A spawn on which a tank stands is taken only when all are", () => {
  const world = openSmallWorld();
  for (const [x, y] of [[57, 57], [57, 3], [3, 57]] as const) placeTank(world, { x, y, team: 2 });
  placeTank(world, { x: 6.5, y: 3, team: 1 });
  assertEquals(metres(addTank(world, 2)), [3, 3]);
  const fifth = addTank(world, 2);
  assert(world.arena.spawns.some(({ xUm, yUm }) => xUm === fifth.xUm && yUm === fifth.yUm));
});

Deno.test("Chance decides between equal spawns, by the seed", () => {
  const places = new Set<string>();
  for (let seed = 0; seed < 40; seed++) {
    const [first, second] = [seed, seed].map((seed) => addTank(openSmallWorld({ seed }), 1));
    assert(first !== undefined && second !== undefined);
    assertEquals(metres(first), metres(second));
    places.add(metres(first).join());
  }
  assertEquals(places.size, 4);
});
