import { assert, assertEquals } from "@std/assert";
import { IDLE, openSmallWorld, placeTank, stepTimes } from "../../tests/fixtures/small_world.ts";
import { tuningAt } from "./tuning.ts";

Deno.test("A destroyed tank is back after 3 s: whole, protected, without orders", () => {
  for (const tickRate of [10, 30, 60]) {
    const world = openSmallWorld({ tickRate });
    const shooter = placeTank(world, { x: 20, y: 30 });
    const target = placeTank(world, { x: 24, y: 30 });
    target.hp = 25;
    world.setMoveOrder(target.slot, { xUm: 0, yUm: 0 });
    target.firePending = true;
    world.fireOnce(shooter.slot);
    while (target.alive) world.step();
    const destroyedAt = world.tick;
    assertEquals([target.moveOrder, target.firePending], [undefined, false]);
    while (!target.alive) world.step();
    assertEquals(world.tick - destroyedAt, 3 * tickRate);
    assertEquals(world.events, [{ kind: "respawned", slot: target.slot }]);
    const { protectionTicks } = tuningAt(tickRate);
    const { hp, protectedTicks, speedUmPerTick } = target;
    assertEquals([hp, protectedTicks, speedUmPerTick], [100, protectionTicks, 0]);
    assertEquals(protectionTicks, 1.5 * tickRate);
    assert(world.arena.spawns.some(({ xUm, yUm }) => xUm === target.xUm && yUm === target.yUm));
  }
});

Deno.test("Protection lasts for its number of steps", () => {
  const world = openSmallWorld();
  const tank = placeTank(world, { x: 20, y: 30 });
  tank.protectedTicks = 3;
  stepTimes(world, 2);
  assertEquals(tank.protectedTicks, 1);
  stepTimes(world, 2);
  assertEquals(tank.protectedTicks, 0);
});

Deno.test("What a player holds down is in force after the return, and not before", () => {
  const world = openSmallWorld();
  const tank = placeTank(world, { x: 20, y: 30 });
  tank.alive = false;
  tank.hp = 0;
  tank.respawnTicks = 10;
  world.setInput(tank.slot, { ...IDLE, throttle: 127, fire: true });
  const events = stepTimes(world, 9);
  assertEquals([events.length, tank.xUm], [0, 20_000_000]);
  const kinds = stepTimes(world, 3).map(({ kind }) => kind);
  assertEquals(kinds, ["respawned", "shot"]);
  assert(tank.speedUmPerTick > 0);
});
