import { assert, assertEquals } from "@std/assert";
import { openSmallWorld, placeTank, stepTimes } from "../../tests/fixtures/small_world.ts";

const TICK_RATES = [10, 30, 60];

Deno.test("A shell takes 25 hit points from the enemy that it meets", () => {
  for (const tickRate of TICK_RATES) {
    const world = openSmallWorld({ tickRate });
    const shooter = placeTank(world, { x: 10, y: 30 });
    const target = placeTank(world, { x: 40, y: 30 });
    world.fireOnce(shooter.slot);
    const events = stepTimes(world, tickRate * 2);
    assertEquals(events.filter(({ kind }) => kind !== "shot"), [
      { kind: "damaged", slot: target.slot, by: shooter.slot, damage: 25, hpBefore: 100, hp: 75 },
    ]);
    assertEquals(world.shells.length, 0);
  }
});

Deno.test("A shell takes the time of its way", () => {
  const world = openSmallWorld({ tickRate: 60 });
  const shooter = placeTank(world, { x: 10, y: 30 });
  placeTank(world, { x: 40, y: 30 });
  world.fireOnce(shooter.slot);
  while (!world.events.some(({ kind }) => kind === "damaged")) world.step();
  // From the muzzle at 12 m to the hull at 38.5 m: 0.6625 s, after the tick of the shot.
  assertEquals(world.tick, 1 + Math.ceil(0.6625 * 60));
});

Deno.test("A shell ends at a wall, however thin and at any tick rate", () => {
  for (const tickRate of TICK_RATES) {
    for (const thickness of [0.001, 0.05, 2]) {
      const world = openSmallWorld({ tickRate, walls: [[25, 0, thickness, 60]] });
      const shooter = placeTank(world, { x: 10, y: 30 });
      const target = placeTank(world, { x: 40, y: 30 });
      for (let shot = 0; shot < 8; shot++) {
        shooter.turret = (65_536 - 4_000 + shot * 1_000) & 0xffff;
        shooter.heading = shooter.turret;
        world.fireOnce(shooter.slot);
        stepTimes(world, 2 * tickRate);
      }
      assertEquals(target.hp, 100, `${thickness} m at ${tickRate} Hz`);
      assertEquals(world.shells.length, 0);
    }
  }
});

Deno.test("A shell never passes through a tank at any tick rate", () => {
  for (const tickRate of TICK_RATES) {
    // 40 m/s is 4 m in a tick of 10 Hz, and a tank is 3 m: every offset must hit.
    for (let offset = 0; offset < 4; offset += 0.25) {
      const world = openSmallWorld({ tickRate });
      const shooter = placeTank(world, { x: 5, y: 30 });
      const target = placeTank(world, { x: 30 + offset, y: 31.4 });
      world.fireOnce(shooter.slot);
      stepTimes(world, tickRate * 2);
      assertEquals(target.hp, 75, `${offset} m at ${tickRate} Hz`);
    }
  }
});

Deno.test("A shell passes a tank that is out of its way", () => {
  const world = openSmallWorld({ tickRate: 10 });
  const shooter = placeTank(world, { x: 5, y: 30 });
  const target = placeTank(world, { x: 30, y: 31.51 });
  world.fireOnce(shooter.slot);
  stepTimes(world, 20);
  assertEquals(target.hp, 100);
});

Deno.test("A shell passes over a destroyed tank", () => {
  const world = openSmallWorld();
  const shooter = placeTank(world, { x: 10, y: 30, team: 1 });
  const wreck = placeTank(world, { x: 20, y: 30, team: 2 });
  const target = placeTank(world, { x: 30, y: 30, team: 2 });
  wreck.alive = false;
  wreck.hp = 0;
  wreck.respawnTicks = 100;
  world.fireOnce(shooter.slot);
  stepTimes(world, 30);
  assertEquals([wreck.deaths, target.hp], [0, 75]);
});

Deno.test("A shell hits the first of two on its way, wall or tank", () => {
  for (const tickRate of TICK_RATES) {
    const covered = openSmallWorld({ tickRate, walls: [[36, 28, 1, 4]] });
    const shooter = placeTank(covered, { x: 20, y: 30 });
    const hidden = placeTank(covered, { x: 39, y: 30 });
    covered.fireOnce(shooter.slot);
    stepTimes(covered, tickRate * 2);
    assertEquals(hidden.hp, 100);

    const open = openSmallWorld({ tickRate });
    const gunner = placeTank(open, { x: 20, y: 30, team: 1 });
    const behind = placeTank(open, { x: 34, y: 30, team: 2 });
    const first = placeTank(open, { x: 30.9, y: 30, team: 2 });
    open.fireOnce(gunner.slot);
    stepTimes(open, tickRate * 2);
    assertEquals([first.hp, behind.hp], [75, 100]);
  }
});

Deno.test("A shot with the muzzle in or behind a wall hits it at once", () => {
  for (const wall of [[11.6, 20, 5, 20], [11.6, 20, 0.1, 20]] as const) {
    const world = openSmallWorld({ walls: [wall] });
    const shooter = placeTank(world, { x: 10, y: 30 });
    const target = placeTank(world, { x: 25, y: 30 });
    world.fireOnce(shooter.slot);
    world.step();
    assertEquals(world.events.map(({ kind }) => kind), ["shot"]);
    assertEquals(world.shells.length, 0);
    stepTimes(world, 60);
    assertEquals(target.hp, 100);
  }
});

Deno.test("A shot at a tank that touches the muzzle hits in the same tick", () => {
  const world = openSmallWorld();
  const shooter = placeTank(world, { x: 30, y: 30 });
  const target = placeTank(world, { x: 33, y: 30 });
  world.fireOnce(shooter.slot);
  world.step();
  assertEquals(world.events.map(({ kind }) => kind), ["shot", "damaged"]);
  assertEquals(target.hp, 75);
});

Deno.test("A shell flies for 2 s and not out of the arena", () => {
  for (const tickRate of TICK_RATES) {
    const world = openSmallWorld({ tickRate });
    const shooter = placeTank(world, { x: 30, y: 30, heading: 8_192 });
    world.fireOnce(shooter.slot);
    world.step();
    let ticks = 0;
    while (world.shells.length > 0) {
      const [shell] = world.shells;
      assert(shell !== undefined && world.arena.contains(shell.xUm, shell.yUm));
      world.step();
      ticks += 1;
    }
    // 28 m from the muzzle to the edge, 40.4 m along the diagonal.
    assert(Math.abs(ticks / tickRate - 1.0) <= 0.11, `${ticks} at ${tickRate} Hz`);
  }
});

Deno.test("A shell in the open is spent after 2 s", () => {
  const world = openSmallWorld();
  const shooter = placeTank(world, { x: 30, y: 30 });
  world.fireOnce(shooter.slot);
  world.step();
  const [shell] = world.shells;
  assert(shell !== undefined);
  // Held back, so that it meets nothing.
  shell.velocityXUm = 1_000;
  stepTimes(world, 59);
  assertEquals(world.shells.length, 1);
  world.step();
  assertEquals(world.shells.length, 0);
});

Deno.test("A tank's shells leave with it", () => {
  const world = openSmallWorld();
  const shooter = placeTank(world, { x: 10, y: 30 });
  const other = placeTank(world, { x: 10, y: 40 });
  for (const tank of [shooter, other]) world.fireOnce(tank.slot);
  world.step();
  world.removeTank(shooter.slot);
  assertEquals(world.shells.map(({ ownerSlot }) => ownerSlot), [other.slot]);
  const next = placeTank(world, { x: 50, y: 50 });
  assertEquals([next.slot, next.kills], [0, 0]);
});
