import { assertEquals } from "@std/assert";
import { type FakeChannel, FakeConnection } from "../../tests/brokers/rabbitmq_fake.ts";
import { silentLog } from "../log.ts";
import { ManualClock } from "../manual_clock.ts";
import type { RpcHandler } from "../ports/rpc.ts";
import { RabbitConnection } from "./rabbitmq_connection.ts";
import { RabbitRpcServer } from "./rabbitmq_rpc_server.ts";

const ASKED = { replyTo: "amq.rabbitmq.reply-to.x", correlationId: "7" };

class Harness {
  readonly clock = new ManualClock();
  readonly amqp = new FakeConnection();
  readonly connection: RabbitConnection;
  readonly server: RabbitRpcServer;

  constructor(handler: RpcHandler) {
    const shared = { clock: this.clock, random: () => 1, log: silentLog };
    this.connection = new RabbitConnection({ ...shared, dial: () => Promise.resolve(this.amqp) });
    this.server = new RabbitRpcServer(
      { ...shared, connection: this.connection, callsMax: 3, messageBytesMax: 20 },
      { service: "auth", handler },
    );
  }

  get channel(): FakeChannel {
    const channel = this.amqp.channels.at(-1);
    if (channel === undefined) throw new Error("no channel");
    return channel;
  }

  get replies(): unknown[] {
    return this.channel.published.map(({ to, content, properties: { type, correlationId } }) =>
      [to, correlationId, type, new TextDecoder().decode(content)] as const
    );
  }

  async close(): Promise<void> {
    await this.server.close();
    await this.connection.close();
  }
}

const reply = (type: string, content = ""): unknown => [ASKED.replyTo, "7", type, content];

Deno.test("RabbitRpcServer answers where it was asked to, or says that it failed", async () => {
  const harness = new Harness((request) => {
    if (request === "throw") throw new Error("a secret");
    return Promise.resolve(request === "long" ? "x".repeat(100) : { echo: request });
  });
  await harness.server.started();
  assertEquals([...harness.channel.consumers.values()].map(({ queue }) => queue), [
    "rpc.auth",
    "rpc.auth",
  ]);
  assertEquals(harness.channel.prefetchCount, 3);
  for (const request of ["1", '"throw"', '"long"', "{"]) {
    harness.channel.deliver(request, { properties: ASKED });
    await harness.clock.advance(0);
  }
  assertEquals(harness.replies, [
    reply("reply", '{"echo":1}'),
    reply("failed"),
    reply("failed"),
    reply("failed"),
  ]);
  assertEquals(harness.channel.acknowledged.length, 4);
  harness.channel.deliver("2", { properties: { correlationId: "7" } });
  await harness.clock.advance(0);
  assertEquals(harness.channel.acknowledged.length, 5, "a call that wants no reply is done too");
  await harness.close();
});

Deno.test("RabbitRpcServer does not do again what another server may have done", async () => {
  let count = 0;
  const harness = new Harness(() => Promise.resolve(count++));
  await harness.server.started();
  harness.channel.deliver("1", { properties: ASKED, redelivered: true });
  assertEquals([count, harness.replies], [0, [reply("unavailable")]]);
  assertEquals(harness.channel.acknowledged.length, 1);
  await harness.close();
});

Deno.test("RabbitRpcServer refuses what the broker could give to no other consumer", async () => {
  const harness = new Harness(() => Promise.resolve(1));
  await harness.server.started();
  harness.channel.deliver("1", { properties: ASKED, consumer: 1 });
  assertEquals([harness.replies, harness.channel.acknowledged], [[reply("overloaded")], []]);
  await harness.close();
});

Deno.test("RabbitRpcServer answers what it has in hand when it closes, and takes no more", async () => {
  const gate = Promise.withResolvers<void>();
  const harness = new Harness(async () => {
    await gate.promise;
    return "answered";
  });
  await harness.server.started();
  const { channel } = harness;
  const [main] = channel.consumers.values();
  channel.deliver("1", { properties: ASKED });
  const closed = harness.server.close();
  main?.listener({
    content: new Uint8Array([0x31]),
    fields: { redelivered: false },
    properties: ASKED,
  });
  gate.resolve();
  await closed;
  assertEquals(harness.replies, [reply("unavailable"), reply("reply", '"answered"')]);
  assertEquals(channel.consumers.size, 0);
  await harness.close();
});
