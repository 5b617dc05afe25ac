// Long because it is the whole contract of one port's queues, case by case.
import { assert, assertEquals, assertRejects } from "@std/assert";
import type { JsonValue } from "../../core/json.ts";
import {
  DEAD_LETTER_SUFFIX,
  PoisonMessage,
  WORK_ATTEMPTS_MAX,
  type WorkQueue,
} from "../../core/ports/work_queue.ts";
import {
  contractCases,
  type ContractOptions,
  type Opened,
  type RegisterCase,
} from "./contract_cases.ts";
import { eventually, inTime, nextTask } from "./eventually.ts";
import { testFanouts } from "./fanout_contract.ts";

/** Registers the contract of {@linkcode WorkQueue} for one implementation. */
export function testWorkQueueContract(
  name: string,
  open: () => Promise<Opened<WorkQueue>>,
  options: ContractOptions = {},
): void {
  const test = contractCases(`WorkQueue (${name})`, open, options);
  testDelivery(test);
  testSharing(test);
  testRedelivery(test);
  testDeadLetters(test);
  testKept(test);
  testFanouts(test);
  testLife(test);
}

const NUMBERS = Array.from({ length: 100 }, (_, index) => index);

async function publishAll(
  port: WorkQueue,
  queue: string,
  messages: readonly JsonValue[],
): Promise<void> {
  for (const message of messages) await port.publish(queue, message);
}

function testDelivery(test: RegisterCase<WorkQueue>): void {
  test("keeps order with one message in hand", async ({ port, unique }) => {
    const queue = unique("order");
    const seen: JsonValue[] = [];
    await port.consume(queue, async ({ message }) => {
      await nextTask();
      seen.push(message);
    }, { prefetch: 1 });
    await publishAll(port, queue, NUMBERS);
    await eventually(() => assertEquals(seen, NUMBERS));
  });

  test("keeps messages until a consumer comes", async ({ port, unique }) => {
    const queue = unique("early");
    await publishAll(port, queue, NUMBERS);
    await eventually(async () => assertEquals(await port.depth(queue), NUMBERS.length));
    const seen: JsonValue[] = [];
    await port.consume(queue, ({ message }) => Promise.resolve(void seen.push(message)));
    await eventually(() => assertEquals(seen, NUMBERS));
  });

  test("carries any JSON and shares no object", async ({ port, unique }) => {
    const queue = unique("json");
    const values: JsonValue[] = [null, true, -1.5, "", "öß€😀", [], { a: [{ b: null }] }, {
      text: "x".repeat(50_000),
    }];
    const seen: string[] = [];
    await port.consume(queue, ({ message }) => {
      seen.push(JSON.stringify(message));
      if (typeof message === "object" && message !== null) Object.assign(message, { changed: 1 });
      return Promise.resolve();
    }, { prefetch: 1 });
    const before = values.map((value) => JSON.stringify(value));
    await publishAll(port, queue, values);
    await eventually(() => assertEquals(seen, before));
    assertEquals(values.map((value) => JSON.stringify(value)), before);
  });

  test("does not deliver again what was acknowledged", async ({ port, unique }) => {
    const queue = unique("ack");
    const seen: [JsonValue, number][] = [];
    const consume = (): ReturnType<WorkQueue["consume"]> =>
      port.consume(queue, ({ message, attempt }) => {
        return Promise.resolve(void seen.push([message, attempt]));
      }, { prefetch: 1 });
    const first = await consume();
    await publishAll(port, queue, [1, 2]);
    await eventually(() => assertEquals(seen, [[1, 1], [2, 1]]));
    await first.close();
    await consume();
    await port.publish(queue, 3);
    await eventually(() => assertEquals(seen, [[1, 1], [2, 1], [3, 1]]));
    await eventually(async () => assertEquals(await port.depth(queue), 0));
  });

  test("has no more messages in hand than asked for", async ({ port, unique }) => {
    const queue = unique("prefetch");
    let inHandCount = 0;
    let inHandMax = 0;
    let doneCount = 0;
    const full = Promise.withResolvers<void>();
    await publishAll(port, queue, NUMBERS);
    await port.consume(queue, async () => {
      inHandMax = Math.max(inHandMax, ++inHandCount);
      if (inHandCount === 5) full.resolve();
      await full.promise;
      await nextTask();
      inHandCount--;
      doneCount++;
    }, { prefetch: 5 });
    await eventually(() => assertEquals(doneCount, NUMBERS.length));
    assertEquals(inHandMax, 5);
  });

  test("refuses a prefetch of nothing", async ({ port, unique }) => {
    const queue = unique("prefetch");
    for (const prefetch of [0, -1, 1.5]) {
      await assertRejects(
        () => port.consume(queue, () => Promise.resolve(), { prefetch }),
        RangeError,
      );
    }
  });
}

function testSharing(test: RegisterCase<WorkQueue>): void {
  test("shares a queue among its consumers", async ({ port, unique }) => {
    const queue = unique("share");
    const seen: JsonValue[][] = [[], [], []];
    for (const mine of seen) {
      await port.consume(queue, async ({ message }) => {
        mine.push(message);
        await nextTask();
      }, { prefetch: 1 });
    }
    await publishAll(port, queue, NUMBERS);
    await eventually(() => assertEquals(seen.flat().length, NUMBERS.length));
    assertEquals(seen.flat().sort((a, b) => Number(a) - Number(b)), NUMBERS);
    for (const mine of seen) assert(mine.length >= 10, `${mine.length} of ${NUMBERS.length}`);
  });

  test("counts messages waiting and in hand", async ({ port, unique }) => {
    const queue = unique("depth");
    const gate = Promise.withResolvers<void>();
    assertEquals(await port.depth(queue), 0);
    await port.consume(queue, () => gate.promise, { prefetch: 2 });
    await publishAll(port, queue, [1, 2, 3, 4, 5]);
    await eventually(async () => assertEquals(await port.depth(queue), 5));
    gate.resolve();
    await eventually(async () => assertEquals(await port.depth(queue), 0));
  });
}

function testRedelivery(test: RegisterCase<WorkQueue>): void {
  test("delivers a failed message again before later ones", async ({ port, unique }) => {
    const queue = unique("again");
    const seen: [JsonValue, number][] = [];
    await publishAll(port, queue, ["a", "b"]);
    await port.consume(queue, ({ message, attempt }) => {
      seen.push([message, attempt]);
      if (attempt === 1) throw new Error("thrown before any promise");
      return attempt === 2 ? Promise.reject(new Error("rejected")) : Promise.resolve();
    }, { prefetch: 1 });
    await eventually(() =>
      assertEquals(seen, [["a", 1], ["a", 2], ["a", 3], ["b", 1], ["b", 2], ["b", 3]])
    );
  });

  test("does not let a failing message hold up the others", async ({ port, unique }) => {
    const queue = unique("beside");
    const seen: JsonValue[] = [];
    await port.consume(queue, ({ message }) => {
      if (message === "bad") return Promise.reject(new Error("always"));
      return Promise.resolve(void seen.push(message));
    }, { prefetch: 4 });
    await publishAll(port, queue, ["bad", ...NUMBERS]);
    await eventually(() => assertEquals(seen.length, NUMBERS.length));
  });

  test("hands what a closed consumer left undone to another", async ({ port, unique }) => {
    const queue = unique("left");
    const first = await port.consume(queue, () => Promise.reject(new Error("no")), { prefetch: 1 });
    await publishAll(port, queue, NUMBERS);
    await eventually(async () => assertEquals(await port.depth(queue), NUMBERS.length));
    await first.close();
    const seen: JsonValue[] = [];
    await port.consume(queue, ({ message }) => Promise.resolve(void seen.push(message)), {
      prefetch: 1,
    });
    await eventually(() => assertEquals(seen, NUMBERS));
  });
}

function testDeadLetters(test: RegisterCase<WorkQueue>): void {
  test(`dead-letters a message after ${WORK_ATTEMPTS_MAX} attempts`, async ({ port, unique }) => {
    const queue = unique("dead");
    const attempts: number[] = [];
    await port.consume(queue, ({ attempt }) => {
      attempts.push(attempt);
      return Promise.reject(new Error("always"));
    });
    await port.publish(queue, { bad: "öß" });
    const dead: [JsonValue, number][] = [];
    await port.consume(`${queue}${DEAD_LETTER_SUFFIX}`, ({ message, attempt }) => {
      return Promise.resolve(void dead.push([message, attempt]));
    });
    await eventually(() => assertEquals(dead, [[{ bad: "öß" }, 1]]));
    assertEquals(attempts, Array.from({ length: WORK_ATTEMPTS_MAX }, (_, index) => index + 1));
    await eventually(async () => assertEquals(await port.depth(queue), 0));
  });

  test("dead-letters a poison message at once and goes on", async ({ port, unique }) => {
    const queue = unique("poison");
    const seen: [JsonValue, number][] = [];
    await port.consume(queue, ({ message, attempt }) => {
      seen.push([message, attempt]);
      if (message === "sync") throw new PoisonMessage("not to be done");
      if (message === "async") return Promise.reject(new PoisonMessage("not to be done"));
      return Promise.resolve();
    }, { prefetch: 1 });
    await publishAll(port, queue, ["sync", "async", "good"]);
    await eventually(() => assertEquals(seen, [["sync", 1], ["async", 1], ["good", 1]]));
    await eventually(async () => {
      assertEquals(await port.depth(`${queue}${DEAD_LETTER_SUFFIX}`), 2);
    });
  });
}

function testKept(test: RegisterCase<WorkQueue>): void {
  test("hands out what is kept for a while, and sets aside what fails", async ({ port, unique }) => {
    const queue = unique("kept");
    const kept = { keptMs: 20_000 };
    await port.publish(queue, "early", kept);
    const seen: JsonValue[] = [];
    await port.consume(queue, ({ message }) => {
      seen.push(message);
      if (message === "bad") throw new PoisonMessage("not to be done");
      return Promise.resolve();
    }, kept);
    await port.publish(queue, "bad", kept);
    await port.publish(queue, "late", kept);
    await eventually(() => assertEquals(seen, ["early", "bad", "late"]));
    await eventually(async () => {
      assertEquals(await port.depth(`${queue}${DEAD_LETTER_SUFFIX}`), 1);
    });
  });

  test("forgets what nobody takes while it is kept", async ({ port, unique }) => {
    const queue = unique("kept");
    const kept = { keptMs: 400 };
    await publishAll(port, queue, NUMBERS.map(String));
    const brief = unique("brief");
    for (const number of NUMBERS) await port.publish(brief, number, kept);
    await eventually(async () => assertEquals(await port.depth(brief), 0));
    assertEquals(await port.depth(queue), NUMBERS.length);
    const seen: JsonValue[] = [];
    await port.consume(brief, ({ message }) => Promise.resolve(void seen.push(message)), kept);
    // Its publisher has not been told that the queue had to be made again. On a busy machine a message may be
    // forgotten before its consumer's turn comes.
    await eventually(async () => {
      await port.publish(brief, "after", kept);
      await eventually(() => assert(seen.length > 0), kept.keptMs);
    });
    assertEquals(new Set(seen), new Set(["after"]));
    assertEquals(await port.depth(`${brief}${DEAD_LETTER_SUFFIX}`), 0);
  });
}

function testLife(test: RegisterCase<WorkQueue>): void {
  test("waits for the message in hand when a consumer closes", async ({ port, unique }) => {
    const queue = unique("close");
    const asked = Promise.withResolvers<void>();
    const gate = Promise.withResolvers<void>();
    let doneCount = 0;
    const consumer = await port.consume(queue, async () => {
      asked.resolve();
      await gate.promise;
      doneCount++;
    }, { prefetch: 1 });
    await publishAll(port, queue, [1, 2]);
    await inTime(asked.promise);
    const closed = consumer.close().then(() => doneCount);
    gate.resolve();
    assertEquals(await inTime(closed), 1);
    await consumer.close();
    await eventually(async () => assertEquals(await port.depth(queue), 1));
  });

  test("waits for the work in hand when it closes, then refuses", async ({ port, unique }) => {
    const queue = unique("close");
    const asked = Promise.withResolvers<void>();
    const gate = Promise.withResolvers<void>();
    let isDone = false;
    await port.consume(queue, async () => {
      asked.resolve();
      await gate.promise;
      isDone = true;
    });
    await port.publish(queue, 1);
    await inTime(asked.promise);
    const closed = port.close().then(() => isDone);
    gate.resolve();
    assertEquals(await inTime(closed), true);
    await port.close();
    await assertRejects(() => port.publish(queue, 2), Error);
    await assertRejects(() => port.publishFanout(queue, 2), Error);
    await assertRejects(() => port.consume(queue, () => Promise.resolve()), Error);
    await assertRejects(() => port.subscribeFanout(queue, () => Promise.resolve()), Error);
  });

  test("loses no message when its server is back", async ({ port, unique, restart }) => {
    const queue = unique("restart");
    const asked = Promise.withResolvers<void>();
    const gate = Promise.withResolvers<void>();
    const seen = new Set<JsonValue>();
    await port.consume(queue, async ({ message }) => {
      asked.resolve();
      await gate.promise;
      seen.add(message);
    }, { prefetch: 2 });
    await publishAll(port, queue, NUMBERS);
    await inTime(asked.promise);
    await restart(() => Promise.resolve(gate.resolve()));
    await eventually(async () => {
      await port.publish(queue, "after");
      assert(seen.has("after"));
    });
    await eventually(() => {
      for (const number of NUMBERS) assert(seen.has(number), `lost ${number}`);
    });
  }, { restart: true });
}
