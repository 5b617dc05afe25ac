import { assert, assertEquals } from "@std/assert";
import { openSmallWorld, placeTank } from "../../tests/fixtures/small_world.ts";
import { restoreWorld, saveWorld } from "../simulation/world_state.ts";
import type { StartRecord } from "./match_record.ts";
import { Timeline } from "./timeline.ts";

const START: StartRecord = {
  kind: "start",
  matchId: "m",
  part: 0,
  seq: 0,
  mode: "team",
  simulation: 1,
  state: {},
};

/** A duel at arm's length, of `ticks` ticks. */
function playDuel(framesPerSecond: number, ticks: number): string {
  const world = openSmallWorld({ walls: [[40, 1, 2, 3]], rules: { scoreLimit: 2 } });
  let text = "";
  const timeline = new Timeline({ framesPerSecond, write: (part) => void (text += part) });
  placeTank(world, { x: 10, y: 30, team: 1 });
  placeTank(world, { x: 16, y: 30, team: 2 });
  timeline.add(world, START);
  world.setInput(0, { throttle: 0, turn: 0, turret: 0, fire: true });
  for (let tick = 0; tick < ticks; tick++) {
    world.step();
    timeline.add(world, START);
  }
  timeline.finish(world, "empty");
  return text;
}

Deno.test("Timeline says what the match was, where everybody was, and how it ended", () => {
  const { frames, end, ...about } = JSON.parse(playDuel(10, 1));
  assertEquals(about, {
    match_id: "m",
    mode: "team",
    simulation: 1,
    seed: 1,
    tick_rate: 30,
    arena: { name: "small", width: 60, height: 60, walls: [[40, 1, 2, 3]] },
  });
  const tank = { heading: 0, turret: 0, alive: true, score: 0 };
  const first = {
    tank_id: "tank-0",
    player_id: "player-0",
    team: 1,
    x: 10,
    y: 30,
    hp: 100,
    ...tank,
  };
  const second = {
    tank_id: "tank-1",
    player_id: "player-1",
    team: 2,
    x: 16,
    y: 30,
    hp: 100,
    ...tank,
  };
  assertEquals(frames, [
    { tick: 0, scores: { 1: 0, 2: 0 }, tanks: [first, second], shells: [], events: [] },
    {
      tick: 1,
      scores: { 1: 0, 2: 0 },
      tanks: [first, second],
      shells: [{ id: 1, x: 12, y: 30, heading: 0 }],
      events: [{ tick: 1, event: "tank_shot", tank_id: "tank-0", x: 12, y: 30 }],
    },
  ]);
  const none = { score: 0, kills: 0, deaths: 0 };
  assertEquals(end, {
    tick: 1,
    end_reason: "empty",
    winner: null,
    scores: { 1: 0, 2: 0 },
    tanks: [
      { tank_id: "tank-0", player_id: "player-0", team: 1, ...none },
      { tank_id: "tank-1", player_id: "player-1", team: 2, ...none },
    ],
  });
});

Deno.test("Timeline has frames at its rate, and every event once", () => {
  for (const [framesPerSecond, count] of [[5, 51], [30, 301], [60, 301]] as const) {
    const { frames } = JSON.parse(playDuel(framesPerSecond, 300));
    assertEquals(frames.length, count);
    const names = frames.flatMap(({ events }: { readonly events: { readonly event: string }[] }) =>
      events.map(({ event }) => event)
    );
    const countOf = (name: string): number =>
      names.filter((other: string) => other === name).length;
    // A shot a second, four to destroy; 3 s until it is back, and 1.5 s in which nothing hurts it.
    assertEquals(countOf("tank_shot"), 10);
    assertEquals(countOf("tank_destroyed"), 1);
    assertEquals(countOf("tank_respawned"), 1);
    assert(countOf("tank_took_damage") >= 4);
  }
});

/** The frames of a match of 8 ticks, with a shot in the last, that another server goes on with until tick 9. */
function playTwoParts(fromTick: number): { readonly tick: number; readonly events: unknown[] }[] {
  let text = "";
  const timeline = new Timeline({ framesPerSecond: 10, write: (part) => void (text += part) });
  const world = openSmallWorld();
  placeTank(world, { x: 10, y: 30, team: 1 });
  timeline.add(world, START);
  let saved = saveWorld(world);
  while (world.tick < 8) {
    world.setInput(0, { throttle: 0, turn: 0, turret: 0, fire: world.tick === 7 });
    world.step();
    timeline.add(world, START);
    if (world.tick === fromTick) saved = saveWorld(world);
  }
  const later = restoreWorld(saved);
  const start = { ...START, part: 1 };
  timeline.add(later, start);
  while (later.tick < 9) {
    later.step();
    timeline.add(later, start);
  }
  timeline.finish(later, "empty");
  return JSON.parse(text).frames;
}

Deno.test("Timeline goes back to the tick from which another server went on, without what came after", () => {
  const cases = [
    { fromTick: 4, ticks: [0, 3, 6, 4, 6, 9], eventCount: 0 },
    { fromTick: 6, ticks: [0, 3, 6, 9], eventCount: 0 },
    { fromTick: 7, ticks: [0, 3, 6, 9], eventCount: 0 },
    { fromTick: 8, ticks: [0, 3, 6, 9], eventCount: 1 },
  ];
  for (const { fromTick, ticks, eventCount } of cases) {
    const frames = playTwoParts(fromTick);
    assertEquals(frames.map(({ tick }) => tick), ticks);
    assertEquals(frames.flatMap(({ events }) => events).length, eventCount, `${fromTick}`);
  }
});
