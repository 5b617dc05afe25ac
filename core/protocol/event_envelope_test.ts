import { assertEquals } from "@std/assert";
import { ManualClock } from "../manual_clock.ts";
import type { NewEvent } from "../ports/event_log.ts";
import { EventWriter } from "./event_envelope.ts";

Deno.test("EventWriter puts each event into the common envelope", () => {
  const appended: NewEvent[] = [];
  const writer = new EventWriter({
    eventLog: {
      append: (event) => void appended.push(event),
      flush: () => Promise.resolve(),
      read: () => ReadableStream.from<never>([]),
      subscribe: () => Promise.resolve({ close: () => Promise.resolve() }),
      close: () => Promise.resolve(),
    },
    clock: new ManualClock(1_700_000_000_250),
    serverId: "game-7",
    newId: () => "e1",
  });
  writer.write("game_events", "m1", { event_type: "match_started", match_id: "m1" });
  assertEquals(appended, [{
    topic: "game_events",
    key: "m1",
    value: {
      event_type: "match_started",
      match_id: "m1",
      timestamp: 1_700_000_000.25,
      event_id: "e1",
      server_id: "game-7",
    },
  }]);
});

Deno.test("EventWriter puts off what nobody should wait for, with the time at which it happened", async () => {
  const appended: NewEvent[] = [];
  const clock = new ManualClock(1_000);
  const late: (() => void)[] = [];
  let ids = 0;
  const writer = new EventWriter({
    eventLog: {
      append: (event) => void appended.push(event),
      flush: () => Promise.resolve(),
      read: () => ReadableStream.from<never>([]),
      subscribe: () => Promise.resolve({ close: () => Promise.resolve() }),
      close: () => Promise.resolve(),
    },
    clock,
    serverId: "game-7",
    newId: () => `e${++ids}`,
    later: (work) => void late.push(work),
  });
  writer.write("game_events", "m1", { event_type: "first" });
  writer.write("game_events", "m1", { event_type: "second" });
  assertEquals([appended.length, late.length], [0, 1], "one turn for all that waits");
  await clock.advance(60_000);
  late[0]?.();
  const seen = appended.map(({ value }) => [value.event_type, value.event_id, value.timestamp]);
  assertEquals(seen, [["first", "e1", 1], ["second", "e2", 1]]);
  writer.write("game_events", "m1", { event_type: "third", event_id: "m1:third" });
  late[1]?.();
  assertEquals(appended[2]?.value.event_id, "m1:third", "an id of its own is kept");
  assertEquals(appended.length, 3);
});
