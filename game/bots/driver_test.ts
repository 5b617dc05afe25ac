import { assert, assertEquals } from "@std/assert";
import { Rng } from "../../core/rng.ts";
import { openSmallWorld, placeTank } from "../../tests/fixtures/small_world.ts";
import type { Tank } from "../simulation/tank.ts";
import { umFromMetres } from "../simulation/units.ts";
import type { World } from "../simulation/world.ts";
import { Driver } from "./driver.ts";

/** Drives for some ticks; the throttle of each. */
function drive(world: World, tank: Tank, about: { driver: Driver; ticks: number }): number[] {
  const input = { throttle: 0, turn: 0, turret: 0, fire: false };
  return Array.from({ length: about.ticks }, () => {
    about.driver.steer(world, tank, input);
    world.setInput(tank.slot, input);
    world.step();
    return input.throttle;
  });
}

function awayM(tank: Tank, x: number, y: number): number {
  return Math.hypot(tank.xUm - umFromMetres(x), tank.yUm - umFromMetres(y)) / umFromMetres(1);
}

Deno.test("Driver backs off where it comes no farther, and takes another way", () => {
  const world = openSmallWorld({ walls: [[20, 10, 4, 40]] });
  const tank = placeTank(world, { x: 10, y: 30 });
  const driver = new Driver(new Rng(1));
  // As if the wall were not there.
  driver.dash(umFromMetres(40), umFromMetres(30));
  const throttles = drive(world, tank, { driver, ticks: 120 });
  assert(throttles.indexOf(-127) > 30, "it has driven to the wall and pushed for a while");
  assert(throttles.indexOf(-127) < 90, "it has noticed");
});

Deno.test("Driver goes round a wall to where it is to be, and rests there", () => {
  const world = openSmallWorld({ walls: [[20, 10, 4, 40]] });
  const tank = placeTank(world, { x: 10, y: 30 });
  const driver = new Driver(new Rng(1));
  for (let decision = 0; decision < 60; decision++) {
    driver.seek(world, tank, { xUm: umFromMetres(40), yUm: umFromMetres(30) });
    drive(world, tank, { driver, ticks: 10 });
  }
  assert(awayM(tank, 40, 30) < 3, `${awayM(tank, 40, 30)} m away`);
  assertEquals(drive(world, tank, { driver, ticks: 30 }).at(-1), 0);
});

Deno.test("Driver goes backward on a dash to what is behind it", () => {
  const world = openSmallWorld();
  const tank = placeTank(world, { x: 30, y: 30 });
  const driver = new Driver(new Rng(1));
  driver.dash(umFromMetres(24), umFromMetres(30));
  const throttles = drive(world, tank, { driver, ticks: 60 });
  assertEquals([Math.max(...throttles), Math.min(...throttles)], [0, -127]);
  assert(awayM(tank, 24, 30) < 3);
});

Deno.test("Driver stays where it is once it is to rest", () => {
  const world = openSmallWorld();
  const tank = placeTank(world, { x: 30, y: 30 });
  const driver = new Driver(new Rng(1));
  driver.seek(world, tank, { xUm: umFromMetres(50), yUm: umFromMetres(30) });
  drive(world, tank, { driver, ticks: 5 });
  driver.rest();
  assertEquals(drive(world, tank, { driver, ticks: 5 }), [0, 0, 0, 0, 0]);
});
