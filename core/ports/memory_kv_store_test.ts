import { assertEquals, assertRejects } from "@std/assert";
import { ManualClock } from "../manual_clock.ts";
import { ExpiringMap } from "./expiring_map.ts";
import { MemoryKvStore } from "./memory_kv_store.ts";

Deno.test("MemoryKvStore has a key until the last millisecond of its time and not after", async () => {
  const clock = new ManualClock();
  const store = new MemoryKvStore({ clock });
  await store.set("a", "1", { ttlMs: 1000 });
  await clock.advance(999);
  assertEquals([await store.get("a"), await store.ttlMs("a")], ["1", 1]);
  await clock.advance(1);
  assertEquals([await store.get("a"), await store.ttlMs("a")], [undefined, undefined]);
});

Deno.test("MemoryKvStore finds an expired key absent in every operation", async () => {
  const clock = new ManualClock();
  const store = new MemoryKvStore({ clock });
  const expired = async (): Promise<void> => {
    await store.set("k", "5", { ttlMs: 10 });
    await clock.advance(10);
  };
  await expired();
  assertEquals(await store.take("k"), undefined);
  await expired();
  assertEquals(await store.delete("k"), false);
  await expired();
  assertEquals(await store.compareAndSet("k", "5", "6"), false);
  await expired();
  assertEquals(await store.compareAndSet("k", undefined, "6"), true);
  await expired();
  assertEquals(await store.increment("k", 1), 1);
  await expired();
  assertEquals(await store.keys("", 10), []);
  await expired();
  await store.sortedSetAdd("k", "m", 1);
  assertEquals(await store.ttlMs("k"), undefined);
});

Deno.test("MemoryKvStore refuses a key beyond its bound and has room when others expire", async () => {
  const clock = new ManualClock();
  const store = new MemoryKvStore({ clock, keysMax: 3 });
  await store.set("a", "1", { ttlMs: 50 });
  await store.sortedSetAdd("s", "m", 1);
  await assertRejects(() => store.set("b", "1"), Error, "the store holds 3 keys");
  await assertRejects(() => store.sortedSetAdd("s", "n", 1), Error, "the store holds 3 keys");
  await store.set("a", "2", { ttlMs: 50 });
  await store.sortedSetAdd("s", "m", 2);
  await clock.advance(50);
  await store.sortedSetAdd("s", "n", 1);
  await store.delete("s");
  await store.set("b", "1");
  await store.set("c", "1");
  assertEquals((await store.keys("", 10)).sort(), ["b", "c"]);
});

Deno.test("MemoryKvStore refuses a time to live of nothing", async () => {
  const store = new MemoryKvStore({ clock: new ManualClock() });
  for (const ttlMs of [0, -1, NaN]) {
    await assertRejects(() => store.set("a", "1", { ttlMs }), RangeError, "must be above 0");
  }
});

Deno.test("ExpiringMap frees expired entries as others are set", async () => {
  const clock = new ManualClock();
  const map = new ExpiringMap<number>(clock);
  for (let index = 0; index < 1000; index++) map.set(`old${index}`, index, 10);
  await clock.advance(10);
  for (let index = 0; index < 1000; index++) map.set(`new${index}`, index, undefined);
  assertEquals(map.size, 1000);
});
