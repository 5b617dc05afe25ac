import { assertEquals } from "@std/assert";
import { type JsonObject, tryJsonObject } from "../../core/json.ts";
import { silentLog } from "../../core/log.ts";
import { ManualClock } from "../../core/manual_clock.ts";
import { Metrics } from "../../core/metrics.ts";
import { MemoryKvStore } from "../../core/ports/memory_kv_store.ts";
import { MemoryRpc } from "../../core/ports/memory_rpc.ts";
import { CachedStatus } from "./cached_status.ts";
import { GatewayMetrics } from "./gateway_metrics.ts";
import type { GatewayRoute } from "./gateway_route.ts";
import { matchRoute } from "./match_route.ts";
import { replayRoute } from "./replay_route.ts";
import { OPENAPI, routePaths } from "./openapi.ts";
import { gatewayRoutes } from "./routes.ts";

const METHODS = ["get", "post", "patch", "delete"];

/** Every operation, with its method and the route's path. */
function operations(): (readonly [string, JsonObject])[] {
  const paths = routePaths();
  return Object.values(OPENAPI.paths).flatMap((item, index) =>
    METHODS.flatMap((method) => {
      const operation = tryJsonObject(item[method]);
      return operation ? [[`${method.toUpperCase()} ${paths[index]}`, operation] as const] : [];
    })
  );
}

function routesThatThereAre(): GatewayRoute[] {
  const clock = new ManualClock();
  const log = silentLog;
  const kvStore = new MemoryKvStore({ clock });
  const routes = gatewayRoutes({
    rpc: new MemoryRpc({ clock, log }),
    log,
    metrics: new GatewayMetrics(new Metrics({ process: false }), []),
    cachedStatus: new CachedStatus({ kvStore, clock, log }),
    clock,
  });
  const replays = { find: () => Promise.resolve({ kind: "no_replay" } as const) };
  return [...routes, matchRoute({ kvStore }), replayRoute({ replays })];
}

Deno.test("OpenAPI describes every route, and no other", () => {
  const keys = [...routesThatThereAre().map(({ method, path }) => `${method} ${path}`), "GET /ws"];
  assertEquals(operations().map(([key]) => key).toSorted(), keys.toSorted());
});

Deno.test("OpenAPI says of each route whether it takes a body", () => {
  const described = new Map(operations());
  for (const { method, path, body } of routesThatThereAre()) {
    const request = tryJsonObject(described.get(`${method} ${path}`)?.requestBody);
    const said = request === undefined ? "none" : request.required ? "required" : "optional";
    assertEquals(said, body, `${method} ${path}`);
  }
});

Deno.test("OpenAPI names only schemas that it has", () => {
  const text = JSON.stringify(OPENAPI);
  const named = [...text.matchAll(/"#\/components\/schemas\/(\w+)"/g)].map(([, name]) => name);
  const { schemas } = OPENAPI.components;
  assertEquals(new Set(named), new Set(Object.keys(schemas)));
});

Deno.test("OpenAPI gives each operation an id of its own, and each reply a description", () => {
  const ids: unknown[] = [];
  for (const [, { operationId, responses }] of operations()) {
    ids.push(operationId);
    for (const response of Object.values(tryJsonObject(responses) ?? {})) {
      assertEquals(typeof tryJsonObject(response)?.description, "string");
    }
  }
  assertEquals(new Set(ids).size, ids.length);
});

Deno.test("OpenAPI names the parameters of each path", () => {
  for (const [path, item] of Object.entries<JsonObject>(OPENAPI.paths)) {
    const named = [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name);
    const parameters = Array.isArray(item.parameters) ? item.parameters : [];
    assertEquals(parameters.map((parameter) => tryJsonObject(parameter)?.name), named);
  }
});
