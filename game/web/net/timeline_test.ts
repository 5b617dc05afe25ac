import { assert, assertAlmostEquals, assertEquals } from "@std/assert";
import { Rng } from "../../../core/rng.ts";
import { Timeline, turnBetween } from "./timeline.js";
import type { Snapshot } from "./world_states.js";

const TICK_MS = 1_000 / 30;

function snapshotAt(tick: number, x: number): Snapshot {
  const tank = {
    tank_id: "a",
    x,
    y: 0,
    heading: 0,
    turret: 0,
    hp: 100,
    team: 1,
    score: 0,
    alive: true,
  };
  return { tick, tanks: new Map([["a", tank]]), shells: [] };
}

Deno.test("Timeline moves others evenly however unevenly states come", () => {
  const rng = new Rng(3);
  const timeline = new Timeline(30);
  const arrivals = Array.from({ length: 300 }, (_, index) => {
    const tick = index * 2;
    // One state a fifteenth of a second, up to 40 ms late, in order.
    return { tick, atMs: tick * TICK_MS + 50 + rng.below(40) };
  });
  let next = 0;
  let lastX: number | undefined;
  for (let nowMs = 0; nowMs < 19_900; nowMs += 16) {
    for (let arrival = arrivals[next]; arrival !== undefined && arrival.atMs <= nowMs;) {
      // 0.2 m a tick, which is 6 m a second.
      timeline.add(snapshotAt(arrival.tick, arrival.tick * 0.2), arrival.atMs);
      arrival = arrivals[++next];
    }
    const x = timeline.at(nowMs).tanks[0]?.x;
    // Once the jitter is known a frame of 16 ms is always about 0.1 m.
    if (nowMs > 3_000 && x !== undefined && lastX !== undefined) {
      assert(x - lastX > 0.05 && x - lastX < 0.15, `${x - lastX} m at ${nowMs} ms`);
    }
    lastX = x;
  }
  assert(next > 290, `${next} states`);
  assert(timeline.delayMs < 200, `${timeline.delayMs} ms`);
});

Deno.test("Timeline puts a tank that jumps where it is", () => {
  const timeline = new Timeline(30);
  timeline.add(snapshotAt(10, 5), 0);
  timeline.add(snapshotAt(12, 50), 2 * TICK_MS);
  assertEquals(timeline.at(timeline.delayMs + TICK_MS).tanks.map(({ x }) => x), [50]);
});

Deno.test("turnBetween goes the short way round", () => {
  assertAlmostEquals(turnBetween(6.1, 0.1, 0.5) % (2 * Math.PI), (6.1 + (0.1 + 2 * Math.PI)) / 2);
  assertAlmostEquals(turnBetween(1, 2, 0.25), 1.25);
});
