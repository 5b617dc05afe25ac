import { assert, assertEquals } from "@std/assert";
import { Rng } from "../../core/rng.ts";
import { IDLE, openSmallWorld, placeTank } from "../../tests/fixtures/small_world.ts";
import { umFromMetres } from "./units.ts";

Deno.test("A move order brings the tank to rest within 0.5 m of its goal", () => {
  const seed = 41;
  for (const tickRate of [10, 30, 60]) {
    const rng = new Rng(seed);
    for (let round = 0; round < 40; round++) {
      const world = openSmallWorld({ tickRate });
      const x = 3 + rng.below(54);
      const tank = placeTank(world, { x, y: 3 + rng.below(54), heading: rng.below(65_536) });
      const goal = {
        xUm: 2_000_000 + rng.below(56_000_000),
        yUm: 2_000_000 + rng.below(56_000_000),
      };
      assert(world.setMoveOrder(tank.slot, goal));
      const distance = Math.hypot(goal.xUm - tank.xUm, goal.yUm - tank.yUm) / 8_000_000;
      let ticks = 0;
      while (tank.moveOrder !== undefined) {
        world.step();
        ticks += 1;
      }
      for (let tick = 0; tick < tickRate; tick++) world.step();
      const error = Math.hypot(goal.xUm - tank.xUm, goal.yUm - tank.yUm);
      const label = `seed ${seed}, round ${round}, ${tickRate} Hz: ${error} µm`;
      assert(error <= 500_000, label);
      assertEquals(tank.speedUmPerTick, 0, label);
      // Turning on the spot takes at most 2 s, speeding up and slowing down 1.5 s.
      assert(ticks / tickRate <= distance + 4, `${label}, ${ticks} ticks`);
    }
  }
});

Deno.test("A move order behind a wall is given up in bounded time", () => {
  const world = openSmallWorld({ walls: [[20, 10, 2, 40]] });
  const tank = placeTank(world, { x: 10, y: 30 });
  const goal = { xUm: umFromMetres(26), yUm: umFromMetres(30) };
  world.setMoveOrder(tank.slot, goal);
  let ticks = 0;
  while (tank.moveOrder !== undefined) {
    world.step();
    ticks += 1;
  }
  // 16 m: 60 ticks at 8 m/s, twice, and 5 s.
  assert(ticks > 60 && ticks <= 2 * 61 + 150, `${ticks}`);
  assert(tank.xUm <= umFromMetres(18.5));
});

Deno.test("A move order outside the arena leads to its edge", () => {
  const world = openSmallWorld();
  const tank = placeTank(world, { x: 30, y: 30 });
  assert(world.setMoveOrder(tank.slot, { xUm: -1e15, yUm: Infinity }));
  assertEquals(tank.moveOrder, { xUm: umFromMetres(1.5), yUm: umFromMetres(58.5) });
});

Deno.test("A move order that is no place is refused", () => {
  const world = openSmallWorld();
  const tank = placeTank(world, { x: 30, y: 30 });
  assert(!world.setMoveOrder(tank.slot, { xUm: NaN, yUm: 0 }));
  assert(!world.setMoveOrder(7, { xUm: 0, yUm: 0 }));
  assertEquals(tank.moveOrder, undefined);
});

Deno.test("A move order ends with throttle or turn, and goes on while its player only aims", () => {
  const goal = { xUm: umFromMetres(50), yUm: umFromMetres(30) };
  for (const change of [{ throttle: 1 }, { turn: -1 }]) {
    const world = openSmallWorld();
    const tank = placeTank(world, { x: 10, y: 30 });
    world.setMoveOrder(tank.slot, goal);
    world.setInput(tank.slot, { ...IDLE, turret: 16_384, fire: true });
    for (let tick = 0; tick < 60; tick++) world.step();
    assertEquals(tank.moveOrder, goal);
    assertEquals(tank.turret, 16_384);
    assert(tank.xUm > umFromMetres(12));
    world.setInput(tank.slot, { ...IDLE, ...change });
    assertEquals(tank.moveOrder, undefined);
  }
});

Deno.test("A tank that has never aimed keeps its turret along the hull", () => {
  const world = openSmallWorld();
  const tank = placeTank(world, { x: 30, y: 30 });
  world.setMoveOrder(tank.slot, { xUm: umFromMetres(30), yUm: umFromMetres(50) });
  for (let tick = 0; tick < 90; tick++) world.step();
  assert(Math.abs(tank.heading - 16_384) < 50);
  assert(Math.abs(tank.turret - tank.heading) < 600);
  assert(world.fireOnce(tank.slot));
});
