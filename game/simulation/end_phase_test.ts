import { assertEquals } from "@std/assert";
import { IDLE, openSmallWorld, placeTank, stepTimes } from "../../tests/fixtures/small_world.ts";
import { hashWorld } from "./state_hash.ts";
import { Tank } from "./tank.ts";
import type { World } from "./world.ts";

/** Has slot 0 destroy slot 1. */
function shootDown(world: World): void {
  const target = world.tankAt(1);
  if (target !== undefined) target.hp = 1;
  world.fireOnce(0);
  stepTimes(world, 12);
}

function openDuel(rules: Parameters<typeof openSmallWorld>[0] = {}): World {
  const world = openSmallWorld(rules);
  placeTank(world, { x: 20, y: 30 });
  placeTank(world, { x: 25, y: 30 });
  return world;
}

Deno.test("The match ends when a team has the score", () => {
  const world = openDuel({ rules: { scoreLimit: 1 } });
  world.fireOnce(0);
  const target = world.tankAt(1);
  if (target !== undefined) target.hp = 1;
  const events = stepTimes(world, 12);
  assertEquals(world.outcome, { winner: 1, reason: "score" });
  assertEquals(events.at(-1), { kind: "ended", winner: 1, reason: "score" });
  assertEquals(events.filter(({ kind }) => kind === "ended").length, 1);
});

Deno.test("The match goes on below the score", () => {
  const world = openDuel({ rules: { scoreLimit: 2 } });
  shootDown(world);
  assertEquals([world.outcome, world.scores[1]], [undefined, 1]);
});

Deno.test("The match ends when its time is up: the best team wins", () => {
  for (const tickRate of [10, 30, 60]) {
    const world = openDuel({ tickRate, rules: { timeLimitMs: 2_000 } });
    shootDown(world);
    stepTimes(world, 2 * tickRate);
    assertEquals(world.tick, 2 * tickRate);
    assertEquals(world.timeLimitTicks, 2 * tickRate);
    const reached = world.scores[1] === 1;
    assertEquals(world.outcome, { winner: reached ? 1 : 0, reason: "time" });
  }
});

Deno.test("Equal scores at the end of time are a draw", () => {
  const world = openDuel({ rules: { timeLimitMs: 1_000 } });
  const events = stepTimes(world, 30);
  assertEquals(events, [{ kind: "ended", winner: 0, reason: "time" }]);
});

Deno.test("Two teams that reach the score in one tick draw", () => {
  const world = openSmallWorld({ rules: { scoreLimit: 1 } });
  for (const [x, heading] of [[28, 0], [32, 32_768]] as const) {
    const tank = placeTank(world, { x, y: 30, heading });
    tank.hp = 25;
    world.fireOnce(tank.slot);
  }
  stepTimes(world, 2);
  assertEquals(world.outcome, { winner: 0, reason: "score" });
});

Deno.test("Everybody alone, the winner is the best tank's own team", () => {
  const world = openSmallWorld({ rules: { teamCount: 0, scoreLimit: 1 } });
  const tanks = [50, 20, 25].map((x) => placeTank(world, { x, y: 30 }));
  const [, shooter, target] = tanks;
  if (target !== undefined) target.hp = 1;
  world.fireOnce(shooter?.slot ?? -1);
  stepTimes(world, 12);
  assertEquals(world.outcome, { winner: 2, reason: "score" });
});

Deno.test("Nothing changes a match that is over", () => {
  const world = openDuel({ rules: { timeLimitMs: 1_000 } });
  stepTimes(world, 30);
  const hash = hashWorld(world);
  world.step();
  assertEquals([world.tick, world.events.length], [30, 0]);
  assertEquals(world.setInput(0, { ...IDLE, throttle: 9 }), false);
  assertEquals(world.setMoveOrder(0, { xUm: 0, yUm: 0 }), false);
  assertEquals(world.fireOnce(0), false);
  assertEquals(world.addTank(new Tank("t"), "p"), { ok: false, reason: "match_over" });
  assertEquals(hashWorld(world), hash);
});
