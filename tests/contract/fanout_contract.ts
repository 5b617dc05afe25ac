import { assertEquals } from "@std/assert";
import type { JsonValue } from "../../core/json.ts";
import type { WorkQueue } from "../../core/ports/work_queue.ts";
import type { RegisterCase } from "./contract_cases.ts";
import { eventually, inTime, nextTask } from "./eventually.ts";

/** Registers the part of the work queue's contract that is about fanout exchanges. */
export function testFanouts(test: RegisterCase<WorkQueue>): void {
  test("copies a fanout message to every subscriber, in order", async ({ port, unique }) => {
    const exchange = unique("fanout");
    const all: JsonValue[][] = Array.from({ length: 50 }, () => []);
    for (const seen of all) {
      await port.subscribeFanout(exchange, (message) => Promise.resolve(void seen.push(message)));
    }
    const sent = Array.from({ length: 20 }, (_, index) => ({ index }));
    for (const message of sent) await port.publishFanout(exchange, message);
    await eventually(() => {
      for (const seen of all) assertEquals(seen, sent);
    });
  });

  test("gives a fanout subscriber nothing from before or after", async ({ port, unique }) => {
    const exchange = unique("fanout");
    const subscribe = async (seen: JsonValue[]): ReturnType<WorkQueue["subscribeFanout"]> =>
      await port.subscribeFanout(exchange, (message) => Promise.resolve(void seen.push(message)));
    await port.publishFanout(exchange, "nobody is here");
    const [early, late]: [JsonValue[], JsonValue[]] = [[], []];
    const subscription = await subscribe(early);
    await port.publishFanout(exchange, 1);
    await eventually(() => assertEquals(early, [1]));
    await subscribe(late);
    await subscription.close();
    await subscription.close();
    await port.publishFanout(exchange, 2);
    await eventually(() => assertEquals(late, [2]));
    assertEquals(early, [1]);
  });

  test("does not let a slow fanout subscriber hold up others", async ({ port, unique }) => {
    const exchange = unique("fanout");
    const gate = Promise.withResolvers<void>();
    const slow: JsonValue[] = [];
    const fast: JsonValue[] = [];
    await port.subscribeFanout(exchange, async (message) => {
      await gate.promise;
      slow.push(message);
    });
    await port.subscribeFanout(exchange, (message) => Promise.resolve(void fast.push(message)));
    const sent = Array.from({ length: 100 }, (_, index) => index);
    for (const message of sent) await port.publishFanout(exchange, message);
    await eventually(() => assertEquals(fast, sent));
    assertEquals(slow, []);
    gate.resolve();
    await eventually(() => assertEquals(slow, sent));
  });

  test("goes on after a fanout handler that throws or rejects", async ({ port, unique }) => {
    const exchange = unique("fanout");
    const seen: JsonValue[] = [];
    await port.subscribeFanout(exchange, (message) => {
      seen.push(message);
      if (message === "sync") throw new Error("thrown by a handler");
      return message === "async" ? Promise.reject(new Error("rejected")) : Promise.resolve();
    });
    for (const message of ["sync", "async", "good"]) await port.publishFanout(exchange, message);
    await eventually(() => assertEquals(seen, ["sync", "async", "good"]));
  });

  test("waits for the fanout message in hand when it closes, and drops the rest", async ({ port, unique }) => {
    const exchange = unique("fanout");
    const asked = Promise.withResolvers<void>();
    const gate = Promise.withResolvers<void>();
    const done: JsonValue[] = [];
    const subscription = await port.subscribeFanout(exchange, async (message) => {
      asked.resolve();
      await gate.promise;
      done.push(message);
    });
    const others: JsonValue[] = [];
    await port.subscribeFanout(exchange, (message) => Promise.resolve(void others.push(message)));
    for (const message of [1, 2, 3]) await port.publishFanout(exchange, message);
    await inTime(asked.promise);
    await eventually(() => assertEquals(others, [1, 2, 3]));
    const closed = subscription.close().then(() => [...done]);
    gate.resolve();
    assertEquals(await inTime(closed), [1]);
    await nextTask();
    assertEquals(done, [1]);
  });
}
