import { assertEquals } from "@std/assert";
import { silentLog } from "../../core/log.ts";
import { ManualClock } from "../../core/manual_clock.ts";
import { Metrics } from "../../core/metrics.ts";
import { MemoryKvStore } from "../../core/ports/memory_kv_store.ts";
import { MemoryRpc } from "../../core/ports/memory_rpc.ts";
import { CachedStatus } from "./cached_status.ts";
import { GatewayMetrics } from "./gateway_metrics.ts";
import { gatewayRoutes } from "./routes.ts";

/** PROTOCOL section 4, but for pages and `/ws`. */
const REST = [
  "DELETE /accounts/me",
  "DELETE /matchmaking/search/:id",
  "DELETE /rooms/:code",
  "GET /accounts/me",
  "GET /api/server/status",
  "GET /matchmaking/search/:id",
  "GET /rooms/:code",
  "PATCH /accounts/me",
  "POST /auth/login",
  "POST /auth/logout",
  "POST /auth/refresh",
  "POST /auth/register",
  "POST /matchmaking/find",
  "POST /rooms",
  "POST /rooms/:code/join",
  "POST /rooms/:code/leave",
];

Deno.test("gatewayRoutes serves the whole REST protocol, each route once", () => {
  const clock = new ManualClock();
  const log = silentLog;
  const routes = gatewayRoutes({
    rpc: new MemoryRpc({ clock, log }),
    log,
    metrics: new GatewayMetrics(new Metrics({ process: false }), []),
    cachedStatus: new CachedStatus({ kvStore: new MemoryKvStore({ clock }), clock, log }),
    clock,
  });
  const served = routes.map(({ method, path }) =>
    `${method} ${path.replaceAll(/\{(\w+)\}/g, ":$1")}`
  );
  assertEquals(served.length, new Set(served).size);
  assertEquals(REST.filter((route) => !served.includes(route)), []);
});
