/**
 * What keys and values do when a real Redis goes away, comes back, or answers no more.
 *
 * @module
 */
import { assert, assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import type { RedisConfig } from "../../core/adapters/redis_config.ts";
import {
  openRedisKvStore,
  type RedisKvStore,
  type RedisKvStoreOptions,
} from "../../core/adapters/redis_kv_store.ts";
import { systemClock } from "../../core/clock.ts";
import { silentLog } from "../../core/log.ts";
import { CONTRACT_DEADLINE_MS, eventually, inTime } from "../contract/eventually.ts";
import { whyNoProgram } from "./broker_here.ts";
import { REDIS_COMMAND, RedisBroker } from "./redis_broker.ts";
import { hasBroker } from "./require_brokers.ts";

const isHere = hasBroker("Redis to be killed", await whyNoProgram(REDIS_COMMAND));

/** Short enough for a test that waits for them. */
const QUICK = "connect_timeout_ms=300&command_timeout_ms=100&heartbeat_ms=200";

interface Opened {
  readonly port: RedisKvStore;
  /** What `onState` was told, in order. */
  readonly states: string[];
}

async function open(
  config: RedisConfig,
  options: Partial<RedisKvStoreOptions> = {},
): Promise<Opened> {
  const states: string[] = [];
  const port = await openRedisKvStore({
    config,
    clock: systemClock,
    log: silentLog,
    random: Math.random,
    onState: (isUp, reason) => states.push(isUp ? "up" : `down: ${reason}`),
    ...options,
  });
  return { port, states };
}

function test(name: string, prove: (broker: RedisBroker) => Promise<void>): void {
  Deno.test({
    name,
    ignore: !isHere,
    fn: async () => {
      const broker = await RedisBroker.start();
      try {
        await prove(broker);
      } finally {
        await broker.close();
      }
    },
  });
}

function isUp({ states }: Opened): void {
  assertEquals(states.at(-1), "up");
}

function isDown({ states }: Opened): void {
  assertEquals(states.at(-1)?.startsWith("down"), true);
}

test("RedisKvStore has every acknowledged write after its server was killed", async (broker) => {
  const opened = await open(broker.config());
  try {
    const acknowledged: string[] = [];
    let counted = 0;
    for (let round = 0; round < 3; round++) {
      const isOver = Promise.withResolvers<void>();
      const writing = Array.from({ length: 8 }, async (_, writer) => {
        for (let index = 0;; index++) {
          const key = `${round}:${writer}:${index}`;
          try {
            await opened.port.set(key, key);
            acknowledged.push(key);
            await opened.port.increment("count", 1);
            counted++;
          } catch {
            // The kill; what failed may have been done or not.
            return isOver.resolve();
          }
        }
      });
      const before = acknowledged.length;
      await eventually(() => assert(acknowledged.length > before + 50));
      await broker.kill();
      await inTime(Promise.all(writing));
      await eventually(() => isDown(opened));
      await broker.startAgain();
      await eventually(() => isUp(opened));
    }
    const found = await Promise.all(acknowledged.map((key) => opened.port.get(key)));
    assertEquals(found, acknowledged);
    const count = Number(await opened.port.get("count"));
    // Nothing is repeated behind our back: at most what was in hand at each kill was done unheard.
    assert(count >= counted && count <= counted + 3 * 8, `${count} of ${counted}`);
  } finally {
    await opened.port.close();
  }
});

test("RedisKvStore refuses at once while its server is away, and starts without it", async (broker) => {
  await broker.kill();
  const opened = await open(broker.config());
  try {
    assertStringIncludes(opened.states[0] ?? "", "ECONNREFUSED");
    const startedMs = systemClock.monotonicMs();
    for (let index = 0; index < 100; index++) {
      const error = await assertRejects(() => opened.port.get("key"), Error);
      assertStringIncludes(error.message, "Cannot get key: Redis is not there");
    }
    assert(systemClock.monotonicMs() - startedMs < 1_000);
    await broker.startAgain();
    await eventually(() => isUp(opened));
    await opened.port.set("key", "1");
    assertEquals(await opened.port.get("key"), "1");
  } finally {
    await opened.port.close();
  }
});

test("RedisKvStore gives deadline errors on a frozen server, then finds it gone", async (broker) => {
  const opened = await open(broker.config(QUICK));
  try {
    await opened.port.set("key", "1");
    await broker.freeze();
    const late = await inTime(assertRejects(() => opened.port.get("key"), Error));
    assertStringIncludes(late.message, "Cannot get key: no answer within 100 ms");
    await eventually(() => isDown(opened));
    assertStringIncludes(opened.states.at(-1) ?? "", "heartbeat");
    // Each attempt to connect is given up in its time: the system accepts for the frozen server.
    await eventually(() => assert(opened.states.at(-1)?.includes("heartbeat") === false));
    isDown(opened);
    await broker.thaw();
    await eventually(() => isUp(opened));
    assertEquals(await opened.port.get("key"), "1");
  } finally {
    await broker.thaw();
    await opened.port.close();
  }
});

test("RedisKvStore closes on a frozen server, and rejects what waited", async (broker) => {
  const opened = await open(broker.config());
  await broker.freeze();
  try {
    const waiting = assertRejects(() => opened.port.get("key"), Error);
    await inTime(opened.port.close());
    await inTime(waiting);
    await assertRejects(() => opened.port.get("key"), Error, "it is closed");
  } finally {
    await broker.thaw();
  }
});

test("RedisKvStore bounds the commands that wait for an answer", async (broker) => {
  const opened = await open(broker.config("command_timeout_ms=200"), { commandsMax: 10 });
  try {
    await broker.freeze();
    const waiting = Array.from({ length: 10 }, () => opened.port.get("key").catch(() => "late"));
    const error = await assertRejects(() => opened.port.get("key"), Error);
    assertEquals(error.message, "Cannot get key: 10 commands wait for Redis");
    assertEquals(new Set(await inTime(Promise.all(waiting), CONTRACT_DEADLINE_MS)).size, 1);
    await broker.thaw();
    await eventually(async () => assertEquals(await opened.port.get("key"), undefined));
  } finally {
    await broker.thaw();
    await opened.port.close();
  }
});
