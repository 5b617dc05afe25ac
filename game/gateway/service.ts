import { AuthClient } from "../../core/auth/auth_client.ts";
import { TokenVerifier } from "../../core/auth/token_verifier.ts";
import { type HttpServer, startHttpServer } from "../../core/net/http_server.ts";
import { RateLimiter } from "../../core/net/rate_limiter.ts";
import { startOpsServer } from "../../core/ops_server.ts";
import type { Ports, RunningService, ServiceContext } from "../../core/service.ts";
import { CachedStatus } from "./cached_status.ts";
import type { GatewayConfig } from "./config.ts";
import { CorsPolicy } from "./cors.ts";
import { GatewayMetrics } from "./gateway_metrics.ts";
import { BODY_BYTES_MAX, handlerOf } from "./gateway_route.ts";
import { matchRoute } from "./match_route.ts";
import { routePaths } from "./openapi.ts";
import { openOpsDesk, type OpsDesk } from "./ops_desk.ts";
import { type EnvelopedRoute, envelopRoutes } from "./request_envelope.ts";
import type { ReplayLibrary } from "./replay_library.ts";
import { openReplays } from "./replay_opening.ts";
import { replayRoute } from "./replay_route.ts";
import { RequestLimits } from "./request_limits.ts";
import { gatewayRoutes } from "./routes.ts";
import { tryAssetResponse } from "./web_assets.ts";
import { openWebSocketEndpoint } from "./websocket_endpoint.ts";
import type { WebSocketListener } from "./websocket_listener.ts";

/** The ports that a gateway needs. */
export const GATEWAY_PORTS = ["rpc", "pubSub", "kvStore", "eventLog"] as const satisfies (
  keyof Ports
)[];

/** What a gateway is given. */
export type GatewayDeps = ServiceContext & Pick<Ports, typeof GATEWAY_PORTS[number]>;

/** Longer than the longest call to another service. */
const REQUEST_TIMEOUT_MS = 15_000;
/** Addresses, and accounts, that are limited at once. */
const RATE_LIMITED_KEYS_MAX = 100_000;
/** An address or account may send at once what it may send in this many seconds. */
const REQUEST_BURST_S = 2;
/** How long the keys that tokens are signed with may take, in milliseconds; a request waits for them once. */
const KEYS_DEADLINE_MS = 2_000;

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
  const webSockets = openWebSockets(config, deps);
  const replays = openReplays(deps);
  const desk = openOpsDesk(config, deps);
  const http = listen(config, deps, { webSockets, replays, desk });
  opened.defer(() => http.close({ drainMs: config.drainMs }));
  opened.defer(() => replays.close());
  // Before the server, which would cut them.
  opened.defer(() => webSockets.close());
  opened.defer(() => desk[Symbol.asyncDispose]());
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

function openWebSockets(config: GatewayConfig, deps: GatewayDeps): WebSocketListener {
  return openWebSocketEndpoint({
    ...deps,
    origins: config.corsOrigins,
    connectionsMax: config.webSocketsMax,
    connectionsPerAddressMax: config.webSocketsPerAddressMax,
  });
}

function listen(
  config: GatewayConfig,
  deps: GatewayDeps,
  { webSockets, replays, desk }: {
    readonly webSockets: WebSocketListener;
    readonly replays: ReplayLibrary;
    readonly desk: OpsDesk;
  },
): HttpServer {
  const { rpc, kvStore, clock, log } = deps;
  const metrics = new GatewayMetrics(deps.metrics, [
    ...routePaths(),
    ...desk.routes.map(({ path }) => path),
  ]);
  const limits = openLimits(config, deps, metrics);
  const cachedStatus = new CachedStatus({ kvStore, clock, log });
  const described = [
    ...gatewayRoutes({ rpc, log, metrics, cachedStatus, clock }),
    matchRoute({ kvStore }),
    replayRoute({ replays }),
  ];
  const routes = described.map((route): EnvelopedRoute => ({
    ...route,
    open: (requestLog) => handlerOf(route, { log: requestLog, admit: limits.refuseAccount }),
  }));
  const { handler, ...webSocketKey } = webSockets.route;
  routes.push({ ...webSocketKey, open: () => handler });
  const newId = (): string => crypto.randomUUID();
  const envelope = { limits, log, clock, newId };
  const cors = new CorsPolicy(config.corsOrigins);
  return startHttpServer({
    hostname: config.listenHost,
    port: config.httpPort,
    trustedProxies: config.trustedProxies,
    // What operators see is for no page but their own.
    routes: [
      ...cors.apply(envelopRoutes(routes, envelope)),
      ...envelopRoutes(desk.routes, envelope),
    ],
    requestTimeoutMs: REQUEST_TIMEOUT_MS,
    bodyBytesMax: BODY_BYTES_MAX,
    quick: (request) => tryAssetResponse(request) ?? desk.tryAsset(request),
    log,
    clock,
    observe: (route, status, durationMs) => metrics.observe(route, status, durationMs),
  });
}

function openLimits(
  config: GatewayConfig,
  { rpc, clock, log }: GatewayDeps,
  { rateLimited: limited }: GatewayMetrics,
): RequestLimits {
  const limiterOf = (ratePerSecond: number): RateLimiter => {
    const burst = ratePerSecond * REQUEST_BURST_S;
    return new RateLimiter({ ratePerSecond, burst, keysMax: RATE_LIMITED_KEYS_MAX, clock });
  };
  const auth = new AuthClient({ rpc, deadlineMs: KEYS_DEADLINE_MS });
  return new RequestLimits({
    addresses: limiterOf(config.requestsPerSecond),
    accounts: limiterOf(config.accountRequestsPerSecond),
    // Whether a session has been ended is for those to ask who act for it.
    verifier: new TokenVerifier({ fetchKeys: () => auth.fetchKeys(), clock, log }),
    limited,
  });
}
