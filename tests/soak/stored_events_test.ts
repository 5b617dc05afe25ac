import { assertEquals } from "@std/assert";
import type { JsonObject } from "../../core/json.ts";
import { readSoakEvents } from "./testing.ts";

function seat(type: string, player: string): JsonObject {
  return { event_type: type, session_id: "m", tank_id: "t", player_id: player };
}

const TOPIC = "player_sessions_history";
const JOINED = "player_joined_session";

Deno.test("StoredEvents finds a tank that two have at once", async () => {
  const shared = await readSoakEvents([seat(JOINED, "a"), seat(JOINED, "b")], TOPIC);
  assertEquals(shared.sharedTanks(), ["b was given the tank of a: m t"]);
  const passedOn = [seat(JOINED, "a"), seat("player_left_session", "a"), seat(JOINED, "b")];
  assertEquals((await readSoakEvents(passedOn, TOPIC)).sharedTanks(), []);
});

Deno.test("StoredEvents counts an event that was delivered again once", async () => {
  const login = { event_type: "user_logged_in", username: "a" };
  const events = await readSoakEvents(
    [login, login, { ...login, event_id: "0" }],
    "auth_events",
  );
  assertEquals(events.count("user_logged_in", "a"), 2);
  assertEquals([events.matches.eventCount, events.matches.repeatCount], [2, 1]);
});
