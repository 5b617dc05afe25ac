// Long because it has a case for each fate of a message.
import { assertEquals } from "@std/assert";
import { type FakeChannel, FakeConnection } from "../../tests/brokers/rabbitmq_fake.ts";
import { silentLog } from "../log.ts";
import { ManualClock } from "../manual_clock.ts";
import { PoisonMessage, type WorkHandler } from "../ports/work_queue.ts";
import { RabbitConnection } from "./rabbitmq_connection.ts";
import type { ConsumeTrouble } from "./rabbitmq_attempts.ts";
import { RabbitConsumer } from "./rabbitmq_consumer.ts";
import type { RabbitMessage } from "./rabbitmq_message.ts";

const FAILS = new Error("no");

class Harness {
  readonly clock = new ManualClock();
  readonly connections: FakeConnection[] = [];
  readonly troubles: ConsumeTrouble[] = [];
  readonly dead: [queue: string, message: RabbitMessage][] = [];
  deadError: Error | undefined;
  readonly connection: RabbitConnection;
  readonly consumer: RabbitConsumer;

  constructor(handler: WorkHandler, options: { queue?: string; prefetch?: number } = {}) {
    const { queue = "work", prefetch = 2 } = options;
    const shared = { clock: this.clock, random: () => 1, log: silentLog };
    this.connection = new RabbitConnection({
      ...shared,
      dial: () => {
        const connection = new FakeConnection();
        this.connections.push(connection);
        return Promise.resolve(connection);
      },
    });
    this.consumer = new RabbitConsumer({
      ...shared,
      connection: this.connection,
      declare: () => Promise.resolve(),
      publishDead: (queue, message) => {
        if (this.deadError !== undefined) return Promise.reject(this.deadError);
        this.dead.push([queue, message]);
        return Promise.resolve();
      },
      redeliveryDelayMs: 100,
      onTrouble: (trouble) => void this.troubles.push(trouble),
    }, { queue, handler, prefetch });
  }

  get channel(): FakeChannel {
    const channel = this.connections.at(-1)?.channels.at(-1);
    if (channel === undefined) throw new Error("no channel");
    return channel;
  }

  get reasons(): unknown[] {
    return this.dead.map(([queue, { headers }]) =>
      [queue, headers["x-dead-reason"], headers["x-dead-attempt"]] as const
    );
  }

  async close(): Promise<void> {
    await this.consumer.close();
    await this.connection.close();
    assertEquals(this.clock.timerCount, 0);
  }
}

Deno.test("RabbitConsumer acknowledges what was done, and asks for no more than it may have", async () => {
  const seen: unknown[] = [];
  const harness = new Harness((delivery) => Promise.resolve(void seen.push(delivery)));
  await harness.consumer.started();
  const message = harness.channel.deliver('{"a":1}');
  await harness.clock.advance(0);
  assertEquals(seen, [{ message: { a: 1 }, attempt: 1 }]);
  assertEquals(harness.channel.acknowledged, [message]);
  assertEquals([harness.channel.prefetchCount, harness.consumer.unacknowledgedCount], [2, 0]);
  await harness.close();
});

Deno.test("RabbitConsumer keeps a failed message in hand for five attempts, then dead-letters it", async () => {
  const seen: [attempt: number, atMs: number][] = [];
  const harness = new Harness(({ attempt }) => {
    seen.push([attempt, harness.clock.monotonicMs()]);
    return Promise.reject(FAILS);
  });
  await harness.consumer.started();
  harness.channel.deliver('{"a":1}');
  await harness.clock.advance(1_499);
  assertEquals([harness.channel.acknowledged, harness.consumer.unacknowledgedCount], [[], 1]);
  await harness.clock.advance(1);
  assertEquals(seen, [[1, 0], [2, 100], [3, 300], [4, 700], [5, 1_500]]);
  assertEquals(harness.reasons, [["work.dead", "attempts", 5]]);
  assertEquals([harness.channel.acknowledged.length, harness.troubles], [1, ["dead_lettered"]]);
  await harness.close();
});

Deno.test("RabbitConsumer counts on from what the queue counted, also where nobody lived to fail", async () => {
  const attempts: number[] = [];
  const harness = new Harness(({ attempt }) => {
    attempts.push(attempt);
    return Promise.reject(FAILS);
  });
  await harness.consumer.started();
  const deliver = (count: number): void => {
    const headers = { "x-delivery-count": count };
    harness.channel.deliver("1", { redelivered: true, properties: { headers } });
  };
  deliver(3);
  await harness.clock.advance(100);
  assertEquals(attempts, [4, 5]);
  deliver(5);
  await harness.clock.advance(0);
  assertEquals([attempts, harness.reasons], [[4, 5], [
    ["work.dead", "attempts", 5],
    ["work.dead", "attempts", 5],
  ]]);
  await harness.close();
});

Deno.test("RabbitConsumer dead-letters poison, and what is not JSON, at once and as it came", async () => {
  const seen: unknown[] = [];
  const harness = new Harness(({ message }) => {
    seen.push(message);
    return Promise.reject(new PoisonMessage("never"));
  });
  await harness.consumer.started();
  for (const content of ["1", "{", new Uint8Array([0xff])]) {
    harness.channel.deliver(content);
    await harness.clock.advance(0);
  }
  assertEquals([seen, harness.reasons.length], [[1], 3]);
  for (const reason of harness.reasons) assertEquals(reason, ["work.dead", "poison", 1]);
  assertEquals(harness.dead.map(([, { content }]) => [...content]), [[0x31], [0x7b], [0xff]]);
  assertEquals(harness.channel.acknowledged.length, 3);
  await harness.close();
});

Deno.test("RabbitConsumer keeps a message until its dead letter is published", async () => {
  const harness = new Harness(() => Promise.reject(new PoisonMessage("never")));
  harness.deadError = new Error("the broker is down");
  await harness.consumer.started();
  harness.channel.deliver("1");
  await harness.clock.advance(250);
  assertEquals(harness.channel.acknowledged, []);
  harness.deadError = undefined;
  await harness.clock.advance(50);
  assertEquals([harness.dead.length, harness.channel.acknowledged.length], [1, 1]);
  await harness.close();
});

Deno.test("RabbitConsumer tries a dead letter without end, and drops a poison one", async () => {
  let isPoison = false;
  let count = 0;
  const harness = new Harness(() => {
    count++;
    return Promise.reject(isPoison ? new PoisonMessage("never") : FAILS);
  }, { queue: "work.dead" });
  await harness.consumer.started();
  harness.channel.deliver("1", { redelivered: true });
  await harness.clock.advance(60_000);
  assertEquals([count > 10, harness.channel.acknowledged], [true, []]);
  isPoison = true;
  await harness.clock.advance(6_400);
  assertEquals([harness.dead, harness.troubles], [[], ["dropped"]]);
  assertEquals(harness.channel.acknowledged.length, 1);
  await harness.close();
});

Deno.test("RabbitConsumer ignores the end of work whose channel was lost, and has no more than it may", async () => {
  const gates: PromiseWithResolvers<void>[] = [];
  const harness = new Harness(() => {
    const gate = Promise.withResolvers<void>();
    gates.push(gate);
    return gate.promise;
  }, { prefetch: 1 });
  await harness.consumer.started();
  const first = harness.channel;
  first.deliver("1");
  assertEquals(harness.consumer.unacknowledgedCount, 1);
  harness.connections.at(-1)?.end(new Error("Unexpected close"));
  assertEquals(harness.consumer.unacknowledgedCount, 0);
  await harness.clock.advance(100);
  await harness.clock.advance(0);
  harness.channel.deliver("1", { redelivered: true });
  assertEquals(gates.length, 1, "the first is still in hand");
  gates[0]?.resolve();
  await harness.clock.advance(0);
  assertEquals([gates.length, first.acknowledged, harness.channel.acknowledged], [2, [], []]);
  gates[1]?.resolve();
  await harness.clock.advance(0);
  assertEquals(harness.channel.acknowledged.length, 1);
  await harness.close();
});

Deno.test("RabbitConsumer does not try again what the broker has taken back", async () => {
  let count = 0;
  const harness = new Harness(() => {
    count++;
    return Promise.reject(FAILS);
  });
  await harness.consumer.started();
  harness.channel.deliver("1");
  await harness.clock.advance(50);
  harness.connections.at(-1)?.end();
  await harness.clock.advance(10_000);
  assertEquals(count, 1);
  await harness.close();
});

Deno.test("RabbitConsumer waits for the work in hand when it closes, and takes no more", async () => {
  const gate = Promise.withResolvers<void>();
  const seen: unknown[] = [];
  const harness = new Harness(async ({ message }) => {
    seen.push(message);
    await gate.promise;
    if (message === "fails") throw FAILS;
  });
  await harness.consumer.started();
  const { channel } = harness;
  for (const message of ["done", "fails", "waits"]) channel.deliver(JSON.stringify(message));
  await harness.clock.advance(0);
  const closed = harness.consumer.close();
  channel.deliver('"late"');
  gate.resolve();
  await closed;
  assertEquals([seen, channel.acknowledged.length], [["done", "fails"], 1]);
  await harness.close();
});

Deno.test("RabbitConsumer begins again when the broker has ended it", async () => {
  const harness = new Harness(() => Promise.resolve());
  await harness.consumer.started();
  const first = harness.channel;
  first.cancelByBroker();
  await harness.clock.advance(100);
  await harness.clock.advance(0);
  assertEquals([harness.channel === first, harness.channel.consumers.size], [false, 1]);
  await harness.close();
});
