/** What ten thousand visitors cost a real database: PROTOCOL section 6. */
import { assertEquals, assertGreaterOrEqual, assertLessOrEqual } from "@std/assert";
import { whyNoProgram } from "../brokers/broker_here.ts";
import { MariadbBroker, whyNoMariadbBroker } from "../brokers/mariadb_broker.ts";
import { createTestSchema, writeConstants } from "../brokers/mysql_sources.ts";
import { REDIS_COMMAND, RedisBroker } from "../brokers/redis_broker.ts";
import { hasBroker } from "../brokers/require_brokers.ts";
import { eventually } from "../contract/eventually.ts";
import { askMany, askRedis, countSelects, StatusProcess } from "./status_process.ts";

const VISITORS = { count: 10_000, atOnce: 100 };

const isHere = hasBroker("MariaDB to be counted at", await whyNoMariadbBroker()) &&
  hasBroker("Redis to be flushed", await whyNoProgram(REDIS_COMMAND));

Deno.test({
  name: "Status answers 10 000 visitors with one query a refresh, by the database's own count",
  ignore: !isHere,
  fn: async () => {
    await using stack = new AsyncDisposableStack();
    const mariadb = stack.adopt(await MariadbBroker.start(), (broker) => broker.close());
    const redis = stack.adopt(await RedisBroker.start(), (broker) => broker.close());
    const database = await createTestSchema(mariadb.variables);
    await writeConstants(mariadb.variables, database);
    const env = {
      ...mariadb.variables,
      DB_NAME: database,
      REDIS_URL: `redis://127.0.0.1:${redis.port}`,
    };
    const atFirst = await countSelects(mariadb.variables);
    // Counting does not count.
    assertEquals(await countSelects(mariadb.variables), atFirst);
    const selects = async (): Promise<number> => await countSelects(mariadb.variables) - atFirst;

    const first = stack.use(await StatusProcess.start(env));
    const second = stack.use(await StatusProcess.start(env));
    const both = [first, second];
    const queries = async (): Promise<number> =>
      await first.metric("constants_queries_total") +
      await second.metric("constants_queries_total");
    for (const process of both) {
      await eventually(async () => assertEquals((await process.get()).source, "cache"));
    }
    const filled = await selects();
    assertLessOrEqual(filled, 2);
    assertEquals(await askMany(both, VISITORS), new Map([["cache", VISITORS.count]]));
    assertEquals(await selects(), filled);

    // An update a second, and the visitors all the while.
    await askRedis(redis.port, "SET", "config:status_interval", "1");
    await eventually(async () => assertGreaterOrEqual(await selects(), filled + 2));
    const sources = await askMany(both, VISITORS);
    assertEquals([...sources.keys()], ["cache"]);
    await askRedis(redis.port, "SET", "config:status_interval", "600");
    await eventually(async () => {
      const before = await selects();
      assertEquals(await queries(), before);
      assertEquals(await selects(), before);
    });

    // Emptied under the visitors: at most one query of each process, and one of the worker.
    const beforeFlush = await selects();
    await askRedis(redis.port, "FLUSHALL");
    const afterFlush = await askMany(both, VISITORS);
    assertEquals(
      [...afterFlush.keys()].every((key) => key === "cache" || key === "database"),
      true,
    );
    assertLessOrEqual(await selects() - beforeFlush, 3);
    assertEquals(await askRedis(redis.port, "EXISTS", "server:status"), ":1");
  },
});
