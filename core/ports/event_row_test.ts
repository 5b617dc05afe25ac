import { assertEquals } from "@std/assert";
import type { JsonObject } from "../json.ts";
import { EVENT_LENGTH_MAX, eventRowLength, tryEventRow } from "./event_row.ts";

const EVENT = { topic: "t", key: "key" };

Deno.test("tryEventRow has the event's own id where that is a text", () => {
  const row = tryEventRow({ ...EVENT, value: { event_id: "id", list: [1] } }, 5_000);
  assertEquals(row, ["t", "key", "id", 5_000, '{"event_id":"id","list":[1]}']);
  for (const value of [{}, { event_id: 7 }]) {
    assertEquals(tryEventRow({ ...EVENT, value }, 0)?.[2], null);
  }
});

Deno.test("tryEventRow refuses what is no JSON, and what is longer than EVENT_LENGTH_MAX", () => {
  const cycle: JsonObject = {};
  Object.assign(cycle, { self: cycle });
  assertEquals(tryEventRow({ ...EVENT, value: cycle }, 0), undefined);
  const text = "x".repeat(EVENT_LENGTH_MAX - '{"a":""}'.length);
  assertEquals(tryEventRow({ ...EVENT, value: { a: text } }, 0)?.[4].length, EVENT_LENGTH_MAX);
  assertEquals(tryEventRow({ ...EVENT, value: { a: `${text}x` } }, 0), undefined);
});

Deno.test("eventRowLength counts the topic, the key and the text", () => {
  assertEquals(eventRowLength(["t", "key", "id", 5_000, "{}"]), 6);
});
