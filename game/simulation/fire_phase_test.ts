import { assert, assertEquals } from "@std/assert";
import { IDLE, openSmallWorld, placeTank, stepTimes } from "../../tests/fixtures/small_world.ts";
import { umFromMetres } from "./units.ts";
import type { World } from "./world.ts";

/** The ticks of the next `count` steps in which a shot fell. */
function shotTicks(world: World, count: number): number[] {
  return Array.from({ length: count }, () => {
    world.step();
    return world.events.some(({ kind }) => kind === "shot") ? [world.tick] : [];
  }).flat();
}

Deno.test("A tank that holds fire shoots once a second at any tick rate", () => {
  for (const tickRate of [10, 30, 60]) {
    const world = openSmallWorld({ tickRate });
    const tank = placeTank(world, { x: 30, y: 30 });
    world.setInput(tank.slot, { ...IDLE, fire: true });
    assertEquals(shotTicks(world, 3 * tickRate), [1, 1 + tickRate, 1 + 2 * tickRate]);
  }
});

Deno.test("A shell leaves from 2 m along the turret at 40 m/s", () => {
  const world = openSmallWorld();
  const tank = placeTank(world, { x: 30, y: 30, heading: 16_384 });
  world.fireOnce(tank.slot);
  world.step();
  const [shot] = world.events;
  const wanted = { slot: 0, shellId: 1, xUm: umFromMetres(30), yUm: umFromMetres(32) };
  assertEquals(shot, { kind: "shot", lagTicks: 0, ...wanted });
  const [shell] = world.shells;
  assert(shell !== undefined);
  assertEquals([shell.xUm, shell.yUm], [wanted.xUm, wanted.yUm]);
  world.step();
  assertEquals([shell.xUm, shell.yUm], [wanted.xUm, wanted.yUm + Math.floor(40_000_000 / 30)]);
  assertEquals([shell.id, shell.ownerSlot, shell.team], [1, 0, 1]);
});

Deno.test("A shot has the lag by which it is judged, which ends at the match's first tick", () => {
  for (const [before, lagTicks] of [[0, 0], [2, 2], [20, 5]] as const) {
    const world = openSmallWorld();
    const tank = placeTank(world, { x: 30, y: 30 });
    stepTimes(world, before);
    world.setViewLag(tank.slot, 5);
    world.fireOnce(tank.slot);
    world.step();
    const lags = world.events.map((event) => event.kind === "shot" ? event.lagTicks : undefined);
    assertEquals(lags, [lagTicks], `after ${before} ticks`);
    const [shell] = world.shells;
    assertEquals(shell?.ticksLeft, world.tuning.shellTicks - lagTicks);
  }
});

Deno.test("World.fireOnce fires one shot, as soon as the tank is loaded, and keeps one at most", () => {
  const world = openSmallWorld();
  const tank = placeTank(world, { x: 30, y: 30 });
  world.fireOnce(tank.slot);
  assertEquals(shotTicks(world, 10), [1]);
  for (let count = 0; count < 5; count++) assert(world.fireOnce(tank.slot));
  assertEquals(shotTicks(world, 90), [31]);
});

Deno.test("World.fireOnce is refused to a destroyed tank and an empty slot", () => {
  const world = openSmallWorld();
  const tank = placeTank(world, { x: 30, y: 30 });
  tank.alive = false;
  tank.respawnTicks = 50;
  assert(!world.fireOnce(tank.slot));
  assert(!world.fireOnce(5));
  assert(!tank.firePending);
});

Deno.test("Firing ends protection", () => {
  const world = openSmallWorld();
  const tank = placeTank(world, { x: 30, y: 30 });
  tank.protectedTicks = 20;
  world.fireOnce(tank.slot);
  world.step();
  assertEquals(tank.protectedTicks, 0);
});

Deno.test("Two that destroy one another in the same tick both have fired", () => {
  const world = openSmallWorld();
  const a = placeTank(world, { x: 28, y: 30 });
  const b = placeTank(world, { x: 32, y: 30, heading: 32_768 });
  for (const tank of [a, b]) {
    tank.hp = 25;
    world.fireOnce(tank.slot);
  }
  const events = stepTimes(world, 2);
  assertEquals(events.filter(({ kind }) => kind === "shot").length, 2);
  assertEquals(events.filter(({ kind }) => kind === "destroyed").length, 2);
  assertEquals([...world.scores], [0, 1, 1]);
});
