import { AuthClient } from "../../core/auth/auth_client.ts";
import { TokenVerifier } from "../../core/auth/token_verifier.ts";
import { type HttpServer, startHttpServer } from "../../core/net/http_server.ts";
import { limitRate } from "../../core/net/limit_rate.ts";
import { RateLimiter } from "../../core/net/rate_limiter.ts";
import { startOpsServer } from "../../core/ops_server.ts";
import { MATCHMAKING_RPC_SERVICE } from "../../core/protocol/matchmaking_messages.ts";
import { Rng } from "../../core/rng.ts";
import type { Ports, RunningService, ServiceContext } from "../../core/service.ts";
import type { MatchmakerConfig } from "./config.ts";
import { FindService } from "./find_service.ts";
import { Matchmaker } from "./matchmaker.ts";
import { type MatchmakerMetrics, openMatchmakerMetrics } from "./matchmaker_metrics.ts";
import { OpenMatches } from "./open_matches.ts";
import { ServerRegistry } from "./registry.ts";
import { Reservations } from "./reservations.ts";
import { BODY_BYTES_MAX, matchmakerRoutes } from "./routes.ts";
import { answerServices } from "./rpc_endpoint.ts";
import { watchServers } from "./server_watch.ts";

/** The ports that a matchmaker needs. */
export const MATCHMAKER_PORTS = ["rpc", "pubSub", "kvStore"] as const satisfies (keyof Ports)[];

/** What a matchmaker is given. */
export type MatchmakerDeps = ServiceContext & Pick<Ports, typeof MATCHMAKER_PORTS[number]>;

const SERVERS_MAX = 1_000;
const OPEN_MATCHES_MAX = 50_000;
/** How long a match takes more players: who came first waits no longer for company. */
const MATCH_OPEN_MS = 20_000;
const REQUEST_TIMEOUT_MS = 10_000;
const RATE_LIMITED_ADDRESSES_MAX = 100_000;
/** An address may send at once what it may send in this many seconds. */
const REQUEST_BURST_S = 2;

/** What the parts of a running matchmaker share. */
interface Core {
  readonly registry: ServerRegistry;
  readonly reservations: Reservations;
  readonly metrics: MatchmakerMetrics;
  readonly service: FindService;
}

/**
 * Starts a matchmaker: listens to game servers, and answers who wants to play over HTTP and `Rpc`.
 *
 * @throws Error when an address is taken
 */
export async function startMatchmaker(
  config: MatchmakerConfig,
  deps: MatchmakerDeps,
): Promise<RunningService<"http" | "ops">> {
  const core = openCore(config, deps);
  const { registry, reservations, metrics, service } = core;
  const { pubSub, clock, log, health, rpc } = deps;
  await using opened = new AsyncDisposableStack();
  const ops = startOpsServer({ hostname: config.opsHost, port: config.opsPort }, deps);
  // Probes are answered to the end.
  opened.defer(() => ops.close());
  const watch = watchServers({
    pubSub,
    registry,
    reservations,
    statuses: metrics.statuses,
    health,
    clock,
    log,
  });
  opened.defer(() => watch.close());
  const subscription = await rpc.serve(MATCHMAKING_RPC_SERVICE, answerServices(service));
  opened.defer(() => subscription.close());
  const http = listen(config, deps, core);
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

function openCore(config: MatchmakerConfig, deps: MatchmakerDeps): Core {
  const { rpc, pubSub, kvStore, clock, log } = deps;
  const registry = new ServerRegistry({
    clock,
    timeoutMs: config.serverTimeoutMs,
    serversMax: SERVERS_MAX,
  });
  const matches = new OpenMatches({
    clock,
    openMs: MATCH_OPEN_MS,
    matchesMax: OPEN_MATCHES_MAX,
  });
  const reservations = new Reservations({ clock });
  const metrics = openMatchmakerMetrics(deps.metrics, {
    servers: () => registry.alive().length,
    openMatches: () => matches.count,
  });
  const rng = new Rng(crypto.getRandomValues(new Uint32Array(1))[0] ?? 0);
  const matchmaker = new Matchmaker({
    registry,
    matches,
    reservations,
    random: () => rng.nextU32() / 0x1_0000_0000,
    newId: () => crypto.randomUUID(),
    pubSub,
    kvStore,
    clock,
    log,
    metrics,
    websocketUrl: config.websocketUrl,
    randomBytes: (size) => crypto.getRandomValues(new Uint8Array(size)),
  });
  const auth = new AuthClient({ rpc });
  const verifier = new TokenVerifier({ fetchKeys: () => auth.fetchKeys(), clock, log });
  const service = new FindService({ verifier, matchmaker, clock, metrics });
  return { registry, reservations, metrics, service };
}

function listen(config: MatchmakerConfig, deps: MatchmakerDeps, core: Core): HttpServer {
  const { clock, log } = deps;
  const limiter = new RateLimiter({
    ratePerSecond: config.requestsPerSecond,
    burst: config.requestsPerSecond * REQUEST_BURST_S,
    keysMax: RATE_LIMITED_ADDRESSES_MAX,
    clock,
  });
  const { service, metrics } = core;
  return startHttpServer({
    hostname: config.listenHost,
    port: config.httpPort,
    log,
    clock,
    requestTimeoutMs: REQUEST_TIMEOUT_MS,
    bodyBytesMax: BODY_BYTES_MAX,
    routes: limitRate(matchmakerRoutes(service), { limiter, limited: metrics.rateLimited }),
  });
}
