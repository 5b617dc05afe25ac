import { assert, assertEquals, assertNotEquals } from "@std/assert";
import { Match } from "./match.ts";
import { tryArena } from "./simulation/built_in_arenas.ts";
import { tryMode } from "./simulation/rules.ts";
import { hashWorld } from "./simulation/state_hash.ts";
import { Tank } from "./simulation/tank.ts";

const INPUT = { action: "input", throttle: 0, turn: 0, turretRad: undefined, fire: false } as const;

Deno.test("Match applies a command on the next tick, never on arrival", () => {
  const { match, tank } = openMatch();
  match.queue(tank, { ...INPUT, seq: 3, throttle: 1 });
  assertEquals([tank.input.throttle, match.appliedSeq(tank)], [0, 0]);
  match.tick();
  assertEquals([tank.input.throttle, match.appliedSeq(tank)], [127, 3]);
});

Deno.test("Match keeps the newest input when datagrams come out of order", () => {
  const { match, tank } = openMatch();
  match.queue(tank, { ...INPUT, seq: 5, throttle: 1 });
  match.queue(tank, { ...INPUT, seq: 4, throttle: -1 });
  match.tick();
  assertEquals([tank.input.throttle, match.appliedSeq(tank)], [127, 5]);
  match.queue(tank, { ...INPUT, seq: 2, throttle: -1, fire: true });
  match.tick();
  assertEquals([tank.input.throttle, match.appliedSeq(tank)], [127, 5]);
  assertEquals([tank.firePending, tank.reloadTicks], [false, 0]);
});

Deno.test("Match takes the inputs of a client that does not count as they come", () => {
  const { match, tank } = openMatch();
  match.queue(tank, { ...INPUT, seq: 5, throttle: 1 });
  match.tick();
  match.queue(tank, { ...INPUT, seq: 0, throttle: -1 });
  match.tick();
  assertEquals([tank.input.throttle, match.appliedSeq(tank)], [-127, 5]);
});

Deno.test("Match counts anew for a client that took the tank over", () => {
  const { match, tank } = openMatch();
  match.queue(tank, { ...INPUT, seq: 50, throttle: 1 });
  match.tick();
  match.restartSeq(tank);
  match.queue(tank, { ...INPUT, seq: 1, throttle: -1 });
  match.tick();
  assertEquals([tank.input.throttle, match.appliedSeq(tank)], [-127, 1]);
});

Deno.test("Match fires for a trigger that was pulled and let go between two ticks", () => {
  const { match, tank } = openMatch();
  match.queue(tank, { ...INPUT, seq: 1, fire: true });
  match.queue(tank, { ...INPUT, seq: 2, fire: false });
  const kinds = [...match.tick().events, ...match.tick().events].map(({ kind }) => kind);
  assert(kinds.includes("shot"), kinds.join());
  assertEquals(tank.input.fire, false);
});

Deno.test("Match leaves the turret of an input that aims nowhere", () => {
  const { match, tank } = openMatch();
  match.queue(tank, { ...INPUT, seq: 1, turretRad: 1 });
  match.tick();
  const aimed = tank.input.turret;
  match.queue(tank, { ...INPUT, seq: 2, throttle: 1 });
  match.tick();
  assertEquals(tank.input.turret, aimed);
});

Deno.test("Match drives where it is ordered to", () => {
  const { match, tank } = openMatch();
  match.queue(tank, { action: "move", xM: 40, yM: 30 });
  match.tick();
  assertEquals(tank.moveOrder, { xUm: 40_000_000, yUm: 30_000_000 });
});

Deno.test("Match takes a snapshot at its own rate", () => {
  const { match } = openMatch();
  const ticks = Array.from({ length: 6 }, () => match.tick().hasSnapshot);
  assertEquals(ticks, [false, true, false, true, false, true]);
  assertEquals(match.snapshots.newest?.tick, 6);
});

Deno.test("Match comes to the same hash whatever the order of arrival within a tick", () => {
  const [forwards, backwards] = [[0, 1], [1, 0]].map((order) => {
    const { match } = openMatch();
    for (let tick = 0; tick < 60; tick++) {
      for (const slot of order) {
        const tank = match.world.tankAt(slot);
        if (tank) match.queue(tank, { ...INPUT, seq: tick, throttle: 1, turn: slot, fire: true });
      }
      match.tick();
    }
    return hashWorld(match.world);
  });
  assertEquals(forwards, backwards);
  assertNotEquals(forwards, hashWorld(openMatch().match.world));
});

Deno.test("Match forgets what waits for a tank that has left", () => {
  const { match, tank } = openMatch();
  match.queue(tank, { ...INPUT, seq: 9, throttle: 1 });
  match.remove(tank);
  tank.reset();
  match.add(tank, "other");
  match.tick();
  assertEquals([tank.input.throttle, match.appliedSeq(tank)], [0, 0]);
});

Deno.test("Match says once that it has ended", () => {
  const { match } = openMatch();
  let ends = 0;
  for (let tick = 0; tick < match.world.timeLimitTicks + 10; tick++) {
    const { hasEnded, hasSnapshot } = match.tick();
    if (!hasEnded) continue;
    ends++;
    assert(hasSnapshot);
  }
  assertEquals([ends, match.isOver], [1, true]);
  assertEquals(match.snapshots.newest?.tick, match.world.timeLimitTicks);
});

function openMatch(): { match: Match; tank: Tank } {
  const rules = tryMode("team")?.rules;
  const arena = tryArena("crossroads");
  if (rules === undefined || arena === undefined) throw new Error("Cannot find the default mode");
  const rates = { tickRate: 30, snapshotRate: 15 };
  const match = new Match({ id: "m", mode: "team", seed: 1, arena, rules, ...rates });
  const tank = new Tank("t0");
  match.add(tank, "p0");
  match.add(new Tank("t1"), "p1");
  return { match, tank };
}
