import { assert, assertEquals } from "@std/assert";
import { IDLE, openSmallWorld, placeTank } from "../../tests/fixtures/small_world.ts";
import { TANK_RADIUS_UM } from "./tuning.ts";
import { umFromMetres } from "./units.ts";

Deno.test("Tanks that drive at one another stop nose to nose", () => {
  const world = openSmallWorld();
  const a = placeTank(world, { x: 20, y: 30 });
  const b = placeTank(world, { x: 40, y: 30, heading: 32_768 });
  for (const tank of [a, b]) world.setInput(tank.slot, { ...IDLE, throttle: 127 });
  for (let tick = 0; tick < 120; tick++) world.step();
  const gap = b.xUm - a.xUm - 2 * TANK_RADIUS_UM;
  assert(Math.abs(gap) <= 5, `${gap} µm`);
  assert(Math.abs((a.xUm + b.xUm) / 2 - umFromMetres(30)) < umFromMetres(0.3));
});

Deno.test("A tank pushes another that stands, but not into a wall", () => {
  const world = openSmallWorld({ walls: [[40, 20, 2, 20]] });
  const pusher = placeTank(world, { x: 20, y: 30 });
  const pushed = placeTank(world, { x: 30, y: 30.2 });
  world.setInput(pusher.slot, { ...IDLE, throttle: 127 });
  for (let tick = 0; tick < 180; tick++) {
    world.step();
    assert(world.arena.isClear(pushed, TANK_RADIUS_UM));
  }
  assert(pushed.xUm > umFromMetres(31));
});

Deno.test("A destroyed tank is no obstacle", () => {
  const world = openSmallWorld({ rules: { respawnMs: 60_000 } });
  const tank = placeTank(world, { x: 20, y: 30 });
  const wreck = placeTank(world, { x: 26, y: 30 });
  wreck.alive = false;
  wreck.respawnTicks = 1_000;
  world.setInput(tank.slot, { ...IDLE, throttle: 127 });
  for (let tick = 0; tick < 90; tick++) world.step();
  assert(tank.xUm > umFromMetres(35));
  assertEquals(wreck.xUm, umFromMetres(26));
});

Deno.test("Tanks push one another by at most 1 m along each axis in a step", () => {
  const world = openSmallWorld();
  const tanks = [1, 2, 3, 4, 5].map(() => placeTank(world, { x: 30, y: 30 }));
  world.step();
  for (const tank of tanks) {
    assert(Math.abs(tank.xUm - umFromMetres(30)) <= umFromMetres(1));
    assert(Math.abs(tank.yUm - umFromMetres(30)) <= umFromMetres(1));
  }
});

Deno.test("Tanks that appear in one place part within a second", () => {
  const world = openSmallWorld();
  const tanks = [1, 2, 3, 4].map(() => placeTank(world, { x: 1.5, y: 1.5 }));
  for (let tick = 0; tick < 60; tick++) world.step();
  for (const [index, a] of tanks.entries()) {
    assert(world.arena.isClear(a, TANK_RADIUS_UM));
    for (const b of tanks.slice(index + 1)) {
      const distance = Math.hypot(a.xUm - b.xUm, a.yUm - b.yUm);
      assert(distance > 2 * TANK_RADIUS_UM - umFromMetres(0.1), `${distance}`);
    }
  }
});
