import { assertEquals } from "@std/assert";
import { type FakeChannel, FakeConnection } from "../../tests/brokers/rabbitmq_fake.ts";
import type { JsonValue } from "../json.ts";
import { silentLog } from "../log.ts";
import { ManualClock } from "../manual_clock.ts";
import { RabbitConnection } from "./rabbitmq_connection.ts";
import { RabbitFanoutSubscriber } from "./rabbitmq_fanout.ts";

class Harness {
  readonly clock = new ManualClock();
  readonly connections: FakeConnection[] = [];
  readonly connection: RabbitConnection;
  readonly subscriber: RabbitFanoutSubscriber;

  constructor(handler: (message: JsonValue) => Promise<void>) {
    const shared = { clock: this.clock, random: () => 1, log: silentLog };
    this.connection = new RabbitConnection({
      ...shared,
      dial: () => {
        const connection = new FakeConnection();
        this.connections.push(connection);
        return Promise.resolve(connection);
      },
    });
    const deps = { declare: () => Promise.resolve(), backlogMax: 10, ...shared };
    this.subscriber = new RabbitFanoutSubscriber(
      { ...deps, connection: this.connection },
      { exchange: "news", handler },
    );
  }

  get channel(): FakeChannel {
    const channel = this.connections.at(-1)?.channels.at(-1);
    if (channel === undefined) throw new Error("no channel");
    return channel;
  }

  async close(): Promise<void> {
    await this.subscriber.close();
    await this.connection.close();
    assertEquals(this.clock.timerCount, 0);
  }
}

Deno.test("RabbitFanoutSubscriber has one message in hand, in order, and acknowledges each", async () => {
  const gates: PromiseWithResolvers<void>[] = [];
  const seen: JsonValue[] = [];
  const harness = new Harness((message) => {
    seen.push(message);
    const gate = Promise.withResolvers<void>();
    gates.push(gate);
    return gate.promise;
  });
  await harness.subscriber.started();
  const first = harness.channel.deliver("1");
  harness.channel.deliver("2");
  assertEquals([seen, harness.channel.acknowledged], [[1], []]);
  gates[0]?.reject(new Error("of the handler"));
  await harness.clock.advance(0);
  assertEquals([seen, harness.channel.acknowledged], [[1, 2], [first]]);
  gates[1]?.resolve();
  await harness.close();
});

Deno.test("RabbitFanoutSubscriber passes over what is not JSON", async () => {
  const seen: JsonValue[] = [];
  const harness = new Harness((message) => Promise.resolve(void seen.push(message)));
  await harness.subscriber.started();
  for (const content of ["{", new Uint8Array([0xff]), "3"]) harness.channel.deliver(content);
  await harness.clock.advance(0);
  assertEquals([seen, harness.channel.acknowledged.length], [[3], 3]);
  await harness.close();
});

Deno.test("RabbitFanoutSubscriber forgets what waits when its channel is lost, and listens again", async () => {
  const gate = Promise.withResolvers<void>();
  const seen: JsonValue[] = [];
  const harness = new Harness((message) => {
    seen.push(message);
    return message === "slow" ? gate.promise : Promise.resolve();
  });
  await harness.subscriber.started();
  const first = harness.channel;
  first.deliver('"slow"');
  first.deliver('"lost"');
  harness.connections.at(-1)?.end();
  await harness.clock.advance(100);
  await harness.clock.advance(0);
  harness.channel.deliver('"next"');
  gate.resolve();
  await harness.clock.advance(0);
  assertEquals([seen, first.acknowledged], [["slow", "next"], []]);
  assertEquals(harness.channel.acknowledged.length, 1);
  await harness.close();
});
