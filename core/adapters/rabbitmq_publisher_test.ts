// Long because it has a case for each fate of a publish.
import { assertEquals, assertRejects } from "@std/assert";
import { brokerError, FakeChannel } from "../../tests/brokers/rabbitmq_fake.ts";
import { ManualClock } from "../manual_clock.ts";
import type { AmqpMessage } from "./rabbitmq_amqp.ts";
import { encodeMessage } from "./rabbitmq_message.ts";
import {
  type PublishTrouble,
  RabbitPublisher,
  type RabbitPublisherOptions,
  type RabbitRoute,
} from "./rabbitmq_publisher.ts";

const QUEUE: RabbitRoute = { kind: "queue", name: "work" };

class Harness {
  readonly clock = new ManualClock();
  readonly troubles: PublishTrouble[] = [];
  readonly declared: string[] = [];
  declareError: Error | undefined;
  readonly publisher: RabbitPublisher;
  channel = new FakeChannel();

  constructor(options: Partial<RabbitPublisherOptions> = {}) {
    this.publisher = new RabbitPublisher({
      clock: this.clock,
      random: () => 1,
      declare: ({ name }) => {
        this.declared.push(name);
        return this.declareError ? Promise.reject(this.declareError) : Promise.resolve();
      },
      publishesMax: 100,
      publishBytesMax: 1_000_000,
      publishTimeoutMs: 1_000,
      onTrouble: (trouble) => void this.troubles.push(trouble),
      ...options,
    });
  }

  publish(value: number | string, route = QUEUE): Promise<void> {
    return this.publisher.publish(route, encodeMessage(value, 1_000_000));
  }

  up(): void {
    this.channel = new FakeChannel();
    this.channel.on("close", () => this.publisher.channelLost());
    this.channel.on("return", ({ properties }: AmqpMessage) => {
      this.publisher.messageReturned(properties.messageId);
    });
    this.publisher.channelUp(this.channel);
  }

  /** What was sent on the channel that is up, and has not been answered by its end. */
  get sent(): string[] {
    return this.channel.published.map(({ content }) => new TextDecoder().decode(content));
  }

  settle(): Promise<void> {
    return this.clock.advance(0);
  }
}

/** How promises stand, without waiting for them. */
function outcomesOf(promises: readonly Promise<void>[]): string[] {
  const outcomes = promises.map(() => "waits");
  for (const [index, promise] of promises.entries()) {
    promise.then(() => outcomes[index] = "done", (error) => outcomes[index] = error.message);
  }
  return outcomes;
}

Deno.test("RabbitPublisher resolves when the broker confirms, not before", async () => {
  const harness = new Harness();
  harness.up();
  const outcomes = outcomesOf([harness.publish(1), harness.publish(2)]);
  await harness.settle();
  assertEquals([harness.sent, outcomes], [["1", "2"], ["waits", "waits"]]);
  harness.channel.published[1]?.answer();
  await harness.settle();
  assertEquals(outcomes, ["waits", "done"]);
  harness.channel.published[0]?.answer();
  await harness.settle();
  assertEquals([outcomes, harness.publisher.count, harness.clock.timerCount], [
    ["done", "done"],
    0,
    0,
  ]);
});

Deno.test("RabbitPublisher marks messages as persistent, and those for queues as mandatory", async () => {
  const harness = new Harness();
  harness.up();
  outcomesOf([harness.publish(1), harness.publish(2, { kind: "exchange", name: "news" })]);
  await harness.settle();
  const seen = harness.channel.published.map(({ to, properties }) =>
    [to, properties.persistent, properties.mandatory, properties.contentType] as const
  );
  assertEquals(seen, [
    ["work", true, true, "application/json"],
    ["news", true, false, "application/json"],
  ]);
});

Deno.test("RabbitPublisher declares each queue once on a channel, before it sends to it", async () => {
  const harness = new Harness();
  harness.up();
  for (const value of [1, 2]) outcomesOf([harness.publish(value)]);
  await harness.settle();
  outcomesOf([harness.publish(3)]);
  assertEquals([harness.declared, harness.sent], [["work"], ["1", "2", "3"]]);
});

Deno.test("RabbitPublisher sends again in order what a lost channel had not confirmed", async () => {
  const harness = new Harness();
  harness.up();
  const outcomes = outcomesOf([1, 2, 3].map((value) => harness.publish(value)));
  await harness.settle();
  harness.channel.published[0]?.answer();
  await harness.settle();
  harness.channel.end();
  const more = outcomesOf([harness.publish(4)]);
  await harness.settle();
  assertEquals([outcomes, more], [["done", "waits", "waits"], ["waits"]]);
  harness.up();
  await harness.settle();
  assertEquals([harness.sent, harness.declared], [["2", "3", "4"], ["work", "work"]]);
  for (const { answer } of harness.channel.published) answer();
  await harness.settle();
  assertEquals([outcomes, more], [["done", "done", "done"], ["done"]]);
});

Deno.test("RabbitPublisher waits without a channel until the deadline, and holds nothing after it", async () => {
  const harness = new Harness();
  const outcomes = outcomesOf([harness.publish(1)]);
  await harness.clock.advance(999);
  assertEquals([outcomes, harness.publisher.count], [["waits"], 1]);
  await harness.clock.advance(1);
  assertEquals(outcomes, ["Cannot publish to work within 1000 ms: the broker is down"]);
  assertEquals([harness.publisher.count, harness.troubles], [0, ["publish_expired"]]);
  harness.up();
  await harness.settle();
  assertEquals(harness.sent, []);
});

Deno.test("RabbitPublisher counts an expired message until the broker has answered", async () => {
  const harness = new Harness({ publishesMax: 1 });
  harness.up();
  const outcomes = outcomesOf([harness.publish(1)]);
  await harness.clock.advance(1_000);
  assertEquals(outcomes, ["Cannot publish to work within 1000 ms: the broker does not confirm"]);
  await assertRejects(() => harness.publish(2), Error, "1 messages wait for the broker");
  harness.channel.published[0]?.answer();
  outcomesOf([harness.publish(3)]);
  assertEquals(harness.sent, ["1", "3"]);
  assertEquals(harness.troubles, ["publish_expired", "publish_overflow"]);
});

Deno.test("RabbitPublisher does not send an expired message again", async () => {
  const harness = new Harness();
  harness.up();
  outcomesOf([harness.publish(1)]);
  await harness.clock.advance(1_000);
  harness.channel.end();
  assertEquals(harness.publisher.count, 0);
  harness.up();
  await harness.settle();
  assertEquals(harness.sent, []);
});

Deno.test("RabbitPublisher refuses above its bounds of messages and of bytes", async () => {
  const byCount = new Harness({ publishesMax: 2 });
  outcomesOf([byCount.publish(1), byCount.publish(2)]);
  await assertRejects(() => byCount.publish(3), Error, "2 messages wait for the broker");
  const byBytes = new Harness({ publishBytesMax: 10 });
  outcomesOf([byBytes.publish("123456")]);
  await assertRejects(() => byBytes.publish("1"), Error, "1 messages wait for the broker");
  for (const { clock } of [byCount, byBytes]) await clock.advance(1_000);
});

Deno.test("RabbitPublisher sends again in order what the broker refuses, until the deadline", async () => {
  const harness = new Harness();
  harness.up();
  const outcomes = outcomesOf([1, 2].map((value) => harness.publish(value)));
  await harness.settle();
  const refuseAll = async (): Promise<void> => {
    for (const { answer } of harness.channel.published) answer(new Error("message nacked"));
    await harness.settle();
  };
  await refuseAll();
  const later = outcomesOf([harness.publish(3)]);
  await harness.clock.advance(99);
  assertEquals(harness.sent, ["1", "2"], "the queue is left alone for a while");
  await harness.clock.advance(1);
  assertEquals(harness.sent.slice(2), ["1", "2", "3"]);
  harness.channel.published[2]?.answer();
  await refuseAll();
  await harness.clock.advance(900);
  const refused =
    "Cannot publish to work within 1000 ms: the broker refuses it, the queue may be full";
  assertEquals([outcomes, later], [["done", refused], [refused]]);
  await refuseAll();
  assertEquals([harness.publisher.count, harness.troubles], [0, [
    "publish_refused",
    "publish_refused",
  ]]);
});

Deno.test("RabbitPublisher rejects at once where the queue is refused, and tries again where it fails", async () => {
  const harness = new Harness();
  harness.declareError = brokerError(403);
  harness.up();
  const refused = outcomesOf([harness.publish(1)]);
  await harness.settle();
  assertEquals(refused, ["Cannot publish to work: the broker refuses it"]);
  harness.declareError = brokerError(404);
  const failed = outcomesOf([harness.publish(2)]);
  await harness.settle();
  harness.declareError = undefined;
  await harness.clock.advance(100);
  assertEquals([failed, harness.sent], [["waits"], ["2"]]);
  harness.channel.published[0]?.answer();
  await harness.publisher.close();
});

Deno.test("RabbitPublisher declares a queue again that somebody deleted, but not for ever", async () => {
  const harness = new Harness();
  harness.up();
  const outcomes = outcomesOf([harness.publish(1)]);
  await harness.settle();
  for (let round = 0; round < 4; round++) {
    assertEquals([harness.sent.length, harness.declared.length], [round + 1, round + 1]);
    const sent = harness.channel.published[round];
    harness.channel.returnMessage({ messageId: sent?.properties.messageId });
    sent?.answer();
    await harness.settle();
  }
  assertEquals(outcomes, ["Cannot publish to work: no such queue"]);
  const again = outcomesOf([harness.publish(2)]);
  await harness.settle();
  harness.channel.published[4]?.answer();
  await harness.settle();
  assertEquals(again, ["done"]);
});

Deno.test("RabbitPublisher remembers 1 024 queues, and forgets the oldest that nothing waits for", async () => {
  const harness = new Harness();
  harness.up();
  const publishTo = async (index: number): Promise<string[]> => {
    const outcomes = outcomesOf([harness.publish(index, { kind: "queue", name: `q${index}` })]);
    await harness.settle();
    harness.channel.published.at(-1)?.answer(index === 0 ? new Error("nacked") : undefined);
    await harness.settle();
    return outcomes;
  };
  // Refused, it waits for its pause to end.
  const refused = await publishTo(0);
  for (let index = 1; index < 1_024; index++) assertEquals(await publishTo(index), ["done"]);
  assertEquals(await publishTo(1_024), ["done"]);
  harness.declared.length = 0;
  for (const index of [2, 1_023, 1_024]) assertEquals(await publishTo(index), ["done"]);
  assertEquals(harness.declared, []);
  for (const index of [1, 2, 3]) assertEquals(await publishTo(index), ["done"]);
  assertEquals(harness.declared, ["q1", "q2", "q3"]);
  // It is still what the refused message waits for.
  await harness.clock.advance(100);
  assertEquals(harness.declared.at(-1), "q0");
  harness.channel.published.at(-1)?.answer();
  await harness.settle();
  assertEquals([refused, harness.publisher.count], [["done"], 0]);
});

Deno.test("RabbitPublisher waits when it closes, and gives up at once without a broker", async () => {
  const harness = new Harness();
  harness.up();
  const first = outcomesOf([harness.publish(1), harness.publish(2)]);
  await harness.settle();
  const closed = outcomesOf([harness.publisher.close()]);
  await assertRejects(() => harness.publish(3), Error, "it is closed");
  harness.channel.published[0]?.answer();
  await harness.settle();
  assertEquals([first, closed], [["done", "waits"], ["waits"]]);
  harness.channel.end();
  await harness.settle();
  assertEquals([first[1], closed], [
    "Cannot publish to work: closed while the broker is down",
    ["done"],
  ]);
  assertEquals(harness.clock.timerCount, 0);
});
