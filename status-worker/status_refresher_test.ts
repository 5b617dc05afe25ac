import { assertEquals, assertStringIncludes } from "@std/assert";
import { STATUS_KEY } from "./status_cache.ts";
import { liveWith } from "./live_fixture.ts";
import { FIXTURE_MS, makeStatusFixture } from "./status_fixture.ts";
import { SAMPLE_PERIOD_MS } from "./status_recorder.ts";
import { RETRY_PAUSE_MS } from "./status_refresher.ts";

Deno.test("StatusRefresher reads the table and caches the status with the time", async () => {
  const { refresher, cache, clock, statusMetrics } = makeStatusFixture();
  const refreshed = await refresher.refresh();
  assertEquals(refreshed.outcome, "ok");
  const lookup = await cache.read();
  assertEquals(lookup.kind === "hit" && lookup.known.status.rates.exp, 2.5);
  assertEquals(lookup.kind === "hit" && lookup.known.status.updated_at, clock.nowMs() / 1000);
  assertEquals(statusMetrics.queries.value, 1);
  assertEquals(statusMetrics.updates.ok.value, 1);
});

Deno.test("StatusRefresher asks once for all who ask at the same time", async () => {
  const { refresher, constants } = makeStatusFixture();
  const [first, ...others] = await Promise.all([
    refresher.refresh(),
    ...Array.from({ length: 50 }, () => refresher.refreshUnlessPaused()),
  ]);
  assertEquals(constants.queryCount, 1);
  for (const other of others) assertEquals(other, first);
  await refresher.refresh();
  assertEquals(constants.queryCount, 2);
});

Deno.test("StatusRefresher gives up a source that does not answer in time", async () => {
  const { refresher, constants, clock, statusMetrics } = makeStatusFixture();
  constants.state = "hanging";
  const refreshing = refresher.refresh();
  await clock.advance(FIXTURE_MS.readTimeout);
  assertEquals(await refreshing, { outcome: "source_failed" });
  assertEquals(statusMetrics.updates.source_failed.value, 1);
  constants.answer("up");
  assertEquals((await refresher.refresh()).outcome, "ok");
});

Deno.test("StatusRefresher leaves a source that failed alone for a while, but for its worker", async () => {
  const { refresher, constants, clock } = makeStatusFixture();
  constants.state = "down";
  assertEquals(refresher.failing, false);
  assertEquals(await refresher.refreshUnlessPaused(), { outcome: "source_failed" });
  assertEquals(refresher.failing, true);
  assertEquals(await refresher.refreshUnlessPaused(), { outcome: "source_failed" });
  assertEquals(constants.queryCount, 1);
  await clock.advance(RETRY_PAUSE_MS - 1);
  await refresher.refreshUnlessPaused();
  assertEquals(constants.queryCount, 1);
  await clock.advance(1);
  await refresher.refreshUnlessPaused();
  assertEquals(constants.queryCount, 2);
  constants.state = "up";
  assertEquals((await refresher.refresh()).outcome, "ok");
  assertEquals(refresher.failing, false);
});

Deno.test("StatusRefresher tells readiness and the log when the source goes and comes", async () => {
  const { refresher, constants, health, logged } = makeStatusFixture();
  health.markStarted();
  constants.state = "down";
  await refresher.refresh();
  await refresher.refresh();
  assertEquals(health.report().ready, true);
  assertStringIncludes(health.report().down["constants"] ?? "", "the table cannot be read");
  constants.state = "up";
  await refresher.refresh();
  await refresher.refresh();
  assertEquals(health.report().down, {});
  assertEquals(logged.map(([event]) => event), ["constants_not_read", "constants_read_again"]);
});

Deno.test("StatusRefresher reports what is no number when it changes", async () => {
  const { refresher, constants, logged } = makeStatusFixture();
  constants.rows = [{ name: "RateExp", value: "fast", description: "" }];
  await refresher.refresh();
  await refresher.refresh();
  constants.rows = [{ name: "RateExp", value: "2", description: "" }];
  await refresher.refresh();
  assertEquals(logged, [
    ["constant_is_no_number", { name: "RateExp", value: "fast" }],
    ["constants_are_numbers", undefined],
  ]);
});

Deno.test("StatusRefresher counts a status that could not be cached, and gives it all the same", async () => {
  const { refresher, store, statusMetrics } = makeStatusFixture();
  store.state = "down";
  const refreshed = await refresher.refresh();
  assertEquals(refreshed.outcome !== "source_failed" && refreshed.known.status.rates.exp, 2.5);
  assertEquals(refreshed.outcome, "store_failed");
  assertEquals(statusMetrics.updates.store_failed.value, 1);
  store.state = "up";
  assertEquals(await store.kvStore.get(STATUS_KEY), undefined);
});

Deno.test("StatusRefresher is settled when what is in hand has ended", async () => {
  const { refresher, constants, clock } = makeStatusFixture();
  await refresher.settled();
  constants.state = "hanging";
  const order: string[] = [];
  const refreshing = refresher.refresh().then(() => order.push("refreshed"));
  const settled = refresher.settled().then(() => order.push("settled"));
  await clock.advance(0);
  assertEquals(order, []);
  constants.answer("up");
  await Promise.all([refreshing, settled]);
  assertEquals(order.toSorted(), ["refreshed", "settled"]);
});

Deno.test("StatusRefresher caches what the game servers say without asking the table", async () => {
  const fixture = makeStatusFixture();
  const { refresher, cache, constants, eventLog, clock } = fixture;
  await refresher.updateLive();
  await refresher.refresh();
  assertEquals(cache.known?.status.live, null);
  await refresher.updateLive();
  fixture.live = liveWith(9);
  await refresher.updateLive();
  assertEquals(cache.known?.status.live?.players_online, 9);
  assertEquals(constants.queryCount, 1);
  // A process that has just begun does not forget what another one knew.
  fixture.live = undefined;
  await clock.advance(SAMPLE_PERIOD_MS);
  await refresher.refresh();
  assertEquals(cache.known?.status.live?.players_online, 9);
  assertEquals(eventLog.events.map(({ value }) => [value.event_type, value.players_online]), [
    ["status_updated", null],
    ["status_sampled", 9],
    ["status_updated", 9],
  ]);
});
