import { assert, assertEquals } from "@std/assert";
import { silentLog } from "../../core/log.ts";
import { ManualClock } from "../../core/manual_clock.ts";
import { MemoryKvStore } from "../../core/ports/memory_kv_store.ts";
import { CachedStatus, STATUS_DEADLINE_MS, STATUS_REMEMBERED_MS } from "./cached_status.ts";
import { statusRoute } from "./status_route.ts";

const LIVE = { players_online: 3, updated_at: 1 };

interface Bench {
  readonly clock: ManualClock;
  readonly kvStore: MemoryKvStore;
  /** How often the store was asked. */
  reads(): number;
  /** The store does not answer while true. */
  isSilent: boolean;
  /** Asks over the route; the body is parsed. */
  ask(headers?: Readonly<Record<string, string>>): Promise<{
    readonly status: number;
    readonly headers: Headers;
    readonly body: Record<string, unknown>;
  }>;
}

function openBench(): Bench {
  const clock = new ManualClock();
  const kvStore = new MemoryKvStore({ clock });
  let reads = 0;
  const get = (key: string): Promise<string | undefined> => {
    reads++;
    return bench.isSilent ? new Promise(() => {}) : kvStore.get(key);
  };
  const cachedStatus = new CachedStatus({ kvStore: { get }, clock, log: silentLog });
  const { handler } = statusRoute({ cachedStatus, clock });
  const bench: Bench = {
    clock,
    kvStore,
    reads: () => reads,
    isSilent: false,
    ask: async (headers = {}) => {
      const response = await handler({
        fields: {},
        params: {},
        ip: "127.0.0.1",
        token: undefined,
        headers: new Headers(headers),
        log: silentLog,
      });
      const text = await response.text();
      return {
        status: response.status,
        headers: response.headers,
        body: text === "" ? {} : JSON.parse(text),
      };
    },
  };
  return bench;
}

/** Caches a status that was read so many seconds ago. */
async function cache(
  { clock, kvStore }: Bench,
  key = "server:status",
  about: { readonly ageS?: number; readonly liveAtS?: number } = {},
): Promise<void> {
  const { ageS = 0, liveAtS = 1 } = about;
  const updated_at = clock.nowMs() / 1_000 - ageS;
  const live = { ...LIVE, updated_at: liveAtS };
  await kvStore.set(key, JSON.stringify({ server_status: 1, live, updated_at }));
}

Deno.test("CachedStatus serves what is cached, with its age, and asks the store once a second", async () => {
  const bench = openBench();
  await cache(bench, "server:status", { ageS: 12 });
  const [{ status, headers, body }] = await Promise.all([bench.ask(), bench.ask(), bench.ask()]);
  assertEquals([status, headers.get("cache-control")], [200, "public, max-age=10"]);
  assertEquals(body["_cache"], { cached: true, age_seconds: 12, source: "cache" });
  assertEquals([body["server_status"], body["live"]], [1, LIVE]);
  await bench.clock.advance(STATUS_REMEMBERED_MS - 1);
  await bench.ask();
  assertEquals(bench.reads(), 1);
  await bench.clock.advance(1);
  assertEquals((await bench.ask()).body["_cache"], {
    cached: true,
    age_seconds: 13,
    source: "cache",
  });
  assertEquals(bench.reads(), 2);
});

Deno.test("CachedStatus says 304 to who knows it already, until it says something else", async () => {
  const bench = openBench();
  await cache(bench);
  const etag = (await bench.ask()).headers.get("etag");
  assert(etag !== null);
  for (const header of [etag, `"x", ${etag.slice(2)}`, "*"]) {
    assertEquals((await bench.ask({ "if-none-match": header })).status, 304, header);
  }
  assertEquals((await bench.ask({ "if-none-match": '"x"' })).status, 200);
  // When servers were counted is no news, how many players there are is.
  await cache(bench, "server:status", { ageS: 0, liveAtS: 2 });
  await bench.clock.advance(STATUS_REMEMBERED_MS);
  assertEquals((await bench.ask({ "if-none-match": etag })).status, 304);
  await cache(bench, "server:status", { ageS: 5 });
  await bench.clock.advance(STATUS_REMEMBERED_MS);
  assertEquals((await bench.ask({ "if-none-match": etag })).status, 200);
});

Deno.test("CachedStatus serves what was known last, as stale, and says so where there is nothing", async () => {
  const bench = openBench();
  const { status, body } = await bench.ask();
  assertEquals([status, Object(body["error"]).code], [503, "status_unknown"]);
  await cache(bench, "server:status:last", { ageS: 3_600 });
  await bench.clock.advance(STATUS_REMEMBERED_MS);
  const stale = await bench.ask();
  assertEquals([stale.status, stale.headers.get("cache-control")], [200, "no-cache"]);
  assertEquals(Object(stale.body["_cache"]).source, "stale");
  await bench.kvStore.set("server:status", "not a status");
  await bench.clock.advance(STATUS_REMEMBERED_MS);
  assertEquals(Object((await bench.ask()).body["_cache"]).source, "stale");
});

Deno.test("CachedStatus says so where what it knows is cached no longer, also to who has it", async () => {
  const bench = openBench();
  await cache(bench);
  const { headers } = await bench.ask();
  const known = { "if-none-match": headers.get("etag") ?? "" };
  await bench.kvStore.delete("server:status");
  await bench.clock.advance(STATUS_REMEMBERED_MS);
  const stale = await bench.ask(known);
  assertEquals([stale.status, stale.headers.get("cache-control")], [200, "no-cache"]);
  assertEquals(Object(stale.body["_cache"]).source, "stale");
  const staleToo = { "if-none-match": stale.headers.get("etag") ?? "" };
  assertEquals((await bench.ask(staleToo)).status, 304);
  await cache(bench);
  await bench.clock.advance(STATUS_REMEMBERED_MS);
  const fresh = await bench.ask(staleToo);
  assertEquals([fresh.status, Object(fresh.body["_cache"]).source], [200, "cache"]);
});

Deno.test("CachedStatus goes on with what it knows while the store does not answer", async () => {
  const bench = openBench();
  await cache(bench);
  await bench.ask();
  await bench.clock.advance(STATUS_REMEMBERED_MS);
  bench.isSilent = true;
  const asking = bench.ask();
  await bench.clock.advance(STATUS_DEADLINE_MS);
  assertEquals(Object((await asking).body["_cache"]).source, "stale");
  // Nor does each visitor wait for it.
  await bench.ask();
  assertEquals(bench.reads(), 2);
  assertEquals(bench.clock.timerCount, 0);
});
