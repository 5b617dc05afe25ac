import { assertEquals, assertRejects } from "@std/assert";
import { brokerError, FakeChannel, FakeConnection } from "../../tests/brokers/rabbitmq_fake.ts";
import { silentLog } from "../log.ts";
import { ManualClock } from "../manual_clock.ts";
import type { AmqpChannel } from "./rabbitmq_amqp.ts";
import { ifOpen, RabbitChannel } from "./rabbitmq_channel.ts";
import { RabbitConnection } from "./rabbitmq_connection.ts";

class Harness {
  readonly clock = new ManualClock();
  readonly events: string[] = [];
  readonly connections: FakeConnection[] = [];
  isDown: boolean;
  setUpError: Error | undefined;
  readonly connection: RabbitConnection;
  readonly channel: RabbitChannel<AmqpChannel>;

  constructor(options: { isDown?: boolean; setUpError?: Error } = {}) {
    this.isDown = options.isDown ?? false;
    this.setUpError = options.setUpError;
    const shared = { clock: this.clock, random: () => 1, log: silentLog };
    this.connection = new RabbitConnection({ ...shared, dial: () => this.#dial() });
    this.channel = new RabbitChannel<AmqpChannel>({ ...shared, connection: this.connection }, {
      name: "channel of a test",
      open: (amqp) => amqp.createChannel(),
      setUp: () => {
        this.events.push("set up");
        return this.setUpError ? Promise.reject(this.setUpError) : Promise.resolve();
      },
      onUp: () => void this.events.push("up"),
      onLost: () => void this.events.push("lost"),
    });
  }

  get latest(): FakeConnection | undefined {
    return this.connections.at(-1);
  }

  async close(): Promise<void> {
    await this.channel.close();
    await this.connection.close();
    assertEquals(this.clock.timerCount, 0);
  }

  #dial(): Promise<FakeConnection> {
    if (this.isDown) return Promise.reject(new Error("connection refused"));
    const connection = new FakeConnection();
    this.connections.push(connection);
    return Promise.resolve(connection);
  }
}

Deno.test("RabbitChannel is set up again on the next connection", async () => {
  const harness = new Harness();
  await harness.channel.started();
  assertEquals(harness.channel.current, harness.latest?.channels[0]);
  harness.latest?.end(new Error("Unexpected close"));
  assertEquals(harness.channel.current, undefined);
  await harness.clock.advance(100);
  assertEquals(harness.events, ["set up", "up", "lost", "set up", "up"]);
  assertEquals(harness.channel.current, harness.latest?.channels[0]);
  await harness.close();
});

Deno.test("RabbitChannel is opened again on the same connection when it alone is lost", async () => {
  const harness = new Harness();
  await harness.channel.started();
  harness.latest?.channels[0]?.end(brokerError(406));
  await harness.clock.advance(99);
  assertEquals(harness.events, ["set up", "up", "lost"]);
  await harness.clock.advance(1);
  assertEquals(harness.events, ["set up", "up", "lost", "set up", "up"]);
  assertEquals([harness.connections.length, harness.latest?.channels.length], [1, 2]);
  const [, second] = harness.latest?.channels ?? [];
  if (second !== undefined) harness.channel.reopen(second);
  await harness.clock.advance(100);
  assertEquals(harness.latest?.channels.length, 3);
  await harness.close();
});

Deno.test("RabbitChannel has started without a broker, and is set up when it comes", async () => {
  const harness = new Harness({ isDown: true });
  await harness.channel.started();
  assertEquals(harness.events, []);
  harness.isDown = false;
  await harness.clock.advance(100);
  assertEquals(harness.events, ["set up", "up"]);
  await harness.close();
});

Deno.test("RabbitChannel that has started without a broker outlives a refusal when it comes", async () => {
  const harness = new Harness({ isDown: true, setUpError: brokerError(406) });
  await harness.channel.started();
  harness.isDown = false;
  await harness.clock.advance(100);
  assertEquals(harness.events, ["set up"]);
  harness.setUpError = undefined;
  await harness.clock.advance(5_000);
  assertEquals(harness.events, ["set up", "set up", "up"]);
  await harness.close();
});

Deno.test("RabbitChannel rejects and gives up where the broker refuses its first set-up", async () => {
  const harness = new Harness({ setUpError: brokerError(403) });
  await assertRejects(() => harness.channel.started(), Error, "403");
  await harness.clock.advance(60_000);
  assertEquals([harness.events, harness.latest?.channels.length], [["set up"], 1]);
  await harness.close();
});

Deno.test("RabbitChannel goes on trying where the set-up fails otherwise, or later", async () => {
  const harness = new Harness({ setUpError: brokerError(404) });
  await harness.channel.started();
  harness.setUpError = undefined;
  await harness.clock.advance(100);
  assertEquals(harness.events, ["set up", "set up", "up"]);
  harness.setUpError = brokerError(403);
  harness.latest?.end();
  await harness.clock.advance(5_000);
  harness.setUpError = undefined;
  await harness.clock.advance(10_000);
  assertEquals(harness.channel.current === undefined, false);
  await harness.close();
});

Deno.test("ifOpen says whether the channel still took it", () => {
  const channel = new FakeChannel();
  const message = channel.deliver("1");
  assertEquals(ifOpen(() => channel.ack(message)), true);
  channel.end();
  assertEquals(ifOpen(() => channel.ack(message)), false);
});
