import { assert, assertEquals, assertThrows } from "@std/assert";
import { IDLE, openSmallWorld, placeTank, stepTimes } from "../../tests/fixtures/small_world.ts";
import { Tank } from "./tank.ts";
import { rewindTicksMax, TankPast } from "./tank_past.ts";
import { CONTROL_MAX } from "./tank_input.ts";
import { umFromMetres } from "./units.ts";
import type { World } from "./world.ts";
import { restoreWorld, saveWorld } from "./world_state.ts";
import { hashWorld } from "./state_hash.ts";

function tankAt(slot: number, xUm: number): Tank {
  const tank = new Tank(`t${slot}`);
  tank.slot = slot;
  tank.alive = true;
  tank.xUm = xUm;
  tank.yUm = 2 * xUm;
  return tank;
}

Deno.test("rewindTicksMax is a quarter of a second, rounded down", () => {
  assertEquals([10, 30, 60].map(rewindTicksMax), [2, 7, 15]);
});

Deno.test("TankPast knows where the living stood, as many ticks back as it remembers", () => {
  const past = new TankPast(3, 30);
  const tank = tankAt(1, 0);
  for (let tick = 1; tick <= 20; tick++) {
    tank.xUm = tick * 10;
    tank.yUm = tick * 20;
    tank.alive = tick !== 17;
    past.record(tick, [tank]);
  }
  for (let tick = 14; tick <= 20; tick++) {
    assertEquals(past.wasThere(1, tick), tick !== 17);
    assert(!past.wasThere(0, tick));
    if (tick !== 17) {
      assertEquals([past.xUmAt(1, tick), past.yUmAt(1, tick)], [tick * 10, tick * 20]);
    }
  }
});

Deno.test("TankPast forgets a slot and nobody else", () => {
  const past = new TankPast(2, 30);
  past.record(1, [tankAt(0, 5), tankAt(1, 6)]);
  past.forget(0);
  assert(!past.wasThere(0, 1));
  assert(past.wasThere(1, 1));
});

Deno.test("TankPast restores what it saved", () => {
  const past = new TankPast(2, 30);
  for (let tick = 1; tick <= 5; tick++) past.record(tick, [tankAt(1, tick)]);
  const copy = new TankPast(2, 30);
  const saved: number[] = [];
  past.save(1, 5, saved);
  copy.restore(1, 5, saved);
  for (let tick = 1; tick <= 5; tick++) {
    assert(copy.wasThere(1, tick));
    assertEquals(copy.xUmAt(1, tick), tick);
  }
  const again: number[] = [];
  copy.save(1, 5, again);
  assertEquals(again, saved);
});

Deno.test("TankPast refuses a tick rate that no match has", () => {
  for (const rate of [9, 61, NaN]) assertThrows(() => new TankPast(2, rate), RangeError);
});

/** A shooter looks along +x at a target that drives across its line of fire, far to the right. */
function openCrossing(
  walls: readonly (readonly [number, number, number, number])[] = [],
): { world: World; target: Tank } {
  const world = openSmallWorld({ walls });
  placeTank(world, { x: 20, y: 30, team: 1 });
  const target = placeTank(world, { x: 26, y: 28, heading: 16_384, team: 2 });
  world.setInput(target.slot, { ...IDLE, throttle: CONTROL_MAX, turret: 16_384 });
  stepTimes(world, 25);
  return { world, target };
}

Deno.test("A shot hits what its player was shown, within the bound, and misses it without", () => {
  for (const { lagTicks, isHit } of [{ lagTicks: 0, isHit: false }, { lagTicks: 7, isHit: true }]) {
    const { world, target } = openCrossing();
    assert(target.yUm > umFromMetres(31.5), "the target has left the line of fire");
    world.setViewLag(0, lagTicks);
    world.fireOnce(0);
    stepTimes(world, 4);
    assertEquals(target.hp < 100, isHit);
  }
});

Deno.test("A shell from the past is where it would be had it been fired then", () => {
  const world = openSmallWorld();
  placeTank(world, { x: 20, y: 30, team: 1 });
  stepTimes(world, 10);
  world.setViewLag(0, 3);
  world.fireOnce(0);
  world.step();
  const { shellUmPerTick, shellTicks } = world.tuning;
  assertEquals(world.shells[0]?.xUm, umFromMetres(22) + 3 * shellUmPerTick);
  assertEquals(world.shells[0]?.ticksLeft, shellTicks - 3);
});

Deno.test("World.setViewLag is held within its bounds and refused for an empty slot", () => {
  const world = openSmallWorld();
  const tank = placeTank(world, { x: 20, y: 30 });
  for (const [asked, held] of [[-1, 0], [NaN, 0], [3.4, 3], [1e9, 7]] as const) {
    assert(world.setViewLag(tank.slot, asked));
    assertEquals(tank.viewLagTicks, held);
  }
  assert(!world.setViewLag(5, 1));
});

Deno.test("A wall that stands in the way stops a shot from the past", () => {
  const { world, target } = openCrossing([[23, 20, 0.5, 20]]);
  world.setViewLag(0, 7);
  world.fireOnce(0);
  world.step();
  assertEquals(world.shells.length, 0);
  assertEquals(target.hp, 100);
});

Deno.test("Whoever has returned is not hit where the destroyed tank of before stood", () => {
  const { world, target } = openCrossing();
  target.alive = false;
  target.respawnTicks = 20;
  world.setViewLag(0, 7);
  world.fireOnce(0);
  stepTimes(world, 4);
  assertEquals(world.events.some(({ kind }) => kind === "damaged"), false);
  assertEquals(target.hp, 100);
});

Deno.test("A restored world judges the next shot from the past as the first would have", () => {
  const { world, target } = openCrossing();
  world.setViewLag(0, 7);
  const copy = restoreWorld(JSON.parse(JSON.stringify(saveWorld(world))));
  for (const one of [world, copy]) {
    one.fireOnce(0);
    stepTimes(one, 4);
  }
  assert(target.hp < 100);
  assertEquals(hashWorld(copy), hashWorld(world));
});

Deno.test("A shot is never judged by a time before the match", () => {
  const world = openSmallWorld();
  placeTank(world, { x: 20, y: 30, team: 1 });
  world.setViewLag(0, 7);
  world.fireOnce(0);
  world.step();
  world.step();
  assertEquals(world.shells[0]?.ticksLeft, world.tuning.shellTicks - 1);
});
