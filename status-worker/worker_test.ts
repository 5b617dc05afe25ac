import { assert, assertEquals, assertGreaterOrEqual, assertLessOrEqual } from "@std/assert";
import { Rng } from "../core/rng.ts";
import { STATUS_KEY } from "./status_cache.ts";
import { liveWith } from "./live_fixture.ts";
import { FIXTURE_MS, makeStatusFixture, passTime, type StatusFixture } from "./status_fixture.ts";
import { SAMPLE_PERIOD_MS } from "./status_recorder.ts";
import { INTERVAL_KEY, UpdateInterval } from "./update_interval.ts";
import { LEASE_KEY, LEASE_TTL_MS, RETRY_MS, StatusWorker, TURN_MS } from "./worker.ts";

const INTERVAL_MS = 600_000;

function startWorker(fixture: StatusFixture, workerId = "a"): StatusWorker {
  const { store: { kvStore }, cache, refresher, clock, log } = fixture;
  const interval = new UpdateInterval({ kvStore, clock, log, defaultMs: INTERVAL_MS });
  return new StatusWorker({
    kvStore,
    cache,
    refresher,
    clock,
    log,
    rng: new Rng(1),
    workerId,
    interval,
  });
}

Deno.test("StatusWorker updates at once and then at every interval", async () => {
  const fixture = makeStatusFixture();
  const { clock, constants, store: { kvStore } } = fixture;
  const worker = startWorker(fixture);
  await passTime(clock, 0);
  assertEquals(constants.queryCount, 1);
  assertEquals(await kvStore.ttlMs(STATUS_KEY), FIXTURE_MS.cacheTtl);
  await passTime(clock, INTERVAL_MS * 0.95 - 1);
  assertEquals(constants.queryCount, 1);
  await passTime(clock, INTERVAL_MS * 0.05 + 1);
  assertEquals(constants.queryCount, 2);
  await passTime(clock, INTERVAL_MS * 18);
  assertGreaterOrEqual(constants.queryCount, 20);
  assertLessOrEqual(constants.queryCount, 21);
  await worker.close();
  assertEquals(clock.timerCount, 0);
});

Deno.test("StatusWorker takes another interval while it runs", async () => {
  const fixture = makeStatusFixture();
  const { clock, constants, store: { kvStore } } = fixture;
  const worker = startWorker(fixture);
  await passTime(clock, 0);
  await kvStore.set(INTERVAL_KEY, "60");
  await passTime(clock, 60_000);
  assertEquals(constants.queryCount, 2);
  await kvStore.set(INTERVAL_KEY, "5");
  await passTime(clock, TURN_MS);
  const queryCount = constants.queryCount;
  await passTime(clock, 50_000);
  assertGreaterOrEqual(constants.queryCount - queryCount, 10);
  assertLessOrEqual(constants.queryCount - queryCount, 11);
  await worker.close();
});

Deno.test("StatusWorker tries again soon after a failure", async () => {
  const fixture = makeStatusFixture();
  const { clock, constants, store: { kvStore } } = fixture;
  constants.state = "down";
  const worker = startWorker(fixture);
  await passTime(clock, RETRY_MS);
  assertEquals(constants.queryCount, 2);
  constants.state = "up";
  await passTime(clock, RETRY_MS);
  assert(await kvStore.get(STATUS_KEY));
  assertEquals(constants.queryCount, 3);
  await passTime(clock, RETRY_MS * 2);
  assertEquals(constants.queryCount, 3);
  await worker.close();
});

Deno.test("StatusWorker leaves the work to one of several", async () => {
  const fixture = makeStatusFixture();
  const other = makeStatusFixture(fixture);
  const { clock, constants } = fixture;
  const workers = [startWorker(fixture, "a"), startWorker(other, "b")];
  await passTime(clock, INTERVAL_MS);
  assertEquals(constants.queryCount, 2);
  assertEquals(workers.map((worker) => worker.leads), [true, false]);
  // Who does not lead knows the status all the same.
  assertEquals(other.cache.known?.status.rates.exp, 2.5);
  for (const worker of workers) await worker.close();
});

Deno.test("StatusWorker takes over when the one that leads dies", async () => {
  const fixture = makeStatusFixture();
  const { clock, constants, store: { kvStore } } = fixture;
  await kvStore.set(LEASE_KEY, "dead", { ttlMs: LEASE_TTL_MS });
  const worker = startWorker(fixture);
  await passTime(clock, LEASE_TTL_MS - 1);
  assertEquals(worker.leads, false);
  assertEquals(constants.queryCount, 0);
  await passTime(clock, TURN_MS);
  assertEquals(worker.leads, true);
  assertEquals(constants.queryCount, 1);
  await worker.close();
});

Deno.test("StatusWorker takes over in its next turn when the one that leads is closed", async () => {
  const fixture = makeStatusFixture();
  const { clock, constants } = fixture;
  const first = startWorker(fixture, "a");
  await passTime(clock, 1);
  const second = startWorker(makeStatusFixture(fixture), "b");
  await passTime(clock, 1);
  await first.close();
  assertEquals(first.leads, false);
  await passTime(clock, TURN_MS);
  assertEquals(second.leads, true);
  assertEquals(constants.queryCount, 2);
  await second.close();
});

Deno.test("StatusWorker fills a store that lost everything", async () => {
  const fixture = makeStatusFixture();
  const { clock, store: { kvStore } } = fixture;
  const worker = startWorker(fixture);
  await passTime(clock, 1);
  for (const key of await kvStore.keys("", 100)) await kvStore.delete(key);
  await passTime(clock, TURN_MS);
  assert(await kvStore.get(STATUS_KEY));
  assertEquals(worker.leads, true);
  await worker.close();
});

Deno.test("StatusWorker waits for a store that fails, and says so once", async () => {
  const fixture = makeStatusFixture();
  const { clock, store, constants, logged } = fixture;
  store.state = "down";
  const worker = startWorker(fixture);
  await passTime(clock, TURN_MS * 5);
  assertEquals(worker.leads, false);
  assertEquals(constants.queryCount, 0);
  store.state = "up";
  await passTime(clock, TURN_MS);
  assertEquals(worker.leads, true);
  assertEquals(constants.queryCount, 1);
  assertEquals(logged.map(([event]) => event), [
    "status_worker_store_failed",
    "status_worker_store_recovered",
    "status_lease_gained",
  ]);
  store.state = "down";
  await worker.close();
  assertEquals(logged.at(-1)?.[0], "status_lease_not_released");
});

Deno.test("StatusWorker closes after the update in hand", async () => {
  const fixture = makeStatusFixture();
  const { clock, constants, store: { kvStore } } = fixture;
  constants.state = "hanging";
  const worker = startWorker(fixture);
  await passTime(clock, 1);
  let closed = false;
  const closing = worker.close().then(() => closed = true);
  await passTime(clock, 1);
  assertEquals(closed, false);
  constants.answer("up");
  await closing;
  assert(await kvStore.get(STATUS_KEY));
  assertEquals(await kvStore.get(LEASE_KEY), undefined);
});

Deno.test("StatusWorker caches what the game servers say in each turn, and samples it each minute", async () => {
  const fixture = makeStatusFixture();
  const { clock, constants, cache, eventLog } = fixture;
  fixture.live = liveWith(1);
  const worker = startWorker(fixture);
  await passTime(clock, 0);
  fixture.live = liveWith(2);
  await passTime(clock, TURN_MS);
  assertEquals(cache.known?.status.live?.players_online, 2);
  await passTime(clock, SAMPLE_PERIOD_MS * 5 - TURN_MS);
  assertEquals(eventLog.events.map(({ value }) => value.event_type), [
    "status_updated",
    ...Array.from({ length: 5 }, () => "status_sampled"),
  ]);
  assertEquals(constants.queryCount, 1);
  // The table is one thing, the game servers are another.
  constants.state = "down";
  fixture.live = liveWith(3);
  await passTime(clock, INTERVAL_MS);
  assertEquals(cache.known?.status.live?.players_online, 3);
  await worker.close();
});
