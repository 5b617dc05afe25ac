import { assertEquals, assertRejects } from "@std/assert";
import { silentLog } from "../log.ts";
import { ManualClock } from "../manual_clock.ts";
import {
  BATCH_DELAY_MS,
  BATCH_EVENTS_MAX,
  EventBatcher,
  type EventBatcherOptions,
} from "./event_batcher.ts";

/** A batcher of numbers that weigh 1 each, whose disk fails while `error` is set. */
class Bench {
  readonly clock = new ManualClock();
  readonly batches: number[][] = [];
  readonly drops: string[] = [];
  readonly states: string[] = [];
  readonly batcher: EventBatcher<number>;
  error: Error | undefined;
  /** Holds writing up until it resolves. */
  gate: Promise<void> = Promise.resolve();
  tryCount = 0;

  constructor(options: Partial<EventBatcherOptions<number>> = {}) {
    this.batcher = new EventBatcher<number>({
      clock: this.clock,
      log: silentLog,
      write: async (rows) => {
        this.tryCount++;
        await this.gate;
        if (this.error) throw this.error;
        this.batches.push([...rows]);
      },
      sizeOf: () => 1,
      countMax: 10_000,
      sizeMax: 10_000,
      onDrop: (reason) => this.drops.push(reason),
      onState: (isUp, reason) => this.states.push(isUp ? "up" : `down: ${reason}`),
      ...options,
    });
  }

  append(from: number, count: number): void {
    for (let row = from; row < from + count; row++) this.batcher.append(row);
  }
}

function range(from: number, count: number): number[] {
  return Array.from({ length: count }, (_, index) => from + index);
}

Deno.test("EventBatcher writes after its delay", async () => {
  const bench = new Bench();
  bench.append(0, 3);
  await bench.clock.advance(BATCH_DELAY_MS - 1);
  assertEquals(bench.tryCount, 0);
  await bench.clock.advance(1);
  assertEquals(bench.batches, [[0, 1, 2]]);
  await bench.clock.advance(10 * BATCH_DELAY_MS);
  assertEquals([bench.tryCount, bench.clock.timerCount], [1, 0]);
});

Deno.test("EventBatcher writes a full batch without delay, but after the running task", async () => {
  const bench = new Bench();
  bench.append(0, 2 * BATCH_EVENTS_MAX + 1);
  assertEquals(bench.tryCount, 0);
  await bench.clock.advance(0);
  assertEquals(bench.batches, [
    range(0, BATCH_EVENTS_MAX),
    range(BATCH_EVENTS_MAX, BATCH_EVENTS_MAX),
  ]);
  assertEquals(bench.batcher.waitingCount, 1);
  await bench.clock.advance(BATCH_DELAY_MS);
  assertEquals(bench.batcher.waitingCount, 0);
});

Deno.test("EventBatcher has one batch in flight", async () => {
  const bench = new Bench();
  const gate = Promise.withResolvers<void>();
  bench.gate = gate.promise;
  bench.append(0, 3 * BATCH_EVENTS_MAX);
  await bench.clock.advance(1000);
  assertEquals([bench.tryCount, bench.batcher.waitingCount], [1, 3 * BATCH_EVENTS_MAX]);
  gate.resolve();
  await bench.clock.advance(0);
  assertEquals(bench.batches.flat(), range(0, 3 * BATCH_EVENTS_MAX));
});

Deno.test("EventBatcher keeps a batch that failed and tries again, less and less often", async () => {
  const bench = new Bench();
  bench.error = new Error("disk full");
  bench.append(0, 2);
  await bench.clock.advance(BATCH_DELAY_MS);
  assertEquals(bench.states, ["down: Error: disk full"]);
  bench.append(2, BATCH_EVENTS_MAX);
  await bench.clock.advance(99);
  assertEquals(bench.tryCount, 1);
  const tryCounts: number[] = [];
  for (const delayMs of [1, 200, 400, 800, 1600, 3200, 5000, 5000]) {
    await bench.clock.advance(delayMs);
    tryCounts.push(bench.tryCount);
  }
  assertEquals(tryCounts, [2, 3, 4, 5, 6, 7, 8, 9]);
  bench.error = undefined;
  await bench.clock.advance(5000 + BATCH_DELAY_MS);
  assertEquals(bench.batches.flat(), range(0, BATCH_EVENTS_MAX + 2));
  assertEquals(bench.states, ["down: Error: disk full", "up"]);
  assertEquals(bench.drops, []);
});

Deno.test("EventBatcher drops the oldest beyond either bound", async () => {
  for (const bound of [{ countMax: 5 }, { sizeMax: 5 }]) {
    const bench = new Bench(bound);
    bench.error = new Error("disk full");
    bench.append(0, 4);
    await bench.clock.advance(BATCH_DELAY_MS);
    bench.append(4, 4);
    assertEquals(bench.drops, ["overflow", "overflow", "overflow"]);
    bench.error = undefined;
    await bench.clock.advance(1000);
    assertEquals(bench.batches, [range(3, 5)]);
  }
});

Deno.test("EventBatcher drops the oldest when a batch in flight comes back", async () => {
  const bench = new Bench({ countMax: 5 });
  const gate = Promise.withResolvers<void>();
  bench.gate = gate.promise;
  bench.error = new Error("disk full");
  bench.append(0, 4);
  await bench.clock.advance(BATCH_DELAY_MS);
  bench.append(4, 4);
  assertEquals(bench.drops, []);
  gate.resolve();
  await bench.clock.advance(0);
  assertEquals(bench.drops.length, 3);
  bench.error = undefined;
  await bench.clock.advance(1000);
  assertEquals(bench.batches, [range(3, 5)]);
});

Deno.test("EventBatcher flushes at once, only what came before", async () => {
  const bench = new Bench();
  bench.append(0, BATCH_EVENTS_MAX + 5);
  await bench.batcher.flush();
  assertEquals(bench.batches.flat(), range(0, BATCH_EVENTS_MAX + 5));
  await bench.batcher.flush();
  assertEquals(bench.clock.timerCount, 0);
});

Deno.test("EventBatcher rejects a flush that fails, and tries again at the next", async () => {
  const bench = new Bench();
  bench.error = new Error("disk full");
  bench.append(0, 2);
  await assertRejects(() => bench.batcher.flush(), Error, "Cannot flush");
  await assertRejects(() => bench.batcher.flush(), Error, "Cannot flush");
  bench.error = undefined;
  await bench.batcher.flush();
  assertEquals([bench.batches, bench.states.at(-1)], [[[0, 1]], "up"]);
});

Deno.test("EventBatcher rejects a flush whose events are dropped", async () => {
  const bench = new Bench({ countMax: 5 });
  const gate = Promise.withResolvers<void>();
  bench.gate = gate.promise;
  bench.append(0, 1);
  const flush = assertRejects(() => bench.batcher.flush(), Error, "events were dropped");
  bench.append(1, 6);
  await flush;
  gate.resolve();
});

Deno.test("EventBatcher writes what waits when it closes, or counts it as dropped", async () => {
  const good = new Bench();
  good.append(0, 3);
  await good.batcher.close();
  good.append(3, 1);
  assertEquals([good.batches, good.drops], [[[0, 1, 2]], ["closed"]]);

  const bad = new Bench();
  bad.error = new Error("disk full");
  bad.append(0, 3);
  await assertRejects(() => bad.batcher.close(), Error, "Cannot flush");
  assertEquals(bad.drops, ["closed", "closed", "closed"]);
  assertEquals([good.clock.timerCount, bad.clock.timerCount], [0, 0]);
});
