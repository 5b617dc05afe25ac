import { assertEquals } from "@std/assert";
import { ManualClock } from "../core/manual_clock.ts";
import { HISTORY_S_MAX } from "./history_query.ts";
import type { TestEventLog } from "./event_log_fixture.ts";
import { makeStatusFixture } from "./status_fixture.ts";
import { RELOAD_PERIOD_MS, SAMPLES_MAX, StatusHistory } from "./status_history.ts";
import { HISTORY_KEY, HISTORY_TOPIC } from "./status_recorder.ts";

const NOW_S = new ManualClock().nowMs() / 1_000;

interface HistoryFixture {
  readonly clock: ManualClock;
  readonly eventLog: TestEventLog;
  readonly history: StatusHistory;
  readonly logged: readonly (readonly [event: string, fields: unknown])[];
  /** A sample that was taken so many seconds after the clock's beginning. */
  append(atS: number, players: number): void;
  players(): (number | null)[];
}

function openHistory(): HistoryFixture {
  const { clock, eventLog, log, logged } = makeStatusFixture();
  const history = new StatusHistory({ eventLog, clock, log });
  return {
    clock,
    eventLog,
    history,
    logged,
    append: (atS, players_online) =>
      eventLog.append({
        topic: HISTORY_TOPIC,
        key: HISTORY_KEY,
        value: {
          event_type: "status_sampled",
          timestamp: NOW_S + atS,
          server_status: 1,
          players_online,
        },
      }),
    players: () => history.samples.map(({ players }) => players),
  };
}

Deno.test("StatusHistory reads the log once, and then what is new, once in a while", async () => {
  const { clock, eventLog, history, append, players } = openHistory();
  append(-60, 1);
  append(-30, 2);
  await Promise.all(Array.from({ length: 100 }, () => history.refresh()));
  assertEquals([players(), history.isComplete], [[1, 2], true]);
  append(0, 3);
  await clock.advance(RELOAD_PERIOD_MS - 1);
  await history.refresh();
  assertEquals([players(), eventLog.readCount], [[1, 2], 1]);
  await clock.advance(1);
  await history.refresh();
  assertEquals([players(), eventLog.readCount], [[1, 2, 3], 2]);
});

Deno.test("StatusHistory is in order, and forgets what is older than a week", async () => {
  const { clock, history, append, players } = openHistory();
  append(-HISTORY_S_MAX - 1, 0);
  append(-HISTORY_S_MAX, 1);
  append(-10, 3);
  append(-20, 2);
  await history.refresh();
  assertEquals(players(), [1, 2, 3]);
  await clock.advance(RELOAD_PERIOD_MS);
  await history.refresh();
  assertEquals(players(), [2, 3]);
});

Deno.test("StatusHistory passes over what is no sample, and keeps to its bound", async () => {
  const { eventLog, history, append } = openHistory();
  eventLog.append({ topic: HISTORY_TOPIC, key: HISTORY_KEY, value: { event_type: "other" } });
  eventLog.append({ topic: "game_events", key: HISTORY_KEY, value: {} });
  for (let index = 0; index <= SAMPLES_MAX; index++) append(-HISTORY_S_MAX + index, index);
  await history.refresh();
  assertEquals(history.samples.length, SAMPLES_MAX + 1 - SAMPLES_MAX / 10);
  assertEquals(history.samples.at(-1)?.players, SAMPLES_MAX);
});

Deno.test("StatusHistory has what it knows while the log cannot be read", async () => {
  const { clock, eventLog, history, append, players, logged } = openHistory();
  append(-60, 1);
  await history.refresh();
  append(-30, 2);
  eventLog.state = "down";
  for (let times = 0; times < 3; times++) {
    await clock.advance(RELOAD_PERIOD_MS);
    await history.refresh();
    assertEquals([players(), history.isComplete], [[1], false]);
  }
  eventLog.state = "up";
  await clock.advance(RELOAD_PERIOD_MS);
  await history.refresh();
  assertEquals([players(), history.isComplete], [[1, 2], true]);
  assertEquals(logged.map(([event]) => event), [
    "status_history_not_read",
    "status_history_read_again",
  ]);
});

Deno.test("StatusHistory that is closed ends the look under way, without a complaint", async () => {
  const { history, append, logged } = openHistory();
  for (let index = 0; index < 1_000; index++) append(-index, index);
  const refreshing = history.refresh();
  await history.close();
  await refreshing;
  assertEquals(history.isComplete, false);
  assertEquals(logged, []);
});
