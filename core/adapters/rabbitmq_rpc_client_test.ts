import { assertEquals, assertRejects } from "@std/assert";
import { Buffer } from "node:buffer";
import { FakeChannel } from "../../tests/brokers/rabbitmq_fake.ts";
import type { JsonValue } from "../json.ts";
import { ManualClock } from "../manual_clock.ts";
import { type CallOptions, RpcError, type RpcFailure } from "../ports/rpc.ts";
import type { AmqpMessage } from "./rabbitmq_amqp.ts";
import { RabbitRpcClient } from "./rabbitmq_rpc_client.ts";

class Harness {
  readonly clock = new ManualClock();
  readonly client: RabbitRpcClient;
  readonly channel = new FakeChannel();

  constructor(callsMax = 100) {
    this.client = new RabbitRpcClient({ clock: this.clock, callsMax });
    this.channel.on("close", () => this.client.channelLost("the connection was lost"));
  }

  async up(): Promise<void> {
    await this.client.setUp(this.channel);
    this.client.channelUp(this.channel);
  }

  call(value: JsonValue, options: Partial<CallOptions> = {}): Promise<JsonValue> {
    const content = Buffer.from(JSON.stringify(value));
    return this.client.call("auth", content, { deadlineMs: 1_000, ...options });
  }

  reply(content: string, properties: AmqpMessage["properties"]): void {
    this.channel.deliver(content, { properties });
  }
}

async function assertFails(call: Promise<JsonValue>, failure: RpcFailure): Promise<void> {
  assertEquals((await assertRejects(() => call, RpcError)).failure, failure);
}

Deno.test("RabbitRpcClient publishes a call that comes back or expires, and takes its reply", async () => {
  const harness = new Harness();
  await harness.up();
  const calls = [harness.call(1), harness.call(2, { deadlineMs: 0.5 })];
  const [first, second] = harness.channel.published;
  assertEquals([first?.to, first?.properties], ["rpc.auth", {
    mandatory: true,
    persistent: false,
    contentType: "application/json",
    correlationId: "0",
    replyTo: "amq.rabbitmq.reply-to",
    expiration: "1000",
  }]);
  assertEquals(second?.properties.expiration, "1");
  harness.reply('"two"', { correlationId: "1", type: "reply" });
  harness.reply('"one"', { correlationId: "0" });
  assertEquals(await Promise.all(calls), ["one", "two"]);
  assertEquals(harness.clock.timerCount, 0);
});

Deno.test("RabbitRpcClient tells the failures apart", async () => {
  const harness = new Harness();
  await harness.up();
  const calls = Array.from({ length: 8 }, (_, index) => harness.call(index));
  const { channel } = harness;
  channel.returnMessage({ correlationId: "0" });
  channel.published[0]?.answer();
  channel.published[1]?.answer(new Error("message nacked"));
  harness.reply("", { correlationId: "2", type: "failed" });
  harness.reply("", { correlationId: "3", type: "overloaded" });
  harness.reply("", { correlationId: "4", type: "unavailable" });
  harness.reply("{", { correlationId: "5", type: "reply" });
  const failures: RpcFailure[] = [
    "unavailable",
    "overloaded",
    "failed",
    "overloaded",
    "unavailable",
    "failed",
  ];
  for (const [index, failure] of failures.entries()) {
    await assertFails(calls[index] ?? Promise.resolve(null), failure);
  }
  const late = assertFails(calls[6] ?? Promise.resolve(null), "deadline_exceeded");
  const other = assertFails(calls[7] ?? Promise.resolve(null), "deadline_exceeded");
  await harness.clock.advance(1_000);
  await late;
  await other;
  harness.reply('"late"', { correlationId: "6", type: "reply" });
});

Deno.test("RabbitRpcClient fails the calls in hand when its channel is lost, and keeps new ones", async () => {
  const harness = new Harness();
  const early = harness.call("early");
  await harness.up();
  assertEquals(harness.channel.published.length, 1, "sent as soon as there is a channel");
  const lost = [assertFails(early, "unavailable"), assertFails(harness.call(2), "unavailable")];
  harness.channel.end();
  await Promise.all(lost);
  const waiting = assertFails(harness.call(3), "unavailable");
  assertEquals(harness.channel.published.length, 2);
  harness.client.channelLost("the broker is down");
  await waiting;
  assertEquals(harness.clock.timerCount, 0);
});

Deno.test("RabbitRpcClient gives a call up when its signal aborts", async () => {
  const harness = new Harness();
  await harness.up();
  const controller = new AbortController();
  const call = harness.call(1, { signal: controller.signal });
  controller.abort(new Error("the caller left"));
  await assertRejects(() => call, Error, "the caller left");
  await assertRejects(() => harness.call(2, { signal: controller.signal }), Error, "left");
  harness.reply("1", { correlationId: "0", type: "reply" });
  assertEquals([harness.channel.published.length, harness.clock.timerCount], [1, 0]);
});

Deno.test("RabbitRpcClient has no more calls waiting than it may", async () => {
  const harness = new Harness(1);
  await harness.up();
  const call = harness.call(1);
  await assertFails(harness.call(2), "overloaded");
  harness.reply("1", { correlationId: "0", type: "reply" });
  await call;
  const next = harness.call(3);
  harness.reply("3", { correlationId: "1", type: "reply" });
  assertEquals(await next, 3);
});
