/**
 * Corners in which Redis could differ from the embedded store: each case runs on both, with one result.
 *
 * @module
 */
import { assertEquals } from "@std/assert";
import { whyNobodyListens } from "../../tests/brokers/broker_here.ts";
import { MACHINE_REDIS_PORT, redisConfig } from "../../tests/brokers/redis_broker.ts";
import { hasBroker } from "../../tests/brokers/require_brokers.ts";
import { systemClock } from "../clock.ts";
import { silentLog } from "../log.ts";
import type { KvStore } from "../ports/kv_store.ts";
import { MemoryKvStore } from "../ports/memory_kv_store.ts";
import { openRedisKvStore } from "./redis_kv_store.ts";

const isHere = hasBroker("Redis to compare", await whyNobodyListens(MACHINE_REDIS_PORT));

type Case = (store: KvStore) => Promise<unknown>;

/** What it gives, or that it throws. */
async function outcome(work: () => Promise<unknown>): Promise<unknown> {
  try {
    return await work();
  } catch (error) {
    return error instanceof RangeError ? "RangeError" : "Error";
  }
}

/** Adds to a value and looks at what is there then. */
function adding(value: string, by: number): Case {
  return async (store) => {
    await store.set("k", value);
    return [await outcome(() => store.increment("k", by)), await store.get("k")];
  };
}

/** What a set of five holds in a range. */
function ranging(min: number, max: number, limit: number): Case {
  return async (store) => {
    const scores = [-Infinity, -0.1, 1 / 3, 1e21, Infinity];
    for (const score of scores) await store.sortedSetAdd("s", `m${score}`, score);
    return await outcome(() => store.sortedSetRange("s", { min, max, limit }));
  };
}

const TTLS = [0, -1, NaN, 0.5, 1e15];

const CASES: Readonly<Record<string, Case>> = {
  ...Object.fromEntries([
    ...["007", "-0", "-12", "9007199254740990", "9007199254740991", "-9007199254740991"],
    ...["9".repeat(400), "1.5", "", " 1", "0x10", "1e3", "-", "١"],
  ].map((value) => [`add 1 to ${JSON.stringify(value.slice(0, 20))}`, adding(value, 1)])),
  "add a fraction": adding("1", 0.5),
  "add not a number": adding("1", NaN),
  "add infinity": adding("1", Infinity),
  "add beyond what is exact": adding("1", 2 ** 60),
  "add to nothing down to zero": async (store) => [
    await store.increment("k", -3),
    await store.increment("k", 3),
    await store.get("k"),
  ],
  "tell an empty value from none": async (store) => [
    await store.compareAndSet("k", "", "x"),
    await store.compareAndSet("k", undefined, ""),
    await store.compareAndSet("k", undefined, "y"),
    await store.compareAndSet("k", "", "=z"),
    await store.compareAndSet("k", "z", "wrong"),
    await store.compareAndSet("k", "=z", ""),
    await store.get("k"),
    await store.take("k"),
    await store.take("k"),
  ],
  ...Object.fromEntries(TTLS.map((ttlMs) => [`live for ${ttlMs} ms`, async (store: KvStore) => [
    await outcome(() => store.set("a", "1", { ttlMs })),
    await outcome(() => store.compareAndSet("b", undefined, "1", { ttlMs })),
    await outcome(() => store.increment("c", 1, { ttlMs })),
  ]])),
  "replace a set by a string": async (store) => {
    await store.sortedSetAdd("k", "m", 1);
    await store.set("k", "1");
    await store.delete("k");
    await store.sortedSetAdd("k", "n", 2);
    return await store.sortedSetRange("k", { min: -Infinity, max: Infinity, limit: 9 });
  },
  "take the time to live of a set": async (store) => {
    await store.sortedSetAdd("k", "m", 1);
    return [await store.ttlMs("k"), await store.keys("k", 9), await store.delete("k")];
  },
  "add not a number to a set": (store) => store.sortedSetAdd("k", "m", NaN).then(() => 0, () => 1),
  "all of a set": ranging(-Infinity, Infinity, Infinity),
  "part of a set": ranging(-0.1, 1e21, 2),
  "none of a set": ranging(2, 1, 9),
  "fewer than none of a set": ranging(-Infinity, Infinity, -1),
  "half a member of a set": ranging(-Infinity, Infinity, 0.5),
  "one score of a set": ranging(1 / 3, 1 / 3, 9),
  "keys to no limit": async (store) => {
    for (const key of ["p:1", "p:2", "p[", "p\\", "p^-", "q"]) await store.set(key, "1");
    const sorted = async (prefix: string, limit: number): Promise<string[]> =>
      (await store.keys(prefix, limit)).sort();
    return [
      await sorted("", Infinity),
      await sorted("p", 100),
      await sorted("p:", 0),
      await sorted("p:", -1),
      await sorted("p[", 9),
      await sorted("p\\", 9),
      await sorted("p^-", 9),
    ];
  },
};

for (const [name, run] of Object.entries(CASES)) {
  Deno.test({
    name: `RedisKvStore does as MemoryKvStore does: ${name}`,
    ignore: !isHere,
    fn: async () => {
      const embedded = new MemoryKvStore({ clock: systemClock });
      const prefix = `test:${crypto.randomUUID()}:`;
      const real = await openRedisKvStore({
        config: redisConfig(`redis://127.0.0.1:${MACHINE_REDIS_PORT}?key_prefix=${prefix}`),
        clock: systemClock,
        log: silentLog,
        random: Math.random,
      });
      try {
        assertEquals(await run(real), await run(embedded));
      } finally {
        for (const key of await real.keys("", Infinity)) await real.delete(key);
        await real.close();
        await embedded.close();
      }
    },
  });
}
