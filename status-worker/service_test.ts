import {
  assert,
  assertEquals,
  assertGreater,
  assertMatch,
  assertRejects,
  assertStringIncludes,
} from "@std/assert";
import { tryJsonObject } from "../core/json.ts";
import { ManualClock } from "../core/manual_clock.ts";
import { PubSubRequestError } from "../core/ports/pub_sub.ts";
import { SERVER_STATUS_SUBJECT } from "../core/protocol/server_status.ts";
import { SqliteConstantsSource } from "../core/ports/sqlite_constants_source.ts";
import { SQLITE_IN_MEMORY } from "../core/ports/sqlite_file.ts";
import { eventually } from "../tests/contract/eventually.ts";
import { openBench, openReadingBench, play, sourceOf } from "./service_fixture.ts";
import { STATUS_KEY } from "./status_cache.ts";
import { TestConstants } from "./status_fixture.ts";
import { RECHECK_MS } from "./status_reader.ts";
import { INTERVAL_KEY } from "./update_interval.ts";
import { TURN_MS } from "./worker.ts";

const STEP_MS = 1_000;
const MINUTE_MS = 60_000;
const URL_PATH = "/api/server/status";

Deno.test("Status serves the object of the seed from the constants table", async () => {
  const constants = new SqliteConstantsSource({ path: SQLITE_IN_MEMORY });
  await using bench = await openBench({ constants });
  await bench.pass(5_500);
  for (const path of [URL_PATH, "/server/status"]) {
    const { status, headers, body } = await bench.get(path);
    assertEquals(status, 200);
    assertStringIncludes(headers.get("content-type") ?? "", "application/json");
    const { _meta, updated_at, _cache, ...rest } = body;
    assertEquals(rest, {
      server_status: 1,
      rates: { exp: 1, pvp: 1, pve: 1, color_mob: 1, skill: 1 },
      client_status: 256,
      live: null,
    });
    assertEquals(updated_at, new ManualClock().nowMs() / 1000);
    assertEquals(_cache, { cached: true, age_seconds: 5, source: "cache" });
    assertEquals(tryJsonObject(_meta)?.RateExp, "Experience rate");
    assertEquals(Object.keys(tryJsonObject(_meta) ?? {}).length, 7);
  }
});

Deno.test("Status asks the database once for 1000 who find the cache empty at once", async () => {
  const constants = new TestConstants();
  await using bench = await openReadingBench({ constants });
  constants.state = "hanging";
  const asking = Array.from({ length: 1000 }, () => bench.get(URL_PATH));
  await eventually(() => assertEquals(constants.queryCount, 1));
  constants.answer("up");
  const sources = (await Promise.all(asking)).map(sourceOf);
  assertGreater(sources.filter((source) => source === "database").length, 0);
  for (const source of sources) assert(source === "database" || source === "cache");
  assertEquals(constants.queryCount, 1);
  assertEquals(await bench.metric("constants_queries_total"), 1);
});

Deno.test("Status says how old its answer is while it gives the same again", async () => {
  await using bench = await openBench();
  const ages: unknown[] = [];
  for (const passMs of [500, 400, 200, 500]) {
    await bench.pass(passMs);
    ages.push(tryJsonObject((await bench.get(URL_PATH)).body._cache)?.age_seconds);
  }
  assertEquals(ages, [0, 0, 1, 1]);
});

Deno.test("Status leaves the database alone while the cache is warm", async () => {
  const constants = new TestConstants();
  await using bench = await openBench({ constants });
  await bench.pass(STEP_MS);
  for (let second = 0; second < 60; second++) {
    assertEquals(sourceOf(await bench.get(URL_PATH)), "cache");
    await bench.pass(STEP_MS);
  }
  assertEquals(constants.queryCount, 1);
  assertEquals(await bench.metric('status_requests_total{source="cache"}'), 60);
  assertEquals(await bench.metric("status_cache_age_seconds"), 61);
});

Deno.test("Status fills a cache that was emptied", async () => {
  const constants = new TestConstants();
  await using bench = await openBench({ constants });
  await bench.pass(STEP_MS);
  await bench.store.kvStore.delete(STATUS_KEY);
  await bench.pass(RECHECK_MS);
  const { body } = await bench.get(URL_PATH);
  assertEquals(body._cache, { cached: false, age_seconds: 0, source: "database" });
  assertEquals(sourceOf(await bench.get(URL_PATH)), "cache");
  assertEquals(constants.queryCount, 2);
});

Deno.test("Status takes another interval while it runs", async () => {
  const constants = new TestConstants();
  await using bench = await openBench({ constants });
  await bench.pass(STEP_MS);
  await bench.store.kvStore.set(INTERVAL_KEY, "30");
  constants.rows = [{ name: "ServerStatus", value: "0", description: "" }];
  await bench.pass(29_000);
  assertEquals((await bench.get(URL_PATH)).body.server_status, 0);
  assertEquals(constants.queryCount, 2);
});

Deno.test("Status debug says how old the cache is and whether that is young", async () => {
  await using bench = await openBench();
  await bench.pass(65_500);
  const expected = {
    cached: true,
    updated_at: new ManualClock().nowMs() / 1000,
    age_seconds: 65,
    ttl: 834,
    is_fresh: true,
  };
  const { status, headers, body } = await bench.get("/server/status/debug");
  assertEquals([status, headers.get("cache-control")], [200, "no-cache"]);
  assertEquals(body, expected);
  if (bench.constants instanceof TestConstants) bench.constants.state = "down";
  await bench.store.kvStore.set(INTERVAL_KEY, "60");
  await bench.pass(TURN_MS);
  assertEquals((await bench.get("/server/status/debug")).body.is_fresh, false);
});

Deno.test("Status answers 304 to who has it already, until it changes", async () => {
  await using bench = await openBench();
  // Until it is known that there is no game server.
  await bench.pass(15_000);
  const first = await bench.get(URL_PATH);
  assertEquals(first.headers.get("cache-control"), "public, max-age=10");
  const tag = first.headers.get("etag") ?? "";
  assertMatch(tag, /^W\/"\w+"$/);
  await bench.pass(30_000);
  const again = await bench.get(URL_PATH, { "if-none-match": `"other", ${tag}` });
  assertEquals([again.status, again.headers.get("etag")], [304, tag]);
  assertEquals(again.headers.get("cache-control"), "public, max-age=10");
  assertEquals((await bench.get(URL_PATH, { "if-none-match": '"other"' })).status, 200);
  await bench.pass(10 * MINUTE_MS);
  const updated = await bench.get(URL_PATH, { "if-none-match": tag });
  assertEquals(updated.status, 200);
  assert(updated.headers.get("etag") !== tag);
});

Deno.test("Status counts requests by route and is ready", async () => {
  await using bench = await openBench();
  await bench.pass(STEP_MS);
  await bench.get(URL_PATH);
  await bench.get("/server/status");
  assertEquals(await bench.metric('status_requests_total{source="cache"}'), 2);
  assertEquals(await bench.metric('status_updates_total{outcome="ok"}'), 1);
  // What is answered from memory takes no time worth counting.
  await bench.get(URL_PATH);
  await bench.get("/server/status");
  assertEquals(await bench.metric('status_requests_total{source="cache"}'), 4);
  for (const [path, count] of [[URL_PATH, 1], ["/server/status", 2]]) {
    const name = `status_request_duration_seconds_count{route="${path}"}`;
    assertEquals(await bench.metric(name), count);
  }
  for (const path of [`${URL_PATH}?x`, `/x${URL_PATH}`]) {
    assertEquals((await bench.get(path)).status, path.startsWith("/x") ? 404 : 200);
  }
  const { hostname, port } = bench.service.addresses.ops;
  const ready = await fetch(`http://${hostname}:${port}/readyz`);
  assertEquals([ready.status, await ready.json()], [200, { status: "ready", down: {} }]);
});

Deno.test("Status says what the game servers say", async () => {
  await using bench = await openBench();
  await play(bench, 4 * TURN_MS);
  const { body } = await bench.get("/api/server/status");
  const { updated_at, regions, ...live } = tryJsonObject(body.live) ?? {};
  assertEquals(live, { players_online: 42, matches_running: 4, servers: 2 });
  assertEquals(typeof updated_at, "number");
  assertEquals(Array.isArray(regions) && regions.length, 1);
  assertEquals(await bench.metric("status_players_online"), 42);
  assertEquals(await bench.metric("constants_queries_total"), 1);
});

Deno.test("Status that is closed listens to no game server", async () => {
  await using bench = await openBench();
  await bench.service.close();
  const asking = bench.pubSub.request(SERVER_STATUS_SUBJECT, "", { deadlineMs: STEP_MS });
  const rejected = assertRejects(() => asking, PubSubRequestError);
  await bench.pass(STEP_MS);
  const error = await rejected;
  assertEquals(error.failure, "no_responders");
});
