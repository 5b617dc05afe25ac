import { assertEquals } from "@std/assert";
import { silentLog } from "../core/log.ts";
import { ManualClock } from "../core/manual_clock.ts";
import type { KvStore } from "../core/ports/kv_store.ts";
import { MemoryKvStore } from "../core/ports/memory_kv_store.ts";
import type { SqlDatabase } from "../core/ports/sql_database.ts";
import { openMigratedDatabase } from "./auth_fixture.ts";
import { RevocationPublisher } from "./revocation_publisher.ts";
import { RevokedSessions } from "./revoked_sessions.ts";

const TTL_MS = 900_000;

interface Bench extends AsyncDisposable {
  readonly clock: ManualClock;
  readonly database: SqlDatabase;
  readonly kvStore: MemoryKvStore;
  readonly warnings: string[];
  revoke(sessionId: string): Promise<void>;
  open(kvStore?: KvStore): RevocationPublisher;
  published(): Promise<string[]>;
}

async function openBench({ ttlMs = TTL_MS } = {}): Promise<Bench> {
  const clock = new ManualClock();
  const database = await openMigratedDatabase(clock);
  const shared = new MemoryKvStore({ clock });
  const opened: RevocationPublisher[] = [];
  const warnings: string[] = [];
  const log = { ...silentLog, warn: (event: string): void => void warnings.push(event) };
  const revoked = new RevokedSessions(database);
  return {
    clock,
    database,
    kvStore: shared,
    warnings,
    revoke: async (sessionId) => {
      await database.execute(
        "INSERT INTO revoked_sessions (session_id, revoked_at_ms, expires_at_ms) VALUES ($1, $2, $3)",
        [sessionId, clock.nowMs(), clock.nowMs() + ttlMs],
      );
    },
    open: (kvStore = shared) => {
      const publisher = new RevocationPublisher({ revoked, kvStore, clock, log });
      opened.push(publisher);
      return publisher;
    },
    published: async () => (await shared.keys("revoked:", 10_000)).sort(),
    [Symbol.asyncDispose]: async () => {
      for (const publisher of opened) await publisher.close();
      await database.close();
    },
  };
}

Deno.test("RevocationPublisher writes at its start whatever still counts, and for as long as it does", async () => {
  await using bench = await openBench();
  await bench.revoke("long-ago");
  await bench.clock.advance(TTL_MS);
  await bench.revoke("s1");
  await bench.clock.advance(TTL_MS / 2);
  await bench.open().publish();
  assertEquals(await bench.published(), ["revoked:s1"]);
  assertEquals(await bench.kvStore.ttlMs("revoked:s1"), TTL_MS / 2);
});

Deno.test("RevocationPublisher writes what anybody ended within a second", async () => {
  await using bench = await openBench();
  const publisher = bench.open();
  await publisher.publish();
  await bench.revoke("s1");
  await bench.clock.advance(1_000);
  // Joins the round that the timer began, or finds nothing new.
  await publisher.publish();
  assertEquals(await bench.published(), ["revoked:s1"]);
});

Deno.test("RevocationPublisher writes more than a page, those of one instant too", async () => {
  await using bench = await openBench();
  for (let at = 0; at < 2_500; at++) await bench.revoke(`s${at}`);
  await bench.open().publish();
  assertEquals((await bench.published()).length, 2_500);
});

Deno.test("RevocationPublisher writes all again into a store that was emptied", async () => {
  await using bench = await openBench();
  const publisher = bench.open();
  await bench.revoke("s1");
  await publisher.publish();
  await bench.clock.advance(40_000);
  for (const key of await bench.kvStore.keys("", 10)) await bench.kvStore.delete(key);
  await bench.clock.advance(1_000);
  await publisher.publish();
  assertEquals(await bench.published(), ["revoked:s1"]);
});

Deno.test("RevocationPublisher writes all again after the store was away, and says so once", async () => {
  await using bench = await openBench();
  let isAway = false;
  const kvStore: KvStore = new Proxy(bench.kvStore, {
    get: (target, name) => {
      if (isAway) return () => Promise.reject(new Error("away"));
      const member: unknown = Reflect.get(target, name);
      return typeof member === "function" ? member.bind(target) : member;
    },
  });
  const publisher = bench.open(kvStore);
  await publisher.publish();
  isAway = true;
  await bench.revoke("s1");
  for (let second = 0; second < 40; second++) {
    await bench.clock.advance(1_000);
    await publisher.publish();
  }
  assertEquals(bench.warnings, ["revocations_not_published"]);
  isAway = false;
  await publisher.publish();
  assertEquals(await bench.published(), ["revoked:s1"]);
});

Deno.test("RevocationPublisher writes the last ones again each minute, and not a whole day's", async () => {
  await using bench = await openBench({ ttlMs: 86_400_000 });
  const publisher = bench.open();
  await bench.revoke("old");
  await publisher.publish();
  await bench.clock.advance(900_001);
  await bench.revoke("new");
  await publisher.publish();
  // The store has lost both, and knows nothing of it.
  for (const key of await bench.published()) await bench.kvStore.delete(key);
  await bench.clock.advance(60_000);
  await publisher.publish();
  assertEquals(await bench.published(), ["revoked:new"]);
});

Deno.test("RevocationPublisher writes a revocation once, not each second", async () => {
  await using bench = await openBench();
  let setCount = 0;
  const set = bench.kvStore.set.bind(bench.kvStore);
  bench.kvStore.set = (key, value, options) => {
    if (key.startsWith("revoked:")) setCount++;
    return set(key, value, options);
  };
  const publisher = bench.open();
  await publisher.publish();
  await bench.revoke("s1");
  for (let round = 0; round < 5; round++) await publisher.publish();
  assertEquals(setCount, 1);
});
