import { assert, assertAlmostEquals, assertEquals } from "@std/assert";
import type { JsonObject } from "../../../core/json.ts";
import { recordMatch } from "../../../tests/fixtures/recorded_match.ts";
import { MatchReplay } from "../../replay/match_replay.ts";
import { Timeline } from "../../replay/timeline.ts";
import { Film, type FilmEvent, type FilmTank, type TimelineFile } from "./film.js";

const TANK: FilmTank = {
  tank_id: "a",
  player_id: "ann",
  x: 10,
  y: 10,
  heading: 0,
  turret: 0,
  hp: 100,
  team: 1,
  score: 0,
  alive: true,
};

function frame(
  tick: number,
  tanks: readonly Partial<FilmTank>[],
  events: readonly FilmEvent[] = [],
): TimelineFile["frames"][number] {
  const shown = tanks.map((tank) => ({ ...TANK, ...tank }));
  return { tick, scores: { 1: 0 }, tanks: shown, shells: [], events };
}

function filmOf(...frames: TimelineFile["frames"]): Film {
  const arena = { name: "small", width: 60, height: 60, walls: [[20, 0, 2, 60]] as const };
  const end = { winner: null };
  return new Film({ match_id: "m", mode: "team", tick_rate: 30, arena, frames, end });
}

/** What the gateway gives of a match that was really played. */
function recorded(): Film {
  const { events } = recordMatch({ seed: 4, ticks: 900, botCount: 6, endReason: "empty" });
  let text = "";
  const timeline = new Timeline({
    framesPerSecond: 10,
    write: (part) => void (text += part),
  });
  const replay = new MatchReplay("match-1");
  for (const event of events as readonly JsonObject[]) {
    for (const world of replay.play(event)) {
      if (replay.start !== undefined) timeline.add(world, replay.start);
    }
  }
  if (replay.world !== undefined) timeline.finish(replay.world, "empty");
  return new Film(JSON.parse(text));
}

Deno.test("Film moves tanks evenly between frames, and tells what they have by then", () => {
  const film = filmOf(frame(0, [{}]), frame(3, [{ x: 13, hp: 75, heading: 0.3 }]));
  const [tank] = film.tanksAt(1);
  assertAlmostEquals(tank?.x ?? 0, 11);
  assertAlmostEquals(tank?.heading ?? 0, 0.1);
  assertEquals([tank?.hp, film.tanksAt(3)[0]?.hp], [100, 75]);
  assertEquals([film.tanksAt(-5)[0]?.x, film.tanksAt(99)[0]?.x], [10, 13]);
});

Deno.test("Film leaves a wreck where it is until its tank comes back", () => {
  const film = filmOf(frame(0, [{ alive: false, hp: 0 }]), frame(3, [{ x: 12 }]));
  assertEquals([film.tanksAt(2)[0]?.x, film.tanksAt(2)[0]?.alive], [10, false]);
  const jump = filmOf(frame(0, [{}]), frame(3, [{ x: 40 }]));
  assertEquals([jump.tanksAt(2)[0]?.x, jump.tanksAt(3)[0]?.x], [10, 40]);
});

Deno.test("Film flies shells on from their frame or their shot, and no farther than a wall or a tank", () => {
  const shot = { tick: 1, event: "tank_shot", tank_id: "a", x: 12, y: 10 };
  const film = filmOf(frame(0, [{}]), frame(3, [{}], [shot]), frame(30, [{}]));
  assertEquals(film.shellsAt(0), []);
  assertAlmostEquals(film.shellsAt(2)[0]?.x ?? 0, 12 + 40 / 30);
  const flying = { ...frame(0, [{}]), shells: [{ id: 1, x: 15, y: 10, heading: 0 }] };
  const hits = filmOf(flying, frame(30, [{}]));
  assertAlmostEquals(hits.shellsAt(1)[0]?.x ?? 0, 15 + 40 / 30);
  assertEquals(hits.shellsAt(6), []);
  const blocked = filmOf({ ...flying, tanks: [TANK, { ...TANK, tank_id: "b", x: 17 }] });
  assertEquals(blocked.shellsAt(2), []);
});

Deno.test("Film knows what happened between two moments, each thing once, and who it was", () => {
  const kill = { tick: 2, event: "tank_destroyed", tank_id: "b", by: "a" };
  const film = filmOf(
    frame(0, [{}, { tank_id: "b", player_id: "bob" }]),
    frame(3, [{}, { tank_id: "b", player_id: "bob" }], [kill]),
    frame(9, [{}, { tank_id: "b", player_id: "cid" }]),
  );
  assertEquals(film.kills, [{ tick: 2, by: "a", tankId: "b" }]);
  assertEquals(film.eventsBetween(0, 1), []);
  assertEquals(film.eventsBetween(1, 2), [kill]);
  assertEquals(film.eventsBetween(2, 9), []);
  assertEquals([film.nameAt("b", 2), film.nameAt("b", 9), film.nameAt("zzzz9", 9)], [
    "bob",
    "cid",
    "#zzz9",
  ]);
  assertEquals([...film.players.values()], ["ann", "cid"]);
});

Deno.test("Film forgets what came after the moment from which another server went on", () => {
  const killAt = (tick: number): FilmEvent => ({ tick, event: "tank_destroyed", tank_id: "b" });
  const film = filmOf(
    frame(0, [{}]),
    frame(3, [{ x: 11 }], [killAt(2)]),
    frame(6, [{ x: 12 }], [killAt(4), killAt(5)]),
    frame(9, [{ x: 13 }], [killAt(8)]),
    frame(4, [{ x: 20 }]),
    frame(6, [{ x: 21 }], [killAt(5)]),
    frame(9, [{ x: 22 }]),
  );
  assertEquals(film.kills.map(({ tick }) => tick), [2, 4, 5]);
  assertEquals([3, 4, 6, 9].map((tick) => film.tanksAt(tick)[0]?.x), [11, 20, 21, 22]);
  assertEquals([film.firstTick, film.lastTick, film.eventsBetween(5, 9)], [0, 9, []]);
});

Deno.test("Film shows a whole recorded match: all in the arena, every kill, the last scores", () => {
  const film = recorded();
  assertEquals([film.firstTick, film.lastTick, film.frameTicks], [0, 900, 3]);
  assertEquals(film.players.size, 6);
  const { width, height } = film.arena;
  for (let tick = 0; tick <= film.lastTick; tick += 0.7) {
    for (const { x, y } of [...film.tanksAt(tick), ...film.shellsAt(tick)]) {
      assert(x >= 0 && y >= 0 && x <= width && y <= height, `${x}, ${y} at ${tick}`);
    }
  }
  const { scores } = film.frameAt(film.lastTick);
  assertEquals(Object.values(scores).reduce((sum, score) => sum + score, 0), film.kills.length);
});
