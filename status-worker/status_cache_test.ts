import { assertEquals, assertNotEquals, assertRejects } from "@std/assert";
import { DEFAULT_STATUS } from "./status.ts";
import { LAST_STATUS_KEY, STATUS_KEY, STORE_DEADLINE_MS } from "./status_cache.ts";
import { liveWith } from "./live_fixture.ts";
import { FIXTURE_MS, makeStatusFixture } from "./status_fixture.ts";

const { cacheTtl } = FIXTURE_MS;

Deno.test("StatusCache gives what another process wrote, until it expires", async () => {
  const fixture = makeStatusFixture();
  const { cache, clock } = fixture;
  const { cache: other } = makeStatusFixture(fixture);
  const status = { ...DEFAULT_STATUS, updated_at: clock.nowMs() / 1000 };
  assertEquals(await cache.read(), { kind: "miss" });
  const { known, stored } = await other.write(status);
  assertEquals(stored, true);
  assertEquals(known.status, status);
  assertEquals(await cache.read(), { kind: "hit", known });
  assertEquals(await cache.remainingMs(), cacheTtl);
  await clock.advance(cacheTtl - 1);
  assertEquals(await cache.read(), { kind: "hit", known });
  await clock.advance(1);
  assertEquals(await cache.read(), { kind: "miss" });
  assertEquals(await cache.remainingMs(), undefined);
});

Deno.test("StatusCache tags what differs with different tags", async () => {
  const { cache } = makeStatusFixture();
  const first = await cache.write({ ...DEFAULT_STATUS, updated_at: 1 });
  const second = await cache.write({ ...DEFAULT_STATUS, updated_at: 2 });
  assertNotEquals(first.known.entityTag, second.known.entityTag);
});

Deno.test("StatusCache knows the last status in a process that has just begun", async () => {
  const fixture = makeStatusFixture();
  const { cache, clock } = fixture;
  assertEquals(await cache.last(), undefined);
  const { known } = await cache.write({ ...DEFAULT_STATUS, updated_at: 5 });
  await clock.advance(cacheTtl * 100);
  assertEquals(await cache.last(), known);
  assertEquals(await makeStatusFixture(fixture).cache.last(), known);
});

Deno.test("StatusCache knows for itself what the store cannot hold, while it is fresh", async () => {
  const { cache, clock, store, logged } = makeStatusFixture();
  store.state = "down";
  assertEquals(cache.freshKnown, undefined);
  const status = { ...DEFAULT_STATUS, updated_at: clock.nowMs() / 1000 };
  const { known, stored } = await cache.write(status);
  assertEquals(stored, false);
  assertEquals(await cache.read(), { kind: "down" });
  await assertRejects(() => cache.remainingMs(), Error, "the store is down");
  assertEquals(cache.freshKnown, known);
  await clock.advance(cacheTtl);
  assertEquals(cache.freshKnown, undefined);
  assertEquals(await cache.last(), known);
  store.state = "up";
  assertEquals(await cache.read(), { kind: "miss" });
  assertEquals(logged.map(([event]) => event), [
    "status_store_failed",
    "status_store_recovered",
  ]);
});

Deno.test("StatusCache waits for a store that hangs until its deadline", async () => {
  const { cache, clock, store } = makeStatusFixture();
  store.state = "hanging";
  const reading = cache.read();
  await clock.advance(STORE_DEADLINE_MS);
  assertEquals(await reading, { kind: "down" });
  const writing = cache.write({ ...DEFAULT_STATUS, updated_at: 1 });
  await clock.advance(STORE_DEADLINE_MS);
  assertEquals((await writing).stored, false);
});

Deno.test("StatusCache takes what is no status for nothing, and says so once", async () => {
  const { cache, store: { kvStore }, logged } = makeStatusFixture();
  await kvStore.set(STATUS_KEY, '{"server_status":"x"}');
  await kvStore.set(LAST_STATUS_KEY, "x");
  for (let times = 0; times < 3; times++) {
    assertEquals(await cache.read(), { kind: "miss" });
    assertEquals(await cache.last(), undefined);
  }
  assertEquals(logged, [["cached_status_is_unreadable", { key: STATUS_KEY }]]);
});

Deno.test("StatusCache renews the live part and keeps the time at which the rest ends", async () => {
  const { cache, clock, store: { kvStore } } = makeStatusFixture();
  const updatedAt = clock.nowMs() / 1_000;
  const { known: first } = await cache.write({ ...DEFAULT_STATUS, updated_at: updatedAt });
  await clock.advance(60_000);
  const updated = await cache.updateLive(liveWith(5, updatedAt + 60));
  assertEquals(updated?.status.updated_at, updatedAt);
  assertEquals(updated?.status.live?.players_online, 5);
  assertNotEquals(updated?.entityTag, first.entityTag);
  assertEquals(await kvStore.ttlMs(STATUS_KEY), FIXTURE_MS.cacheTtl - 60_000);
  // That they were counted again says nothing new.
  const again = await cache.updateLive(liveWith(5, updatedAt + 61));
  assertEquals(again?.entityTag, updated?.entityTag);
});

Deno.test("StatusCache keeps the live part of a status that is no longer cached as the last", async () => {
  const { cache, clock, store, logged } = makeStatusFixture();
  assertEquals(await cache.updateLive(liveWith(1)), undefined);
  await cache.write({ ...DEFAULT_STATUS, updated_at: clock.nowMs() / 1_000 });
  await clock.advance(FIXTURE_MS.cacheTtl);
  await cache.updateLive(liveWith(6));
  assertEquals(await cache.read(), { kind: "miss" });
  assertEquals((await cache.last())?.status.live?.players_online, 6);
  assertEquals(logged, []);
  store.state = "down";
  assertEquals(await cache.updateLive(liveWith(7)), undefined);
  assertEquals((await cache.last())?.status.live?.players_online, 6);
});
