import { assertEquals } from "@std/assert";
import type { JsonObject } from "../../core/json.ts";
import type { StoredEvent } from "../../core/ports/event_log.ts";
import { StoredEvents } from "./stored_events.ts";

async function read(topic: string, values: readonly JsonObject[]): Promise<StoredEvents> {
  const stored = values.map((value, index): StoredEvent => {
    const event = { event_id: `${index}`, timestamp: index, server_id: "one", ...value };
    return { topic, key: "m", value: event, position: `${index}` };
  });
  const events = new StoredEvents();
  await events.readAll({ read: (name) => ReadableStream.from(name === topic ? stored : []) });
  return events;
}

function seat(type: string, player: string): JsonObject {
  return { event_type: type, session_id: "m", tank_id: "t", player_id: player };
}

const JOINED = "player_joined_session";

Deno.test("StoredEvents finds a tank that two have at once", async () => {
  const shared = await read("player_sessions_history", [seat(JOINED, "a"), seat(JOINED, "b")]);
  assertEquals(shared.sharedTanks(), ["b was given the tank of a: m t"]);
  const passedOn = [seat(JOINED, "a"), seat("player_left_session", "a"), seat(JOINED, "b")];
  assertEquals((await read("player_sessions_history", passedOn)).sharedTanks(), []);
});

Deno.test("StoredEvents counts an event that was delivered again once", async () => {
  const login = { event_type: "user_logged_in", username: "a" };
  const events = await read("auth_events", [login, login, { ...login, event_id: "0" }]);
  assertEquals(events.count("user_logged_in", "a"), 2);
  assertEquals([events.matches.eventCount, events.matches.repeatCount], [2, 1]);
});
