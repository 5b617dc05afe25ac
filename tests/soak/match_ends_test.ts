import { assertEquals } from "@std/assert";
import type { JsonObject } from "../../core/json.ts";
import type { PlayerMatch } from "../cluster/player_record.ts";
import { MatchMemory } from "../cluster/match_memory.ts";
import { matchesEnd } from "./match_ends.ts";
import { openSoakPlayerRecord, readSoakEvents } from "./testing.ts";

const STARTED = { event_type: "match_started", match_id: "m", epoch: 1 };
const JOINED = { event_type: "player_joined_session", session_id: "m", tank_id: "t" };
const RESTORED = {
  event_type: "match_restored",
  match_id: "m",
  epoch: 2,
  tick: 9,
  server_id: "two",
};
const OVER = { event_type: "match_over", match_id: "m", scores: {}, winner: null };

function removed(reason: string): JsonObject {
  return { event_type: "session_removed", session_id: "m", reason };
}

async function faultsOf(...values: readonly JsonObject[]): Promise<readonly string[]> {
  return matchesEnd({ players: [], events: await readSoakEvents(values) }).faults;
}

Deno.test("matchesEnd finds a match that nobody ended", async () => {
  assertEquals(await faultsOf(STARTED, JOINED), [
    "m has no end: begun as one 1; never removed; last player_joined_session of one",
  ]);
  // Another server went on with it, and lost it too.
  assertEquals((await faultsOf(STARTED, JOINED, RESTORED)).length, 1);
});

Deno.test("matchesEnd finds a match that its server ended for a reason of its own", async () => {
  for (const reason of ["server_closed", "fault", "match_over", "moved"]) {
    const faults = await faultsOf(STARTED, JOINED, removed(reason));
    assertEquals(faults.map((text) => text.includes(`removed as ${reason}`)), [true], reason);
  }
});

Deno.test("matchesEnd takes a result, and a match that everybody left", async () => {
  assertEquals(await faultsOf(STARTED, JOINED, OVER), []);
  assertEquals(await faultsOf(STARTED, JOINED, OVER, removed("server_closed")), []);
  for (const reason of ["empty", "nobody_came"]) {
    assertEquals(await faultsOf(STARTED, JOINED, RESTORED, removed(reason)), [], reason);
  }
  // Nobody loses by a match into which nobody came.
  assertEquals(await faultsOf(STARTED), []);
  assertEquals(matchesEnd({ players: [], events: await readSoakEvents([STARTED]) }).checked, 0);
});

Deno.test("matchesEnd finds a match that was played and not logged, and believes a result that was told", async () => {
  const memory = new MatchMemory("m");
  memory.onFrame({ tick: 1, tanks: new Map(), shells: [] });
  const match: PlayerMatch = { matchId: "m", memory, losses: [] };
  const player = openSoakPlayerRecord({ matches: [match] });
  const judge = async (...values: readonly JsonObject[]): Promise<readonly string[]> =>
    matchesEnd({ players: [player], events: await readSoakEvents(values) }).faults;
  assertEquals(await judge(), ["m began unlogged"]);
  assertEquals((await judge(STARTED)).length, 1);
  player.outcomes.push({ kind: "finished", result: { matchId: "m", winner: null, scores: {} } });
  assertEquals(await judge(STARTED), []);
});
