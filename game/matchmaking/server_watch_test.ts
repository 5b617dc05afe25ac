import { assertEquals } from "@std/assert";
import { Health } from "../../core/health.ts";
import { silentLog } from "../../core/log.ts";
import { ManualClock } from "../../core/manual_clock.ts";
import { Metrics } from "../../core/metrics.ts";
import { MemoryPubSub } from "../../core/ports/memory_pub_sub.ts";
import { encodeServerStatus } from "../../core/protocol/server_status.ts";
import { openMatchmakerMetrics } from "./matchmaker_metrics.ts";
import { ServerRegistry } from "./registry.ts";
import { Reservations } from "./reservations.ts";
import { watchServers } from "./server_watch.ts";
import { openStatus } from "./testing.ts";

Deno.test("Watching keeps the table of servers by their broadcasts", async () => {
  const clock = new ManualClock();
  const pubSub = new MemoryPubSub({ clock, log: silentLog });
  const registry = new ServerRegistry({ clock, timeoutMs: 15_000, serversMax: 1 });
  const reservations = new Reservations({ clock });
  const gauges = {
    servers: () => 0,
    openMatches: () => 0,
    searches: () => 0,
    isLeader: () => true,
  };
  const { statuses } = openMatchmakerMetrics(new Metrics({ process: false }), gauges);
  const health = new Health();
  health.markStarted();
  const watch = watchServers({
    pubSub,
    registry,
    reservations,
    statuses,
    health,
    clock,
    log: silentLog,
  });
  assertEquals(health.report(), { ready: true, down: { game_servers: "none has been heard" } });

  reservations.hold("a", { matches: 1, players: 0 }).confirm();
  for (const payload of [encodeServerStatus(openStatus("a")), "nonsense"]) {
    pubSub.publish("server.status", payload);
  }
  pubSub.publish("server.status", encodeServerStatus(openStatus("b")));
  await clock.advance(0);
  assertEquals(registry.alive(), [openStatus("a")]);
  assertEquals(health.report(), { ready: true, down: {} });
  assertEquals(reservations.of("a").matches, 0);
  const { taken, malformed, table_full } = statuses;
  assertEquals([taken.value, malformed.value, table_full.value], [1, 1, 1]);

  await clock.advance(15_000);
  assertEquals(health.report().down, { game_servers: "none has been heard" });
  pubSub.publish("server.status", encodeServerStatus(openStatus("b")));
  await clock.advance(0);
  assertEquals(registry.alive(), [openStatus("b")]);

  await watch.close();
  pubSub.publish("server.status", encodeServerStatus(openStatus("b", { draining: true })));
  await clock.advance(0);
  assertEquals(registry.alive(), [openStatus("b")]);
  assertEquals(clock.timerCount, 0);
});
