// Long because one broker, which takes long to start, serves every kind of outage.
/**
 * A RabbitMQ that is killed, frozen, absent at the start, and encrypted: a real one, of these tests' own.
 *
 * @module
 */
import { assert, assertEquals, assertRejects } from "@std/assert";
import type { RabbitConfig } from "../../core/adapters/rabbitmq_config.ts";
import { RabbitRpc } from "../../core/adapters/rabbitmq_rpc.ts";
import {
  RabbitWorkQueue,
  type RabbitWorkQueueOptions,
} from "../../core/adapters/rabbitmq_work_queue.ts";
import { systemClock } from "../../core/clock.ts";
import { silentLog } from "../../core/log.ts";
import type { JsonValue } from "../../core/json.ts";
import { RpcError } from "../../core/ports/rpc.ts";
import { eventually, inTime, nextTask } from "../contract/eventually.ts";
import { RabbitRelay } from "./rabbitmq_relay.ts";
import { RabbitBroker, whyNoRabbitBroker } from "./rabbitmq_broker.ts";
import { hasBroker } from "./require_brokers.ts";
import { makeServerCertificate } from "./server_certificate.ts";

const built = { clock: systemClock, random: Math.random, log: silentLog, name: "tanks-test" };

/** How long anything may take while a broker starts. */
const PATIENCE_MS = 120_000;

const MESSAGE_COUNT = 5_000;
const PUBLISHES_AT_ONCE = 100;

Deno.test({
  name: "RabbitMQ outages",
  ignore: !hasBroker("A RabbitMQ that can be killed", await whyNoRabbitBroker()),
  // A broker that is started in one step and killed in another.
  sanitizeOps: false,
  sanitizeResources: false,
  fn: async (test) => {
    const folder = await Deno.makeTempDir();
    const certificate = await makeServerCertificate(folder);
    const broker = await RabbitBroker.start({ certificate });
    try {
      await test.step("lose nothing that was confirmed", () => loseNothing(broker));
      await test.step("fail the calls in hand, and servers come back", () => failCalls(broker));
      await test.step("leave fanout subscribers subscribed", () => keepSubscribers(broker));
      await test.step("count attempts over consumers that die", () => countAttempts(broker));
      await test.step("at the start stop nobody", () => startWithout(broker));
      await test.step("are seen where the broker only stands still", () => seeFrozen(broker));
      await test.step("do not come of TLS", () => speakTls(broker, certificate.caFile));
    } finally {
      await broker.close();
      await Deno.remove(folder, { recursive: true });
    }
  },
});

function openWorkQueue(
  config: RabbitConfig,
  options: Partial<RabbitWorkQueueOptions> = {},
): RabbitWorkQueue {
  return new RabbitWorkQueue({ ...built, config, publishTimeoutMs: PATIENCE_MS, ...options });
}

/** Kills the broker, lets the clients notice, and starts it again. */
async function restart(broker: RabbitBroker): Promise<void> {
  await broker.kill();
  await broker.startAgain();
}

/** Publishes and consumes on queues of both types while the broker is killed twice. */
async function loseNothing(broker: RabbitBroker): Promise<void> {
  const flows = [
    new Flow(openWorkQueue(broker.config), "outage"),
    new Flow(openWorkQueue(broker.config, { queueType: "quorum" }), "outage.quorum"),
  ];
  await Promise.all(flows.map((flow) => flow.start()));
  for (const killAt of [1_000, 3_000]) {
    await eventually(() => {
      for (const { confirmed } of flows) assert(confirmed.size >= killAt, `${confirmed.size}`);
    }, PATIENCE_MS);
    await restart(broker);
  }
  for (const flow of flows) await flow.finish();
}

/** Numbers on their way through a queue. */
class Flow {
  readonly confirmed = new Set<number>();
  readonly #port: RabbitWorkQueue;
  readonly #queue: string;
  readonly #handled = new Map<JsonValue, number>();
  #nextNumber = 0;
  #publishing: Promise<PromiseSettledResult<void>[]> | undefined;

  constructor(port: RabbitWorkQueue, queue: string) {
    this.#port = port;
    this.#queue = queue;
  }

  async start(): Promise<void> {
    await this.#port.consume(this.#queue, async ({ message }) => {
      await nextTask();
      this.#handled.set(message, (this.#handled.get(message) ?? 0) + 1);
    });
    const publishers = Array.from({ length: PUBLISHES_AT_ONCE }, () => this.#publish());
    this.#publishing = Promise.allSettled(publishers);
  }

  /** Waits until all is published and handled, and counts. */
  async finish(): Promise<void> {
    const outcomes = await inTime(this.#publishing ?? Promise.resolve([]), PATIENCE_MS);
    assertEquals(outcomes.filter(({ status }) => status === "rejected"), []);
    assertEquals(this.confirmed.size, MESSAGE_COUNT);
    await eventually(() => assertEquals(this.#handled.size, MESSAGE_COUNT), PATIENCE_MS);
    assertEquals([...this.confirmed].filter((number) => !this.#handled.has(number)), []);
    await eventually(async () => assertEquals(await this.#port.depth(this.#queue), 0));
    assertEquals(await this.#port.depth(`${this.#queue}.dead`), 0);
    const copies = [...this.#handled.values()].reduce((sum, count) => sum + count - 1, 0);
    // A copy comes of what was under way at a kill: confirmations, and acknowledgements, which pile up
    // before a broker that gets little of the processor. Of everything there is never one.
    assert(copies < MESSAGE_COUNT, `${copies} copies of ${MESSAGE_COUNT} messages`);
    await this.#port.close();
  }

  async #publish(): Promise<void> {
    while (this.#nextNumber < MESSAGE_COUNT) {
      const number = this.#nextNumber++;
      await this.#port.publish(this.#queue, number);
      this.confirmed.add(number);
    }
  }
}

async function failCalls(broker: RabbitBroker): Promise<void> {
  const rpc = new RabbitRpc({ ...built, config: broker.config });
  const asked = Promise.withResolvers<void>();
  const gate = Promise.withResolvers<void>();
  await rpc.serve("outage", async (request) => {
    asked.resolve();
    if (request === "slow") await gate.promise;
    return request;
  });
  const slow = assertRejects(
    () => rpc.call("outage", "slow", { deadlineMs: PATIENCE_MS }),
    RpcError,
  );
  await inTime(asked.promise);
  await broker.kill();
  assertEquals((await inTime(slow)).failure, "unavailable");
  const error = await assertRejects(() => rpc.call("outage", 1, { deadlineMs: 5_000 }), RpcError);
  assertEquals(error.failure, "unavailable");
  gate.resolve();
  await broker.startAgain();
  await eventually(async () => {
    assertEquals(await rpc.call("outage", 2, { deadlineMs: 1_000 }), 2);
  }, PATIENCE_MS);
  await rpc.close();
}

async function keepSubscribers(broker: RabbitBroker): Promise<void> {
  const port = openWorkQueue(broker.config);
  const seen: JsonValue[] = [];
  await port.subscribeFanout("outage.news", (message) => Promise.resolve(void seen.push(message)));
  await port.publishFanout("outage.news", "before");
  await eventually(() => assertEquals(seen, ["before"]));
  await restart(broker);
  await eventually(async () => {
    await port.publishFanout("outage.news", "after");
    assert(seen.includes("after"));
  }, PATIENCE_MS);
  await port.close();
}

async function countAttempts(broker: RabbitBroker): Promise<void> {
  const attempts: number[] = [];
  const publisher = openWorkQueue(broker.config, { queueType: "quorum" });
  await publisher.publish("deadly", "kills its consumer");
  // A consumer that never answers, and whose connection breaks: as of a process that died.
  for (let deaths = 0; deaths < 5; deaths++) {
    const relay = new RabbitRelay(broker.config);
    const victim = openWorkQueue({ ...broker.config, port: relay.port });
    const gate = Promise.withResolvers<void>();
    await victim.consume("deadly", ({ attempt }) => {
      attempts.push(attempt);
      return gate.promise;
    });
    await eventually(() => assertEquals(attempts.length, deaths + 1));
    await relay.close();
    gate.resolve();
    await victim.close();
  }
  assertEquals(attempts, [1, 2, 3, 4, 5]);
  const survivor = await publisher.consume("deadly", () => Promise.reject(new Error("handed out")));
  await eventually(async () => assertEquals(await publisher.depth("deadly.dead"), 1));
  await survivor.close();
  await publisher.close();
}

async function startWithout(broker: RabbitBroker): Promise<void> {
  await broker.kill();
  const states: boolean[] = [];
  const port = openWorkQueue(broker.config, { onState: (isUp) => void states.push(isUp) });
  const rpc = new RabbitRpc({ ...built, config: broker.config });
  const seen: JsonValue[] = [];
  await inTime(port.consume("early", ({ message }) => Promise.resolve(void seen.push(message))));
  await inTime(rpc.serve("early", (request) => Promise.resolve(request)));
  await inTime(port.subscribeFanout("early.news", () => Promise.resolve()));
  const published = port.publish("early", "patient");
  published.catch(() => {
    // It is awaited below.
  });
  const hasty = openWorkQueue(broker.config, { publishTimeoutMs: 50 });
  await assertRejects(() => hasty.publish("early", "hasty"), Error, "the broker is down");
  await inTime(hasty.close());
  await assertRejects(() => rpc.call("early", 1, { deadlineMs: 5_000 }), RpcError, "ECONNREFUSED");
  assertEquals(states.includes(true), false);
  await broker.startAgain();
  await inTime(published, PATIENCE_MS);
  await eventually(() => assertEquals([seen, states.at(-1)], [["patient"], true]));
  await eventually(async () => {
    assertEquals(await rpc.call("early", 1, { deadlineMs: 1_000 }), 1);
  }, PATIENCE_MS);
  await port.close();
  await rpc.close();
}

async function seeFrozen(broker: RabbitBroker): Promise<void> {
  const states: (string | undefined)[] = [];
  const config = { ...broker.config, heartbeatS: 1, connectTimeoutMs: 500 };
  const port = openWorkQueue(config, { onState: (_isUp, reason) => void states.push(reason) });
  const seen = new Set<JsonValue>();
  await port.consume("frozen", ({ message }) => Promise.resolve(void seen.add(message)));
  await port.publish("frozen", "before");
  assertEquals(states.at(-1), undefined);
  await broker.freeze();
  const meanwhile = port.publish("frozen", "meanwhile");
  await eventually(() => assert(/heartbeat|TIMEDOUT/i.test(states.at(-1) ?? "")));
  await broker.thaw();
  await inTime(meanwhile, PATIENCE_MS);
  await eventually(() => assertEquals([...seen].sort(), ["before", "meanwhile"]), PATIENCE_MS);
  await port.close();
}

async function speakTls(broker: RabbitBroker, caFile: string): Promise<void> {
  const port = openWorkQueue(broker.tlsConfig(caFile));
  await inTime(port.publish("secret", 1));
  assertEquals(await port.depth("secret"), 1);
  await port.close();

  const reasons: string[] = [];
  const { tls } = broker.tlsConfig(caFile);
  assert(tls !== undefined);
  const config = { ...broker.tlsConfig(caFile), tls: { ...tls, caFile: undefined } };
  const stranger = openWorkQueue(config, {
    onState: (_isUp, reason = "") => void reasons.push(reason),
  });
  await eventually(() => assert(/certificate|issuer/i.test(reasons.join(" ")), reasons.join(" ")));
  await stranger.close();
}
