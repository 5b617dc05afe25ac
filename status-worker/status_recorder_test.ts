import { assertEquals, assertGreater } from "@std/assert";
import { ManualClock } from "../core/manual_clock.ts";
import { EventWriter } from "../core/protocol/event_envelope.ts";
import { TestEventLog } from "./event_log_fixture.ts";
import { HISTORY_S_MAX } from "./history_query.ts";
import { SAMPLE_HOLDS_MS } from "./history_series.ts";
import { liveWith } from "./live_fixture.ts";
import { DEFAULT_STATUS, type ServerStatus } from "./status.ts";
import { SAMPLES_MAX } from "./status_history.ts";
import { HISTORY_KEY, HISTORY_TOPIC, SAMPLE_PERIOD_MS, StatusRecorder } from "./status_recorder.ts";

interface RecorderBench {
  readonly clock: ManualClock;
  readonly eventLog: TestEventLog;
  readonly recorder: StatusRecorder;
  kinds(): unknown[];
}

function openRecorder(): RecorderBench {
  const clock = new ManualClock();
  const eventLog = new TestEventLog();
  const newId = (): string => "id";
  const events = new EventWriter({ eventLog, clock, serverId: "w", newId });
  const recorder = new StatusRecorder({ events, clock });
  return {
    ...{ clock, eventLog, recorder },
    kinds: () => eventLog.events.map(({ value }) => value.event_type),
  };
}

Deno.test("StatusRecorder writes a sample a minute, of an update or between two of them", async () => {
  const { clock, eventLog, recorder, kinds } = openRecorder();
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
  recorder.updated(live);
  assertEquals(kinds().length, 2);
  await clock.advance(1);
  recorder.sampled(live);
  recorder.updated(live);
  await clock.advance(SAMPLE_PERIOD_MS);
  recorder.updated(live);
  assertEquals(kinds().slice(2), ["status_sampled", "status_updated"]);
  const [first] = eventLog.events;
  assertEquals([first?.topic, first?.key], [HISTORY_TOPIC, HISTORY_KEY]);
  assertEquals(first?.value.timestamp, new ManualClock().nowMs() / 1_000);
});

Deno.test("StatusRecorder writes at once that the server opens or closes, or goes by other rates", () => {
  const { recorder, eventLog } = openRecorder();
  const usual: ServerStatus = { ...DEFAULT_STATUS, live: liveWith(1) };
  const changed: readonly [what: string, status: ServerStatus][] = [
    ["closed", { ...usual, server_status: 0 }],
    ["rates", { ...usual, rates: { ...usual.rates, exp: 2 } }],
    ["client status", { ...usual, client_status: 0 }],
    ["no servers", { ...usual, live: { ...liveWith(0), servers: 0 } }],
  ];
  recorder.updated(usual);
  let count = 1;
  for (const [what, status] of changed) {
    recorder.updated(status);
    assertEquals(eventLog.events.length, ++count, what);
    recorder.sampled(status);
    assertEquals(eventLog.events.length, count, what);
    recorder.sampled(usual);
    assertEquals(eventLog.events.length, ++count, what);
  }
});

Deno.test("StatusRecorder leaves room for a week and no gap in it, however often the table is read", async () => {
  const hourS = 3_600;
  for (const intervalS of [1, 2, 7, 59]) {
    const { clock, recorder, eventLog } = openRecorder();
    for (let atS = 0; atS < hourS; atS += intervalS) {
      recorder.updated({ ...DEFAULT_STATUS, live: liveWith(atS), updated_at: atS });
      await clock.advance(intervalS * 1_000);
    }
    const count = eventLog.events.length;
    assertGreater(SAMPLES_MAX / 2, count * HISTORY_S_MAX / hourS, `every ${intervalS} s`);
    const times = eventLog.events.map(({ value }) => Number(value.timestamp));
    const gapsS = times.slice(1).map((atS, index) => atS - (times[index] ?? 0));
    assertGreater(SAMPLE_HOLDS_MS / 1_000, Math.max(...gapsS), `every ${intervalS} s`);
  }
});
