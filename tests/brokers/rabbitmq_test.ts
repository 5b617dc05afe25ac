/**
 * What the contracts do not say of RabbitMQ: foreign clients, queues that others made, full and deleted
 * ones. The foreign client is librabbitmq's, of Debian's `amqp-tools`.
 *
 * @module
 */
import { assert, assertEquals, assertRejects } from "@std/assert";
import {
  RabbitWorkQueue,
  type RabbitWorkQueueOptions,
} from "../../core/adapters/rabbitmq_work_queue.ts";
import { systemClock } from "../../core/clock.ts";
import type { JsonValue } from "../../core/json.ts";
import { silentLog } from "../../core/log.ts";
import { eventually } from "../contract/eventually.ts";
import { machineRabbitConfig, machineRabbitUrl, whyNoRabbit } from "./rabbitmq_broker.ts";
import { hasBroker } from "./require_brokers.ts";

const hasRabbit = hasBroker("RabbitMQ", await whyNoRabbit());
const hasTools = hasBroker("amqp-tools", await whyNoTools());

interface Case {
  readonly queue: string;
  open(options?: Partial<RabbitWorkQueueOptions>): RabbitWorkQueue;
}

/** Registers a case, which has a queue of its own and ports that are closed after it. */
function test(name: string, prove: (context: Case) => Promise<void>): void {
  Deno.test({
    name: `RabbitWorkQueue ${name}`,
    ignore: !hasRabbit || !hasTools,
    fn: async () => {
      const queue = `tanks_${crypto.randomUUID().replaceAll("-", "").slice(0, 12)}`;
      const ports: RabbitWorkQueue[] = [];
      try {
        await prove({
          queue,
          open: (options) => {
            const port = new RabbitWorkQueue({
              config: machineRabbitConfig(),
              clock: systemClock,
              random: Math.random,
              log: silentLog,
              name: "tanks-test",
              redeliveryDelayMs: 1,
              quorumSettleMs: 0,
              ...options,
            });
            ports.push(port);
            return port;
          },
        });
      } finally {
        for (const port of ports) await port.close();
        for (const name of [queue, `${queue}.dead`]) await tool("amqp-delete-queue", ["-q", name]);
      }
    },
  });
}

test("writes what another client reads", async ({ queue, open }) => {
  const port = open();
  await port.publish(queue, { player_id: "öß", command: "move", at: [1, -2.5] });
  const { output } = await tool("amqp-get", ["-q", queue]);
  assertEquals(output, '{"player_id":"öß","command":"move","at":[1,-2.5]}');
});

test("reads what another client writes, and sets aside what is not JSON", async ({ queue, open }) => {
  const port = open();
  const seen: JsonValue[] = [];
  await port.consume(queue, ({ message }) => Promise.resolve(void seen.push(message)));
  for (const body of ['{"command":"shoot"}', "not JSON", "7"]) {
    await tool("amqp-publish", ["-r", queue, "-b", body]);
  }
  await eventually(() => assertEquals(seen, [{ command: "shoot" }, 7]));
  await eventually(async () => assertEquals(await port.depth(`${queue}.dead`), 1));
  assertEquals((await tool("amqp-get", ["-q", `${queue}.dead`])).output, "not JSON");
});

test("agrees with clients that declare its queue as durable", async ({ queue, open }) => {
  await open().publish(queue, 1);
  const { success } = await tool("amqp-declare-queue", ["-d", "-q", queue]);
  assertEquals(success, true);
});

test("uses a queue that another client declared, however that was", async ({ queue, open }) => {
  await tool("amqp-declare-queue", ["-q", queue]);
  for (const queueType of ["plain", "quorum"] as const) {
    const port = open({ queueType });
    const seen: JsonValue[] = [];
    const consumer = await port.consume(queue, ({ message }) => {
      return Promise.resolve(void seen.push(message));
    });
    await port.publish(queue, queueType);
    await eventually(() => assertEquals(seen, [queueType]));
    await consumer.close();
  }
});

test("rejects what a full queue does not take, and goes on when it does", async ({ queue, open }) => {
  const port = open({ queueType: "quorum", depthMax: 3, publishTimeoutMs: 1_000 });
  let takenCount = 0;
  // The broker lets a few more in than it should, while it counts.
  const error = await assertRejects(async () => {
    for (; takenCount < 100; takenCount++) await port.publish(queue, takenCount);
  }, Error);
  assert(error.message.includes("the queue may be full"), error.message);
  assert(takenCount >= 3, `took ${takenCount}`);
  const seen: JsonValue[] = [];
  const patient = open({ queueType: "quorum" });
  const waiting = patient.publish(queue, "waited");
  await port.consume(queue, ({ message }) => Promise.resolve(void seen.push(message)));
  await waiting;
  await eventually(() => assert(seen.includes("waited")));
});

test("goes on when somebody deletes its queue", async ({ queue, open }) => {
  const port = open();
  const seen: JsonValue[] = [];
  await port.consume(queue, ({ message }) => Promise.resolve(void seen.push(message)));
  await port.publish(queue, "before");
  await eventually(() => assertEquals(seen, ["before"]));
  await tool("amqp-delete-queue", ["-q", queue]);
  await port.publish(queue, "after");
  await eventually(() => assertEquals(seen, ["before", "after"]));
});

test("says what is wrong with its credentials, without them", async ({ queue, open }) => {
  const config = { ...machineRabbitConfig(), password: "wrong" };
  const reasons: string[] = [];
  const port = open({
    config,
    publishTimeoutMs: 200,
    onState: (_isUp, reason = "") => void reasons.push(reason),
  });
  await assertRejects(() => port.publish(queue, 1), Error, "the broker is down");
  await eventually(() => assert(reasons.some((reason) => reason.includes("ACCESS_REFUSED"))));
  assertEquals(reasons.some((reason) => reason.includes("wrong")), false);
});

async function tool(
  command: string,
  args: readonly string[],
): Promise<{ readonly success: boolean; readonly output: string }> {
  const { success, stdout } = await new Deno.Command(command, {
    args: ["-u", machineRabbitUrl(), ...args],
    stderr: "null",
  }).output();
  return { success, output: new TextDecoder().decode(stdout) };
}

async function whyNoTools(): Promise<string | undefined> {
  try {
    await new Deno.Command("amqp-get", { args: ["--help"], stdout: "null", stderr: "null" })
      .output();
    return undefined;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return "they are not installed";
    throw error;
  }
}
