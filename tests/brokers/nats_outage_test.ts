/**
 * What publish and subscribe do when a real NATS goes away, comes back, or answers no more.
 *
 * @module
 */
import { assert, assertEquals, assertRejects } from "@std/assert";
import type { NatsConfig } from "../../core/adapters/nats_config.ts";
import {
  type NatsPubSub,
  type NatsPubSubOptions,
  type NatsTrouble,
  openNatsPubSub,
} from "../../core/adapters/nats_pub_sub.ts";
import { systemClock } from "../../core/clock.ts";
import { silentLog } from "../../core/log.ts";
import { PubSubRequestError } from "../../core/ports/pub_sub.ts";
import { CONTRACT_DEADLINE_MS, eventually, inTime } from "../contract/eventually.ts";
import { whyNoProgram } from "./broker_here.ts";
import { NATS_COMMAND, NatsBroker, natsConfig } from "./nats_broker.ts";
import { hasBroker } from "./require_brokers.ts";

const isHere = hasBroker("NATS to be killed", await whyNoProgram(NATS_COMMAND));

/** Short enough for a test that waits for them. */
const QUICK = "connect_timeout_ms=300&heartbeat_ms=200";

interface Opened {
  readonly port: NatsPubSub;
  /** What `onState` was told, in order. */
  readonly states: string[];
  countOf(trouble: NatsTrouble): number;
}

async function open(
  config: NatsConfig,
  options: Partial<NatsPubSubOptions> = {},
): Promise<Opened> {
  const states: string[] = [];
  const troubles: NatsTrouble[] = [];
  const port = await openNatsPubSub({
    config,
    clock: systemClock,
    log: silentLog,
    random: Math.random,
    onState: (isUp, reason) => states.push(isUp ? "up" : `down: ${reason}`),
    onTrouble: (trouble) => troubles.push(trouble),
    ...options,
  });
  const countOf = (trouble: NatsTrouble): number =>
    troubles.filter((other) => other === trouble).length;
  return { port, states, countOf };
}

function test(name: string, prove: (broker: NatsBroker) => Promise<void>): void {
  Deno.test({
    name,
    ignore: !isHere,
    fn: async () => {
      const broker = await NatsBroker.start();
      try {
        await prove(broker);
      } finally {
        await broker.close();
      }
    },
  });
}

async function failureOf(request: Promise<string>): Promise<string> {
  return (await inTime(assertRejects(() => request, PubSubRequestError))).failure;
}

/** Resolves when the server knows whatever was subscribed to before. */
async function subscribed({ port }: Opened): Promise<void> {
  assertEquals(await failureOf(port.request("nobody", "", { deadlineMs: 5_000 })), "no_responders");
}

function isUp({ states }: Opened): void {
  assertEquals(states.at(-1), "up");
}

function isDown({ states }: Opened): void {
  assertEquals(states.at(-1)?.startsWith("down"), true);
}

test("NatsPubSub flows again, in order, after a restart, and counts what it dropped", async (broker) => {
  const [sender, receiver] = [await open(broker.config()), await open(broker.config())];
  try {
    const seen: string[] = [];
    receiver.port.subscribe("match.*.state.>", ({ payload }) => void seen.push(payload));
    for (let round = 0; round < 3; round++) {
      // The listener of another connection is there once it hears something.
      await eventually(() => {
        sender.port.publish("match.1.state.p", "probe");
        assert(seen.includes("probe"));
      });
      await broker.kill();
      await eventually(() => isDown(sender));
      await eventually(() => isDown(receiver));
      for (let index = 0; index < 100; index++) sender.port.publish("match.1.state.p", "lost");
      await broker.startAgain();
      await eventually(() => isUp(sender));
      await eventually(() => isUp(receiver));
      await subscribed(receiver);
      seen.length = 0;
      const sent = Array.from({ length: 500 }, (_, index) => `${round}:${index}`);
      for (const payload of sent) sender.port.publish("match.1.state.p", payload);
      await eventually(() => assertEquals(seen, sent));
    }
    assertEquals(sender.countOf("disconnected"), 300);
  } finally {
    await sender.port.close();
    await receiver.port.close();
  }
});

test("NatsPubSub fails the requests in hand when its server is killed", async (broker) => {
  const opened = await open(broker.config());
  try {
    const asked = Promise.withResolvers<void>();
    opened.port.subscribe("silent", () => asked.resolve());
    const options = { deadlineMs: CONTRACT_DEADLINE_MS };
    const inHand = failureOf(opened.port.request("silent", "", options));
    await inTime(asked.promise);
    await broker.kill();
    assertEquals(await inHand, "unavailable");
    await eventually(() => isDown(opened));
    assertEquals(await failureOf(opened.port.request("silent", "", options)), "unavailable");
  } finally {
    await opened.port.close();
  }
});

test("NatsPubSub starts without its server and takes it when it comes", async (broker) => {
  await broker.kill();
  const opened = await open(broker.config(QUICK));
  try {
    assertEquals(opened.states.length, 1);
    assert(opened.states[0]?.includes("ECONNREFUSED"), opened.states[0]);
    // Whoever listened before there was a server is heard once there is one.
    const seen: string[] = [];
    opened.port.subscribe("early", ({ payload }) => void seen.push(payload));
    await broker.startAgain();
    await eventually(() => {
      opened.port.publish("early", "x");
      assert(seen.length > 0);
    });
    isUp(opened);
  } finally {
    await opened.port.close();
  }
});

test("NatsPubSub goes on to the next of several servers", async (broker) => {
  const other = await NatsBroker.start();
  const config = natsConfig(`nats://127.0.0.1:${broker.port},127.0.0.1:${other.port}`);
  const opened = await open(config);
  try {
    await broker.kill();
    await eventually(() => assertEquals(opened.states.length, 3));
    isUp(opened);
  } finally {
    await opened.port.close();
    await other.close();
  }
});

test("NatsPubSub gives deadline errors on a frozen server, then finds it gone", async (broker) => {
  const opened = await open(broker.config(QUICK));
  try {
    opened.port.subscribe("echo", (message) => message.respond(message.payload));
    assertEquals(await opened.port.request("echo", "1", { deadlineMs: 5_000 }), "1");
    await broker.freeze();
    const late = failureOf(opened.port.request("echo", "2", { deadlineMs: 50 }));
    assertEquals(await late, "deadline_exceeded");
    await eventually(() => isDown(opened));
    assert(opened.states.at(-1)?.includes("heartbeat"), opened.states.at(-1));
    assertEquals(
      await failureOf(opened.port.request("echo", "3", { deadlineMs: 50 })),
      "unavailable",
    );
    // Each attempt to connect is given up in its time: the system accepts for the frozen server.
    await eventually(() => assert(opened.states.at(-1)?.includes("timeout")));
    await broker.thaw();
    await eventually(() => isUp(opened));
    assertEquals(await opened.port.request("echo", "4", { deadlineMs: 5_000 }), "4");
  } finally {
    await broker.thaw();
    await opened.port.close();
  }
});

test("NatsPubSub bounds what waits for a frozen server, and closes all the same", async (broker) => {
  const sendBytesMax = 8_388_608;
  const opened = await open(broker.config("heartbeat_ms=60000"), { sendBytesMax });
  const payload = "x".repeat(524_288);
  await broker.freeze();
  try {
    // A socket that takes nothing more must not keep us from closing.
    for (let index = 0; index < 40; index++) opened.port.publish("s", payload);
    assertEquals(opened.countOf("send_window_full"), 25);
    await inTime(opened.port.close());
  } finally {
    await broker.thaw();
  }
});

test("NatsPubSub sends what was published before it closes", async (broker) => {
  const [sender, receiver] = [await open(broker.config()), await open(broker.config())];
  try {
    let count = 0;
    receiver.port.subscribe("last", () => void count++);
    await subscribed(receiver);
    for (let index = 0; index < 1_000; index++) sender.port.publish("last", "x".repeat(1_000));
    await sender.port.close();
    await eventually(() => assertEquals(count, 1_000));
  } finally {
    await receiver.port.close();
  }
});

test("NatsPubSub drops the oldest for a listener that is behind, and counts it", async (broker) => {
  const opened = await open(broker.config(), { backlogMax: 10 });
  try {
    const seen: string[] = [];
    opened.port.subscribe("flood", ({ payload }) => void seen.push(payload));
    for (let index = 0; index < 1_000; index++) opened.port.publish("flood", String(index));
    await eventually(() => assertEquals(seen.at(-1), "999"));
    assertEquals(seen.length + opened.countOf("backlog_full"), 1_000);
    assert(opened.countOf("backlog_full") > 0);
    assertEquals(seen.map(Number), seen.map(Number).sort((a, b) => a - b));
  } finally {
    await opened.port.close();
  }
});

test("NatsPubSub counts what it cannot do, and goes on", async (broker) => {
  const opened = await open(broker.config(), { requestsMax: 1 });
  try {
    const seen: string[] = [];
    opened.port.subscribe("s", ({ payload }) => {
      seen.push(payload);
      throw new Error("thrown by a listener");
    });
    const tooLarge = "x".repeat(1_048_577);
    opened.port.publish("s", tooLarge);
    assertEquals(
      await failureOf(opened.port.request("s", tooLarge, { deadlineMs: 100 })),
      "unavailable",
    );
    const first = failureOf(opened.port.request("s", "1", { deadlineMs: 500 }));
    assertEquals(
      await failureOf(opened.port.request("s", "2", { deadlineMs: 500 })),
      "unavailable",
    );
    assertEquals(await first, "deadline_exceeded");
    opened.port.publish("s", "\ufeff3");
    await eventually(() => assertEquals(seen, ["1", "\ufeff3"]));
    assertEquals([opened.countOf("too_large"), opened.countOf("listener_failed")], [1, 2]);
  } finally {
    await opened.port.close();
    opened.port.publish("s", "after");
    assertEquals(opened.countOf("closed"), 1);
  }
});
