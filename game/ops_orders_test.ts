import { assert, assertEquals } from "@std/assert";
import { Health } from "../core/health.ts";
import { silentLog } from "../core/log.ts";
import { Metrics } from "../core/metrics.ts";
import { MemoryKvStore } from "../core/ports/memory_kv_store.ts";
import { MemoryPubSub } from "../core/ports/memory_pub_sub.ts";
import { MemoryRpc } from "../core/ports/memory_rpc.ts";
import { MemoryWorkQueue } from "../core/ports/memory_work_queue.ts";
import { SqliteEventLog } from "../core/ports/sqlite_event_log.ts";
import { parseGameConfig } from "./config.ts";
import { openGameMetrics } from "./game_metrics.ts";
import { openOperatorOrders, type OperatorOrders } from "./ops_orders.ts";
import { openTestSessions, type TestSessions } from "./testing.ts";

interface Bench extends TestSessions, AsyncDisposable {
  readonly orders: OperatorOrders;
}

function openBench(): Bench {
  const test = openTestSessions();
  const context = {
    log: silentLog,
    clock: test.clock,
    metrics: new Metrics({ process: false }),
    health: new Health(undefined, test.clock),
  };
  const counted = openGameMetrics(context.metrics);
  counted.drops.bad_tag.inc(3);
  counted.tick.duration.observe(0.003);
  const eventLog = new SqliteEventLog({ path: ":memory:", ...context });
  const deps = {
    ...{ ...context, eventLog },
    workQueue: new MemoryWorkQueue({ ...context, onDrop: () => {} }),
    rpc: new MemoryRpc(context),
    pubSub: new MemoryPubSub(context),
    kvStore: new MemoryKvStore(context),
  };
  const config = parseGameConfig(new Map());
  const orders = openOperatorOrders({ config, deps, sessions: test.sessions });
  return {
    ...test,
    orders,
    [Symbol.asyncDispose]: async () => {
      orders[Symbol.dispose]();
      await eventLog.close();
    },
  };
}

Deno.test("A game server describes itself to operators from what it counts and has", async () => {
  await using bench = openBench();
  bench.seat("alice");
  const told = await bench.orders.describe({});
  assert(told.ok && told.about !== undefined);
  const { server_id, tick_rate, drops, histograms, matches_count, matches } = told.about;
  assertEquals([server_id, tick_rate, matches_count], ["game-1", 30, 1]);
  assertEquals(drops, { game_drops_total: { bad_tag: 3 } });
  const { counts } = Object(Object(histograms).game_tick_duration_seconds);
  assertEquals(counts.indexOf(1), 3);
  assertEquals(Object(matches)[0].players[0].player_id, "alice");
});

Deno.test("A game server lists no match where it is only asked how it is, or none is found", async () => {
  await using bench = openBench();
  bench.seat("alice");
  for (const asked of [{ isBrief: true }, { filter: "bob" }] as const) {
    const { about } = Object(await bench.orders.describe(asked));
    assertEquals([about.matches, about.matches_count], [[], 1]);
  }
});

Deno.test("A game server has matches watched that it has, and players kicked that are there", async () => {
  await using bench = openBench();
  const { match } = bench.seat("alice");
  assertEquals(bench.orders.watch({ matchId: "other", watcher: "w" }), {
    ok: false,
    reason: "unknown_match",
  });
  assertEquals(bench.orders.watch({ matchId: match.id, watcher: "w" }).ok, true);
  const whom = { matchId: match.id, playerId: "alice" };
  assertEquals(bench.orders.kick({ whom }), { ok: true });
  assertEquals(bench.orders.kick({ whom }).ok, false);
});
