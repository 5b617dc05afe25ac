import { assertEquals } from "@std/assert";
import type { JsonObject } from "../../core/json.ts";
import { silentLog } from "../../core/log.ts";
import { ManualClock } from "../../core/manual_clock.ts";
import { Metrics } from "../../core/metrics.ts";
import { MemoryRpc } from "../../core/ports/memory_rpc.ts";
import { GatewayMetrics } from "./gateway_metrics.ts";
import { OPENAPI } from "./openapi.ts";
import { gatewayRoutes } from "./routes.ts";

Deno.test("OpenAPI describes every route, and no other", () => {
  const routes = gatewayRoutes({
    rpc: new MemoryRpc({ clock: new ManualClock(), log: silentLog }),
    log: silentLog,
    metrics: new GatewayMetrics(new Metrics({ process: false }), []),
  });
  const described = Object.entries<JsonObject>(OPENAPI.paths).flatMap(([path, methods]) =>
    Object.keys(methods).map((method) => `${method.toUpperCase()} ${path}`)
  );
  assertEquals(described, routes.map(({ method, path }) => `${method} ${path}`));
});

Deno.test("OpenAPI names only schemas that it has", () => {
  const text = JSON.stringify(OPENAPI);
  const named = [...text.matchAll(/"#\/components\/schemas\/(\w+)"/g)].map(([, name]) => name);
  const { schemas } = OPENAPI.components;
  assertEquals(new Set(named), new Set(Object.keys(schemas)));
});

Deno.test("OpenAPI gives each operation an id of its own, and each reply a description", () => {
  const ids: string[] = [];
  for (const methods of Object.values<JsonObject>(OPENAPI.paths)) {
    for (const operation of Object.values(methods)) {
      const { operationId, responses } = Object(operation);
      ids.push(operationId);
      for (const response of Object.values(responses)) {
        assertEquals(typeof Object(response).description, "string");
      }
    }
  }
  assertEquals(new Set(ids).size, ids.length);
});
