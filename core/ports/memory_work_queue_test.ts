import { assertEquals, assertRejects } from "@std/assert";
import type { JsonValue } from "../json.ts";
import { silentLog } from "../log.ts";
import { ManualClock } from "../manual_clock.ts";
import { MemoryWorkQueue, type MemoryWorkQueueOptions } from "./memory_work_queue.ts";

function open(
  options: Partial<MemoryWorkQueueOptions> = {},
): { readonly queue: MemoryWorkQueue; readonly clock: ManualClock } {
  const clock = new ManualClock();
  return { clock, queue: new MemoryWorkQueue({ clock, log: silentLog, ...options }) };
}

Deno.test("MemoryWorkQueue delivers again after a delay that doubles", async () => {
  const { queue, clock } = open({ redeliveryDelayMs: 100 });
  const startMs = clock.monotonicMs();
  const times: number[] = [];
  const consumer = await queue.consume("q", () => {
    times.push(clock.monotonicMs() - startMs);
    return Promise.reject(new Error("no"));
  });
  await queue.publish("q", 1);
  await clock.advance(10_000);
  assertEquals(times, [0, 100, 300, 700, 1500]);
  assertEquals([await queue.depth("q"), await queue.depth("q.dead")], [0, 1]);
  await consumer.close();
});

Deno.test("MemoryWorkQueue gives a message back at once when its consumer closes", async () => {
  const { queue, clock } = open({ redeliveryDelayMs: 1_000_000 });
  const failing = await queue.consume("q", () => Promise.reject(new Error("no")));
  for (const message of [1, 2, 3]) await queue.publish("q", message);
  await clock.advance(0);
  await failing.close();
  await queue.publish("q", 4);
  const seen: [JsonValue, number][] = [];
  await queue.consume("q", ({ message, attempt }) => {
    seen.push([message, attempt]);
    return Promise.resolve();
  });
  await clock.advance(0);
  assertEquals(seen, [[1, 2], [2, 2], [3, 2], [4, 1]]);
  assertEquals(clock.timerCount, 0);
  await queue.close();
});

Deno.test("MemoryWorkQueue refuses a message beyond its depth", async () => {
  const { queue } = open({ depthMax: 2 });
  await queue.publish("q", 1);
  await queue.publish("q", 2);
  await assertRejects(
    () => queue.publish("q", 3),
    Error,
    "Cannot publish to q: it holds 2 messages",
  );
  await queue.publish("other", 1);
  assertEquals(await queue.depth("q"), 2);
});

Deno.test("MemoryWorkQueue drops the oldest of a full dead-letter queue and counts it", async () => {
  const drops: string[] = [];
  const { queue, clock } = open({ depthMax: 2, onDrop: (reason) => drops.push(reason) });
  await queue.consume("q", () => Promise.reject(new Error("no")));
  for (const message of [1, 2, 3]) {
    await queue.publish("q", message);
    await clock.advance(10_000);
  }
  const dead: JsonValue[] = [];
  await queue.consume("q.dead", ({ message }) => Promise.resolve(void dead.push(message)));
  await clock.advance(0);
  assertEquals(dead, [2, 3]);
  assertEquals(drops, ["dead_letters_full"]);
  await queue.close();
});

Deno.test("MemoryWorkQueue drops the oldest of a slow fanout subscriber alone", async () => {
  const drops: string[] = [];
  const { queue, clock } = open({ fanoutBacklogMax: 3, onDrop: (reason) => drops.push(reason) });
  const slow: JsonValue[] = [];
  const fast: JsonValue[] = [];
  const gate = Promise.withResolvers<void>();
  await queue.subscribeFanout("x", (message) => {
    slow.push(message);
    return gate.promise;
  });
  await queue.subscribeFanout("x", (message) => Promise.resolve(void fast.push(message)));
  for (let message = 0; message < 10; message++) {
    await queue.publishFanout("x", message);
    await clock.advance(0);
  }
  assertEquals(fast, [0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
  assertEquals(slow, [0]);
  gate.resolve();
  await clock.advance(0);
  assertEquals(slow, [0, 7, 8, 9]);
  assertEquals(drops.length, 6);
  await queue.close();
});

Deno.test("MemoryWorkQueue lets work in hand publish while it closes", async () => {
  const { queue, clock } = open();
  const gate = Promise.withResolvers<void>();
  let published = false;
  await queue.consume("q", async () => {
    await gate.promise;
    await queue.publish("after", 1);
    published = true;
  });
  await queue.publish("q", 1);
  await clock.advance(0);
  const closed = queue.close();
  gate.resolve();
  await closed;
  assertEquals(published, true);
});

Deno.test("MemoryWorkQueue frees what nobody took in time, and leaves no timer behind", async () => {
  const { queue, clock } = open();
  await queue.publish("q", 1, { keptMs: 1_000 });
  await clock.advance(900);
  await queue.publish("q", 2, { keptMs: 1_000 });
  await clock.advance(100);
  assertEquals(await queue.depth("q"), 1);
  const seen: JsonValue[] = [];
  const consumer = await queue.consume("q", ({ message }) => {
    seen.push(message);
    return Promise.resolve();
  }, { keptMs: 1_000 });
  await clock.advance(0);
  assertEquals(seen, [2]);
  await consumer.close();
  assertEquals(clock.timerCount, 0);
  await queue.publish("q", 3, { keptMs: 1_000 });
  await clock.advance(2_000);
  assertEquals([await queue.depth("q"), clock.timerCount], [0, 0]);
  await queue.publish("q", 4, { keptMs: 1_000 });
  await queue.close();
  assertEquals(clock.timerCount, 0);
});

Deno.test("MemoryWorkQueue hands single messages to its consumers in turn", async () => {
  const { queue, clock } = open();
  const seen: string[] = [];
  for (const name of ["a", "b", "c"]) {
    await queue.consume("q", () => Promise.resolve(void seen.push(name)));
  }
  for (let message = 0; message < 6; message++) {
    await queue.publish("q", message);
    await clock.advance(0);
  }
  assertEquals(seen.toSorted(), ["a", "a", "b", "b", "c", "c"]);
  await queue.close();
});
