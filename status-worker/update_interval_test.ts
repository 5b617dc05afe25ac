import { assertEquals } from "@std/assert";
import { STORE_DEADLINE_MS } from "./status_cache.ts";
import { makeStatusFixture, type StatusFixture } from "./status_fixture.ts";
import { INTERVAL_KEY, UpdateInterval } from "./update_interval.ts";

const defaultMs = 600_000;

function makeInterval({ store: { kvStore }, clock, log }: StatusFixture): UpdateInterval {
  return new UpdateInterval({ kvStore, clock, log, defaultMs });
}

Deno.test("UpdateInterval is what was asked for last, else the default", async () => {
  const fixture = makeStatusFixture();
  const { store: { kvStore }, logged } = fixture;
  const interval = makeInterval(fixture);
  await interval.read();
  assertEquals(interval.ms, defaultMs);
  await kvStore.set(INTERVAL_KEY, "60");
  await interval.read();
  await interval.read();
  assertEquals(interval.ms, 60_000);
  await kvStore.set(INTERVAL_KEY, " 86400\n");
  await interval.read();
  assertEquals(interval.ms, 86_400_000);
  await kvStore.delete(INTERVAL_KEY);
  await interval.read();
  assertEquals(interval.ms, defaultMs);
  assertEquals(logged, [
    ["status_interval_changed", { from_ms: 600_000, to_ms: 60_000 }],
    ["status_interval_changed", { from_ms: 60_000, to_ms: 86_400_000 }],
    ["status_interval_changed", { from_ms: 86_400_000, to_ms: 600_000 }],
  ]);
});

Deno.test("UpdateInterval takes what is no interval for the default, and says so once", async () => {
  for (const text of ["0", "-5", "soon", "", "1.5", "1e2", "86401", "99999999999"]) {
    const fixture = makeStatusFixture();
    const interval = makeInterval(fixture);
    await fixture.store.kvStore.set(INTERVAL_KEY, text);
    await interval.read();
    await interval.read();
    assertEquals(interval.ms, defaultMs, text);
    assertEquals(fixture.logged, [["status_interval_is_wrong", { key: INTERVAL_KEY }]], text);
  }
});

Deno.test("UpdateInterval stays as it is while the store fails", async () => {
  const fixture = makeStatusFixture();
  const { clock, store } = fixture;
  const interval = makeInterval(fixture);
  await store.kvStore.set(INTERVAL_KEY, "60");
  await interval.read();
  store.state = "down";
  await interval.read();
  assertEquals(interval.ms, 60_000);
  store.state = "hanging";
  const reading = interval.read();
  await clock.advance(STORE_DEADLINE_MS);
  await reading;
  assertEquals(interval.ms, 60_000);
  store.state = "up";
  await interval.read();
  assertEquals(fixture.logged.map(([event]) => event), [
    "status_interval_changed",
    "status_interval_not_read",
    "status_interval_read_again",
  ]);
});
