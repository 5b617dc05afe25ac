import {
  assert,
  assertEquals,
  assertGreater,
  assertRejects,
  assertStringIncludes,
} from "@std/assert";
import { tryJsonObject, tryParseJson } from "../core/json.ts";
import { SqliteConstantsSource } from "../core/ports/sqlite_constants_source.ts";
import { SQLITE_IN_MEMORY } from "../core/ports/sqlite_file.ts";
import { eventually } from "../tests/contract/eventually.ts";
import { openBench, openReadingBench, sourceOf } from "./service_fixture.ts";
import { STATUS_KEY } from "./status_cache.ts";
import { TestConstants } from "./status_fixture.ts";
import { RECHECK_MS } from "./status_reader.ts";
import { RETRY_PAUSE_MS } from "./status_refresher.ts";
import { LEASE_KEY, LEASE_TTL_MS, RETRY_MS, TURN_MS } from "./worker.ts";

const STEP_MS = 1_000;
const MINUTE_MS = 60_000;
const URL_PATH = "/api/server/status";

Deno.test("Status starts without a database, says the defaults, and finds it later", async () => {
  const constants = new TestConstants();
  constants.state = "down";
  await using bench = await openBench({ constants });
  assertEquals(bench.health.report().ready, true);
  await bench.pass(STEP_MS);
  const { status, headers, body } = await bench.get(URL_PATH);
  assertEquals(status, 200);
  assertEquals(headers.get("cache-control"), "no-cache");
  assertEquals(body, {
    server_status: 1,
    rates: { exp: 1, pvp: 1, pve: 1, color_mob: 1, skill: 1 },
    client_status: 256,
    live: null,
    updated_at: null,
    _meta: {},
    _cache: { cached: false, age_seconds: null, source: "default" },
  });
  assertStringIncludes(bench.health.report().down["constants"] ?? "", "cannot be read");
  constants.state = "up";
  await bench.pass(RETRY_MS);
  assertEquals(sourceOf(await bench.get(URL_PATH)), "cache");
  assertEquals(bench.health.report().down, {});
});

Deno.test("Status says what was known last when the database dies", async () => {
  const constants = new TestConstants();
  await using bench = await openBench({ constants });
  await bench.pass(STEP_MS);
  const { body: { live: _first, ...first } } = await bench.get(URL_PATH);
  constants.state = "down";
  await bench.pass(14 * MINUTE_MS);
  assertEquals(sourceOf(await bench.get(URL_PATH)), "cache");
  assertEquals((await bench.get("/health")).body, { status: "ok", age_seconds: 841 });
  await bench.pass(MINUTE_MS);
  const stale = await bench.get(URL_PATH);
  const { live, ...rest } = stale.body;
  // What needs no database goes on.
  assertEquals(tryJsonObject(live)?.servers, 0);
  assertEquals(rest, {
    ...first,
    _cache: { cached: true, age_seconds: 901, source: "stale" },
  });
  assertEquals(stale.headers.get("cache-control"), "no-cache");
  const health = await bench.get("/health");
  assertEquals([health.status, health.body.status], [503, "stale"]);
  assertEquals((await bench.get("/server/status/debug")).body, {
    cached: false,
    updated_at: null,
    age_seconds: null,
    ttl: null,
    is_fresh: false,
  });
});

Deno.test("Status keeps nobody waiting longer than the deadline for a slow database", async () => {
  const constants = new TestConstants();
  constants.state = "hanging";
  await using bench = await openReadingBench({
    constants,
    env: { STATUS_READ_TIMEOUT_MS: "500" },
  });
  const asking = bench.get(URL_PATH);
  await eventually(() => assertEquals(constants.queryCount, 1));
  await bench.pass(500);
  assertEquals(sourceOf(await asking), "default");
  assertEquals(await bench.metric('status_updates_total{outcome="source_failed"}'), 1);
  constants.answer("up");
});

Deno.test("Status goes on without its store", async () => {
  const constants = new TestConstants();
  await using bench = await openBench({ constants });
  bench.store.state = "down";
  await bench.pass(TURN_MS);
  assertEquals(sourceOf(await bench.get(URL_PATH)), "cache");
  await bench.pass(15 * MINUTE_MS);
  assertEquals(sourceOf(await bench.get(URL_PATH)), "database");
  await bench.pass(RECHECK_MS);
  assertEquals(sourceOf(await bench.get(URL_PATH)), "cache");
  const health = await bench.get("/health");
  assertEquals([health.status, health.body.status], [503, "error"]);
  const debug = await bench.get("/server/status/debug");
  assertEquals([debug.status, tryJsonObject(debug.body.error)?.code], [503, "cache_unavailable"]);
  assertEquals(constants.queryCount, 2);
});

Deno.test("Status reports wrong values by name and serves the others", async () => {
  const seed = [
    { name: "RateExp", value: "fast", description: "Experience rate" },
    { name: "RatePvp", value: "3", description: "" },
    { name: "CLIENT_STATUS", value: "", description: "" },
  ];
  const constants = new SqliteConstantsSource({ path: SQLITE_IN_MEMORY, seed });
  await using bench = await openBench({ constants });
  await bench.pass(STEP_MS);
  const { body } = await bench.get(URL_PATH);
  assertEquals(body.rates, { exp: 1, pvp: 3, pve: 1, color_mob: 1, skill: 1 });
  assertEquals(body.client_status, 256);
  const reported = bench.logged.map((line) => tryJsonObject(tryParseJson(line)))
    .filter((entry) => entry?.event === "constant_is_no_number");
  assertEquals(reported.map((entry) => entry?.name), ["RateExp", "CLIENT_STATUS"]);
});

Deno.test("Status worker that is closed hands the work to another at once", async () => {
  const [first, second] = [new TestConstants(), new TestConstants()];
  const dying = await openBench({ constants: first });
  await dying.pass(STEP_MS);
  await using bench = await openBench({ constants: second, beside: dying });
  await bench.pass(20 * MINUTE_MS);
  assertGreater(first.queryCount, 2);
  assertEquals(second.queryCount, 0);
  assertEquals(await bench.metric("status_worker_leads"), 0);
  assertEquals(sourceOf(await bench.get(URL_PATH)), "cache");
  await dying[Symbol.asyncDispose]();
  await bench.pass(TURN_MS + STEP_MS);
  assertEquals(second.queryCount, 1);
  assertEquals(await bench.metric("status_worker_leads"), 1);
});

Deno.test("Status worker that dies is followed by another when its lease ends", async () => {
  const constants = new TestConstants();
  await using dead = await openBench();
  // What is left of a process that was killed: its lease.
  await dead.pass(STEP_MS);
  const lease = await dead.store.kvStore.get(LEASE_KEY);
  assert(lease);
  await dead.service.close();
  await dead.store.kvStore.set(LEASE_KEY, lease, { ttlMs: LEASE_TTL_MS });
  await using bench = await openBench({ constants, beside: dead });
  await bench.pass(LEASE_TTL_MS - STEP_MS);
  assertEquals(constants.queryCount, 0);
  await bench.pass(TURN_MS + 2 * STEP_MS);
  assertEquals(constants.queryCount, 1);
});

Deno.test("Status ends within its drain time while the database hangs", async () => {
  const constants = new TestConstants();
  constants.state = "hanging";
  const bench = await openBench({ constants, env: { DRAIN_MS: "100" } });
  await bench.clock.advance(0);
  let closed = false;
  const closing = bench.service.close().then(() => closed = true);
  await bench.clock.advance(99);
  assertEquals(closed, false);
  await bench.clock.advance(1);
  await closing;
  await bench.pass(10_000);
  await bench[Symbol.asyncDispose]();
});

Deno.test("Status that ends waits for the update that a visitor began", async () => {
  const constants = new TestConstants();
  constants.state = "down";
  const bench = await openReadingBench({ constants });
  assertEquals(sourceOf(await bench.get(URL_PATH)), "default");
  constants.state = "hanging";
  await bench.clock.advance(RETRY_PAUSE_MS);
  assertEquals(sourceOf(await bench.get(URL_PATH)), "default");
  assertEquals(constants.queryCount, 2);
  const closing = bench.service.close();
  await eventually(() => assertRejects(() => bench.get(URL_PATH)).then(() => {}));
  // Probes are answered to the end, so it has not come yet.
  for (let times = 0; times < 5; times++) {
    assertEquals(await bench.metric("constants_queries_total"), 2);
  }
  constants.answer("up");
  await closing;
  assert(await bench.store.kvStore.get(STATUS_KEY));
  await bench[Symbol.asyncDispose]();
});
