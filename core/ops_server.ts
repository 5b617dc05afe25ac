import type { Health } from "./health.ts";
import type { Metrics } from "./metrics.ts";
import { jsonResponse, type Route, startHttpServer } from "./net/http_server.ts";
import type { RunningService, ServiceContext } from "./service.ts";

const REQUEST_TIMEOUT_MS = 5_000;
const BODY_BYTES_MAX = 0;

/** Where the ops server listens. */
export interface OpsServerOptions {
  /** An address of this machine, or `0.0.0.0` for all of them. */
  readonly hostname: string;
  /** 0 lets the system choose. */
  readonly port: number;
  /** What the service serves there besides. */
  readonly routes?: readonly Route[];
}

/**
 * Serves what operators need and players do not: `/metrics` for Prometheus, `/livez` (the process
 * answers) and `/readyz` (200 while it takes work, else 503; the body names what is down).
 */
export function startOpsServer(
  options: OpsServerOptions,
  context: ServiceContext,
): RunningService<"http"> {
  const { health, metrics, log, clock } = context;
  const { hostname, port, routes = [] } = options;
  const server = startHttpServer({
    hostname,
    port,
    log,
    clock,
    requestTimeoutMs: REQUEST_TIMEOUT_MS,
    bodyBytesMax: BODY_BYTES_MAX,
    routes: [
      { method: "GET", path: "/metrics", handler: () => metricsResponse(metrics) },
      { method: "GET", path: "/livez", handler: () => jsonResponse({ status: "ok" }) },
      { method: "GET", path: "/readyz", handler: () => readyResponse(health) },
      ...routes,
    ],
  });
  return {
    addresses: { http: { transport: "http", ...server.address } },
    close: () => server.close({ drainMs: 0 }),
  };
}

async function metricsResponse(metrics: Metrics): Promise<Response> {
  return new Response(await metrics.text(), { headers: { "content-type": metrics.contentType } });
}

function readyResponse(health: Health): Response {
  const { ready, down } = health.report();
  return jsonResponse({ status: ready ? "ready" : "not_ready", down }, {
    status: ready ? 200 : 503,
  });
}
