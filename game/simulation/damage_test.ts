import { assert, assertEquals } from "@std/assert";
import { openSmallWorld, placeTank, stepTimes } from "../../tests/fixtures/small_world.ts";

Deno.test("Destroying an enemy scores for the tank and its team", () => {
  const world = openSmallWorld();
  const shooter = placeTank(world, { x: 20, y: 30 });
  const target = placeTank(world, { x: 30, y: 30 });
  target.hp = 10;
  world.fireOnce(shooter.slot);
  const events = stepTimes(world, 30);
  const [slot, by] = [target.slot, shooter.slot];
  assertEquals(events.slice(1), [
    { kind: "damaged", slot, by, damage: 10, hpBefore: 10, hp: 0 },
    { kind: "destroyed", slot, by },
  ]);
  assertEquals([target.alive, target.hp, target.deaths], [false, 0, 1]);
  assertEquals([shooter.kills, shooter.score], [1, 1]);
  assertEquals([...world.scores], [0, 1, 0]);
});

Deno.test("Four shells destroy a tank", () => {
  const world = openSmallWorld();
  const shooter = placeTank(world, { x: 20, y: 30 });
  const target = placeTank(world, { x: 30, y: 30 });
  world.setInput(shooter.slot, { throttle: 0, turn: 0, turret: 0, fire: true });
  const events = stepTimes(world, 105);
  const hps = events.flatMap((event) => event.kind === "damaged" ? [event.hp] : []);
  assertEquals(hps, [75, 50, 25, 0]);
  assert(!target.alive);
});

Deno.test("A friend stops a shell, and takes damage only with friendly fire", () => {
  for (const friendlyFire of [false, true]) {
    const world = openSmallWorld({ rules: { friendlyFire } });
    const shooter = placeTank(world, { x: 20, y: 30, team: 1 });
    const friend = placeTank(world, { x: 30, y: 30, team: 1 });
    const enemy = placeTank(world, { x: 40, y: 30, team: 2 });
    friend.hp = 25;
    world.fireOnce(shooter.slot);
    const events = stepTimes(world, 60);
    assertEquals(friend.alive, !friendlyFire);
    assertEquals(enemy.hp, 100);
    const kinds = friendlyFire ? ["shot", "damaged", "destroyed"] : ["shot"];
    assertEquals(events.map(({ kind }) => kind), kinds);
    // Destroying a friend is worth nothing.
    assertEquals([...world.scores, shooter.score, shooter.kills], [0, 0, 0, 0, 0]);
  }
});

Deno.test("Everybody alone is everybody's enemy", () => {
  const world = openSmallWorld({ rules: { teamCount: 0 } });
  const tanks = [10, 20, 30].map((x) => placeTank(world, { x, y: 30 }));
  assertEquals(tanks.map(({ team }) => team), [1, 2, 3]);
  world.fireOnce(0);
  stepTimes(world, 30);
  assertEquals(tanks.map(({ hp }) => hp), [100, 75, 100]);
});

Deno.test("A protected tank takes nothing, and no event says so", () => {
  const world = openSmallWorld();
  const shooter = placeTank(world, { x: 20, y: 30 });
  const target = placeTank(world, { x: 30, y: 30 });
  target.protectedTicks = 60;
  world.fireOnce(shooter.slot);
  assertEquals(stepTimes(world, 30).map(({ kind }) => kind), ["shot"]);
  assertEquals(target.hp, 100);
});
