import { assertEquals } from "@std/assert";
import { ManualClock } from "../core/manual_clock.ts";
import { MemoryKvStore } from "../core/ports/memory_kv_store.ts";
import { Lease } from "./lease.ts";

const key = "lease";
const ttlMs = 1_000;

Deno.test("Lease is held by one, kept while asked for, and gained by another when it ends", async () => {
  const clock = new ManualClock();
  const kvStore = new MemoryKvStore({ clock });
  const first = new Lease({ kvStore, key, holder: "a", ttlMs });
  const second = new Lease({ kvStore, key, holder: "b", ttlMs });
  assertEquals(await first.hold(), "gained");
  assertEquals(await second.hold(), "other");
  await clock.advance(ttlMs - 1);
  assertEquals(await first.hold(), "kept");
  await clock.advance(ttlMs - 1);
  assertEquals(await second.hold(), "other");
  await clock.advance(1);
  assertEquals(await second.hold(), "gained");
  assertEquals(await first.hold(), "other");
});

Deno.test("Lease that is released is free at once, and only its holder releases it", async () => {
  const kvStore = new MemoryKvStore({ clock: new ManualClock() });
  const first = new Lease({ kvStore, key, holder: "a", ttlMs });
  const second = new Lease({ kvStore, key, holder: "b", ttlMs });
  await first.hold();
  await second.release();
  assertEquals(await second.hold(), "other");
  await first.release();
  assertEquals(await second.hold(), "gained");
});

Deno.test("Lease that was lost with the store's content is gained anew", async () => {
  const kvStore = new MemoryKvStore({ clock: new ManualClock() });
  const lease = new Lease({ kvStore, key, holder: "a", ttlMs });
  await lease.hold();
  await kvStore.delete(key);
  assertEquals(await lease.hold(), "gained");
});
