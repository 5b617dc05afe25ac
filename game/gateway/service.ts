import { type HttpServer, startHttpServer } from "../../core/net/http_server.ts";
import { limitRate } from "../../core/net/limit_rate.ts";
import { RateLimiter } from "../../core/net/rate_limiter.ts";
import { startOpsServer } from "../../core/ops_server.ts";
import type { Ports, RunningService, ServiceContext } from "../../core/service.ts";
import type { GatewayConfig } from "./config.ts";
import { CorsPolicy } from "./cors.ts";
import { GatewayMetrics } from "./gateway_metrics.ts";
import { OPENAPI } from "./openapi.ts";
import { BODY_BYTES_MAX, gatewayRoutes } from "./routes.ts";

/** The ports that a gateway needs. */
export const GATEWAY_PORTS = ["rpc"] as const satisfies (keyof Ports)[];

/** What a gateway is given. */
export type GatewayDeps = ServiceContext & Pick<Ports, typeof GATEWAY_PORTS[number]>;

/** Longer than the longest call to another service. */
const REQUEST_TIMEOUT_MS = 15_000;
const RATE_LIMITED_ADDRESSES_MAX = 100_000;
/** An address may send at once what it may send in this many seconds. */
const REQUEST_BURST_S = 2;

/**
 * Starts a gateway: the one public entry for browsers, which holds no rules of its own.
 *
 * @throws Error when an address is taken
 */
export async function startGateway(
  config: GatewayConfig,
  deps: GatewayDeps,
): Promise<RunningService<"http" | "ops">> {
  const { health } = deps;
  await using opened = new AsyncDisposableStack();
  const ops = startOpsServer({ hostname: config.opsHost, port: config.opsPort }, deps);
  // Probes are answered to the end.
  opened.defer(() => ops.close());
  const http = listen(config, deps);
  opened.defer(() => http.close({ drainMs: config.drainMs }));
  health.markStarted();
  const running = opened.move();
  return {
    addresses: { http: { transport: "http", ...http.address }, ops: ops.addresses.http },
    close: () => {
      health.markDraining();
      return running.disposeAsync();
    },
  };
}

function listen(config: GatewayConfig, deps: GatewayDeps): HttpServer {
  const { rpc, clock, log } = deps;
  const metrics = new GatewayMetrics(deps.metrics, Object.keys(OPENAPI.paths));
  const limiter = new RateLimiter({
    ratePerSecond: config.requestsPerSecond,
    burst: config.requestsPerSecond * REQUEST_BURST_S,
    keysMax: RATE_LIMITED_ADDRESSES_MAX,
    clock,
  });
  const routes = gatewayRoutes({ rpc, log, metrics });
  const limited = limitRate(routes, { limiter, limited: metrics.rateLimited });
  return startHttpServer({
    hostname: config.listenHost,
    port: config.httpPort,
    routes: new CorsPolicy(config.corsOrigins).apply(limited),
    requestTimeoutMs: REQUEST_TIMEOUT_MS,
    bodyBytesMax: BODY_BYTES_MAX,
    log,
    clock,
    observe: (route, status, durationMs) => metrics.observe(route, status, durationMs),
  });
}
