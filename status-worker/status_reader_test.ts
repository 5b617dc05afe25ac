import { assertEquals, assertNotEquals } from "@std/assert";
import { DEFAULT_STATUS } from "./status.ts";
import { STATUS_KEY } from "./status_cache.ts";
import { liveWith } from "./live_fixture.ts";
import { FIXTURE_MS, makeStatusFixture, type StatusFixture } from "./status_fixture.ts";
import { RECHECK_MS, type StatusReading } from "./status_reader.ts";
import { RETRY_PAUSE_MS } from "./status_refresher.ts";

const { cacheTtl, readTimeout } = FIXTURE_MS;

/** An answer that is looked up anew. */
async function nextReading({ clock, reader }: StatusFixture): Promise<StatusReading> {
  await clock.advance(RECHECK_MS);
  return await reader.read();
}

/** The source of an answer that is looked up anew. */
async function nextSource(fixture: StatusFixture): Promise<string> {
  return (await nextReading(fixture)).source;
}

Deno.test("StatusReader answers from the cache and leaves the database alone", async () => {
  const fixture = makeStatusFixture();
  const { cache, clock, constants, store, reader } = fixture;
  const { known } = await cache.write({ ...DEFAULT_STATUS, updated_at: clock.nowMs() / 1_000 });
  const calls = store.callCount;
  for (let times = 0; times < 100; times++) {
    assertEquals(await reader.read(), { source: "cache", ...known });
  }
  assertEquals(store.callCount - calls, 1);
  assertEquals(await nextSource(fixture), "cache");
  assertEquals(store.callCount - calls, 2);
  assertEquals(constants.queryCount, 0);
});

Deno.test("StatusReader asks the database once for all who find the cache empty", async () => {
  const { reader, constants, store } = makeStatusFixture();
  const readings = await Promise.all(Array.from({ length: 1000 }, () => reader.read()));
  // Looked up once and written twice, as the cached and as the last status.
  assertEquals(store.callCount, 3);
  for (const { source, status } of readings) {
    assertEquals(source, "database");
    assertEquals(status.rates.exp, 2.5);
  }
  assertEquals((await reader.read()).source, "cache");
  assertEquals(constants.queryCount, 1);
});

Deno.test("StatusReader fills a cache that was emptied, and one that expired", async () => {
  const fixture = makeStatusFixture();
  const { clock, store: { kvStore }, constants } = fixture;
  assertEquals(await nextSource(fixture), "database");
  await kvStore.delete(STATUS_KEY);
  assertEquals(await nextSource(fixture), "database");
  assertEquals(await nextSource(fixture), "cache");
  await clock.advance(cacheTtl);
  assertEquals(await nextSource(fixture), "database");
  assertEquals(constants.queryCount, 3);
});

Deno.test("StatusReader says what was known last while the database fails, then recovers", async () => {
  const fixture = makeStatusFixture();
  const { clock, reader, constants } = fixture;
  const first = await reader.read();
  constants.state = "down";
  await clock.advance(cacheTtl);
  const stale = await reader.read();
  assertEquals(stale.source, "stale");
  assertEquals(stale.status, first.status);
  assertNotEquals(stale.entityTag, first.entityTag);
  constants.state = "up";
  await clock.advance(RETRY_PAUSE_MS);
  // The one who comes first starts the query and does not wait for it.
  assertEquals((await reader.read()).source, "stale");
  assertEquals(await nextSource(fixture), "cache");
  assertEquals((await reader.read()).entityTag === stale.entityTag, false);
});

Deno.test("StatusReader lets one visitor wait for a slow database, and none after it", async () => {
  const fixture = makeStatusFixture();
  const { clock, reader, constants } = fixture;
  await reader.read();
  await clock.advance(cacheTtl);
  constants.state = "hanging";
  const first = reader.read();
  await clock.advance(readTimeout);
  assertEquals((await first).source, "stale");
  for (let times = 0; times < 20; times++) assertEquals(await nextSource(fixture), "stale");
  // Tried anew 5, 12 and 19 seconds later: each time a pause after the deadline.
  assertEquals(constants.queryCount, 2 + 3);
  constants.answer("up");
});

Deno.test("StatusReader has the last status from the store in a process that has just begun", async () => {
  const fixture = makeStatusFixture();
  const { status } = await fixture.reader.read();
  fixture.constants.state = "down";
  await fixture.clock.advance(cacheTtl);
  const stale = await makeStatusFixture(fixture).reader.read();
  assertEquals(stale.source, "stale");
  assertEquals(stale.status, status);
});

Deno.test("StatusReader falls back to the defaults where nothing was ever known", async () => {
  const fixture = makeStatusFixture();
  const { reader, constants } = fixture;
  constants.state = "down";
  const reading = await reader.read();
  assertEquals(reading.source, "default");
  assertEquals(reading.status, DEFAULT_STATUS);
  assertEquals(await nextSource(fixture), "default");
  assertEquals(constants.queryCount, 1);
});

Deno.test("StatusReader without a store asks the database no more often than with one", async () => {
  const fixture = makeStatusFixture();
  const { clock, store, constants } = fixture;
  store.state = "down";
  assertEquals(await nextSource(fixture), "database");
  for (let times = 0; times < 100; times++) assertEquals(await nextSource(fixture), "cache");
  assertEquals(constants.queryCount, 1);
  await clock.advance(cacheTtl);
  assertEquals(await nextSource(fixture), "database");
  constants.state = "down";
  await clock.advance(cacheTtl);
  assertEquals(await nextSource(fixture), "stale");
});

Deno.test("StatusReader has what it hears itself while the store does not answer", async () => {
  const fixture = makeStatusFixture();
  const { store } = fixture;
  await nextSource(fixture);
  fixture.live = liveWith(41);
  assertEquals((await nextReading(fixture)).status.live, null);
  store.state = "down";
  const heard = await nextReading(fixture);
  assertEquals([heard.source, heard.status.live?.players_online], ["cache", 41]);
  fixture.live = liveWith(42);
  const changed = await nextReading(fixture);
  assertEquals(changed.status.live?.players_online, 42);
  assertNotEquals(changed.entityTag, heard.entityTag);
  // Also where the rest is no longer up to date.
  fixture.constants.state = "down";
  await fixture.clock.advance(cacheTtl);
  fixture.live = liveWith(43);
  const stale = await nextReading(fixture);
  assertEquals([stale.source, stale.status.live?.players_online], ["stale", 43]);
});

Deno.test("StatusReader has what it hears itself where nothing else was ever known", async () => {
  const fixture = makeStatusFixture();
  fixture.constants.state = "down";
  fixture.live = liveWith(3);
  const { source, status } = await nextReading(fixture);
  assertEquals([source, status.live?.players_online], ["default", 3]);
});
