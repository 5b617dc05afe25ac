import { assertEquals, assertRejects } from "@std/assert";
import { silentLog } from "../log.ts";
import { ManualClock } from "../manual_clock.ts";
import type { StoredEvent } from "../ports/event_log.ts";
import type { EventSource } from "../ports/event_source.ts";
import type { Outbox } from "../ports/outbox.ts";
import type { EventRow } from "../ports/sqlite_event_store.ts";
import { OutboxEventLog } from "./outbox_event_log.ts";

const EVENT = { topic: "topic", key: "key", value: { event_id: "id" } };

class FakeOutbox implements Outbox {
  readonly rows: EventRow[] = [];
  isWritable = true;
  isClosed = false;
  readonly gate = Promise.withResolvers<void>();

  opened(): Promise<void> {
    return Promise.resolve();
  }

  append(rows: readonly EventRow[]): Promise<void> {
    if (!this.isWritable) return Promise.reject(new Error("disk is full"));
    this.rows.push(...rows);
    return Promise.resolve();
  }

  delivered(): Promise<void> {
    return this.gate.promise;
  }

  close(): Promise<void> {
    this.isClosed = true;
    return Promise.resolve();
  }
}

class FakeSource implements EventSource {
  readonly steps: string[] = [];

  async *read(topic: string): AsyncGenerator<StoredEvent> {
    this.steps.push("read");
    yield { topic, key: "key", value: {}, position: "1" };
  }

  subscribe(): Promise<{ close(): Promise<void> }> {
    return Promise.resolve({ close: () => Promise.resolve() });
  }

  close(): Promise<void> {
    this.steps.push("close");
    return Promise.resolve();
  }
}

interface Setup {
  readonly eventLog: OutboxEventLog;
  readonly outbox: FakeOutbox;
  readonly source: FakeSource;
  readonly clock: ManualClock;
  readonly drops: string[];
  readonly states: boolean[];
  appendedCount(): number;
}

function setUp(bufferCountMax?: number): Setup {
  const [outbox, source, clock] = [new FakeOutbox(), new FakeSource(), new ManualClock(5_000)];
  const [drops, states]: [string[], boolean[]] = [[], []];
  let appendedCount = 0;
  const eventLog = new OutboxEventLog({
    outbox,
    source,
    clock,
    log: silentLog,
    ...(bufferCountMax === undefined ? {} : { bufferCountMax }),
    onAppend: () => appendedCount++,
    onDrop: (_count, reason) => drops.push(reason),
    onOutboxState: (isUp) => states.push(isUp),
  });
  return { eventLog, outbox, source, clock, drops, states, appendedCount: () => appendedCount };
}

Deno.test("OutboxEventLog writes events to the outbox soon, as they were", async () => {
  const { eventLog, outbox, clock } = setUp();
  const value = { event_id: "id", list: [1] };
  eventLog.append({ topic: "topic", key: "key", value });
  value.list.push(2);
  eventLog.append({ ...EVENT, value: { event_id: 7 } });
  assertEquals([outbox.rows.length, eventLog.waitingCount], [0, 2]);
  await clock.advance(50);
  assertEquals(outbox.rows, [
    ["topic", "key", "id", 5_000, '{"event_id":"id","list":[1]}'],
    ["topic", "key", null, 5_000, '{"event_id":7}'],
  ]);
  await eventLog.close();
});

Deno.test("OutboxEventLog tells of each event that is appended, good or bad", async () => {
  const { eventLog, drops, appendedCount } = setUp();
  eventLog.append(EVENT);
  eventLog.append({ ...EVENT, value: { text: "x".repeat(1_048_576) } });
  assertEquals([drops, appendedCount()], [["bad_event"], 2]);
  await eventLog.close();
});

Deno.test("OutboxEventLog is flushed when the outbox has the events, delivered or not", async () => {
  const { eventLog, outbox } = setUp();
  eventLog.append(EVENT);
  await eventLog.flush();
  assertEquals(outbox.rows.length, 1);
  await eventLog.close();
});

Deno.test("OutboxEventLog reads when everything that is durable was delivered", async () => {
  const { eventLog, outbox, source } = setUp();
  const reading = Array.fromAsync(eventLog.read("topic"));
  await Promise.resolve();
  assertEquals(source.steps, []);
  outbox.gate.resolve();
  assertEquals((await reading).length, 1);
  await eventLog.close();
});

Deno.test("OutboxEventLog reads nothing while the outbox cannot deliver", async () => {
  const { eventLog, outbox, source } = setUp();
  outbox.gate.reject(new Error("away"));
  await assertRejects(() => Array.fromAsync(eventLog.read("topic")), Error, "away");
  await assertRejects(() => eventLog.delivered(), Error, "away");
  assertEquals(source.steps, []);
  await eventLog.close();
});

Deno.test("OutboxEventLog drops what is no event, and the oldest where the disk is full", async () => {
  const { eventLog, outbox, clock, drops, states } = setUp(2);
  eventLog.append({ ...EVENT, value: { text: "x".repeat(1_048_576) } });
  assertEquals(drops, ["bad_event"]);
  outbox.isWritable = false;
  eventLog.append(EVENT);
  await assertRejects(() => eventLog.flush(), Error);
  assertEquals(states, [false]);
  for (let index = 0; index < 3; index++) eventLog.append(EVENT);
  assertEquals(drops, ["bad_event", "overflow", "overflow"]);
  outbox.isWritable = true;
  await clock.advance(1_000);
  assertEquals(states, [false, true]);
  assertEquals(outbox.rows.length, 2);
  await eventLog.close();
});

Deno.test("OutboxEventLog writes what waits when it closes, and takes nothing after", async () => {
  const { eventLog, outbox, source, drops } = setUp();
  eventLog.append(EVENT);
  await eventLog.close();
  await eventLog.close();
  assertEquals([outbox.rows.length, outbox.isClosed], [1, true]);
  assertEquals(source.steps, ["close"]);
  eventLog.append(EVENT);
  assertEquals(drops, ["closed"]);
  await assertRejects(() => Array.fromAsync(eventLog.read("topic")), Error, "closed");
  await assertRejects(() => eventLog.subscribe("topic", "group", () => Promise.resolve()), Error);
});
