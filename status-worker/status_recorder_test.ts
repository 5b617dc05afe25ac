import { assertEquals } from "@std/assert";
import { ManualClock } from "../core/manual_clock.ts";
import { EventWriter } from "../core/protocol/event_envelope.ts";
import { DEFAULT_STATUS } from "./status.ts";
import { TestEventLog } from "./event_log_fixture.ts";
import { liveWith } from "./live_fixture.ts";
import { HISTORY_KEY, HISTORY_TOPIC, SAMPLE_PERIOD_MS, StatusRecorder } from "./status_recorder.ts";

Deno.test("StatusRecorder writes each update, and a sample a minute between them", async () => {
  const clock = new ManualClock();
  const eventLog = new TestEventLog();
  const newId = (): string => "id";
  const events = new EventWriter({ eventLog, clock, serverId: "w", newId });
  const recorder = new StatusRecorder({ events, clock });
  const kinds = (): unknown[] => eventLog.events.map(({ value }) => value.event_type);
  recorder.updated(DEFAULT_STATUS);
  recorder.sampled(DEFAULT_STATUS);
  assertEquals(kinds(), ["status_updated"]);
  // The first that knows the game servers does not wait.
  const live = { ...DEFAULT_STATUS, live: liveWith(1) };
  recorder.sampled(live);
  recorder.sampled(live);
  assertEquals(kinds(), ["status_updated", "status_sampled"]);
  await clock.advance(SAMPLE_PERIOD_MS - 1);
  recorder.sampled(live);
  assertEquals(kinds().length, 2);
  await clock.advance(1);
  recorder.sampled(live);
  recorder.updated(live);
  assertEquals(kinds().slice(2), ["status_sampled", "status_updated"]);
  const [first] = eventLog.events;
  assertEquals([first?.topic, first?.key], [HISTORY_TOPIC, HISTORY_KEY]);
  assertEquals(first?.value.timestamp, new ManualClock().nowMs() / 1_000);
});
