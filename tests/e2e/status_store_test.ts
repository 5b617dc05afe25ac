/** The status while a real Redis is emptied, down or hanging, and when the worker that leads dies. */
import { assertEquals, assertLess, assertNotEquals } from "@std/assert";
import { whyNoProgram } from "../brokers/broker_here.ts";
import { REDIS_COMMAND, RedisBroker } from "../brokers/redis_broker.ts";
import { hasBroker } from "../brokers/require_brokers.ts";
import { eventually } from "../contract/eventually.ts";
import { askRedis, StatusProcess } from "./status_process.ts";

/** A lease of 25 s, and a turn. */
const TAKE_OVER_MS_MAX = 60_000;
const ANSWER_MS_MAX = 10_000;

const isHere = hasBroker("Redis to be killed under the status", await whyNoProgram(REDIS_COMMAND));

Deno.test({
  name: "Status goes on while its Redis is emptied, down or hanging",
  ignore: !isHere,
  fn: async () => {
    await using stack = new AsyncDisposableStack();
    const redis = stack.adopt(await RedisBroker.start(), (broker) => broker.close());
    const status = stack.use(
      await StatusProcess.start({ REDIS_URL: `redis://127.0.0.1:${redis.port}` }),
    );
    const isWell = (): Promise<void> =>
      eventually(async () => assertEquals((await status.get("/health")).body.status, "ok"));
    await isWell();
    const before = await status.get();

    await askRedis(redis.port, "FLUSHALL");
    assertEquals((await status.get()).status, 200);
    await isWell();

    await redis.kill();
    await eventually(async () => assertEquals((await status.get("/health")).body.status, "error"));
    const without = await status.get();
    assertEquals([without.status, without.source], [200, "cache"]);
    assertEquals(without.body.rates, before.body.rates);
    assertEquals((await status.get("/")).status, 200);
    await redis.startAgain();
    await isWell();

    await redis.freeze();
    let longestMs = 0;
    await eventually(async () => {
      const startedMs = performance.now();
      const { source } = await status.get();
      longestMs = Math.max(longestMs, performance.now() - startedMs);
      assertEquals(source, "cache");
      assertEquals((await status.get("/health")).body.status, "error");
    });
    assertLess(longestMs, ANSWER_MS_MAX);
    await redis.thaw();
    await isWell();
  },
});

Deno.test({
  name: "Status worker that is killed is followed by another, which goes on with the updates",
  ignore: !isHere,
  fn: async () => {
    await using stack = new AsyncDisposableStack();
    const redis = stack.adopt(await RedisBroker.start(), (broker) => broker.close());
    const env = {
      REDIS_URL: `redis://127.0.0.1:${redis.port}`,
      STATUS_UPDATE_INTERVAL: "2",
    };
    const leading = stack.use(await StatusProcess.start(env));
    await eventually(async () => assertEquals(await leading.metric("status_worker_leads"), 1));
    const waiting = stack.use(await StatusProcess.start(env));
    await eventually(async () => assertEquals((await waiting.get()).source, "cache"));
    assertEquals(await waiting.metric("status_worker_leads"), 0);
    assertEquals(await waiting.metric("constants_queries_total"), 0);
    const { updated_at: before } = (await waiting.get()).body;
    await leading.kill();
    await eventually(async () => {
      assertEquals(await waiting.metric("status_worker_leads"), 1);
    }, TAKE_OVER_MS_MAX);
    await eventually(async () => {
      assertNotEquals((await waiting.get()).body.updated_at, before);
    });
  },
});
