import { type HttpServer, startHttpServer } from "../../core/net/http_server.ts";
import { limitRate } from "../../core/net/limit_rate.ts";
import { RateLimiter } from "../../core/net/rate_limiter.ts";
import { describeService, describing } from "../../core/ops_description.ts";
import { startOpsServer } from "../../core/ops_server.ts";
import { migrate } from "../../core/ports/migrations.ts";
import { MATCHMAKING_RPC_SERVICE } from "../../core/protocol/matchmaking_messages.ts";
import type { ServiceDescription } from "../../core/protocol/ops_description.ts";
import type { RunningService } from "../../core/service.ts";
import type { MatchmakerConfig } from "./config.ts";
import { NO_GEO_IP, openGeoIp } from "./geo_ip.ts";
import type { AnswerRequest } from "./leader_relay.ts";
import {
  type MatchmakerDeps,
  type MatchmakerParts,
  openMatchmakerParts,
} from "./matchmaker_parts.ts";
import { consumeResults } from "./rating_consumer.ts";
import { RATING_MIGRATIONS, RATING_SCHEMA } from "./rating_migrations.ts";
import { serveRooms } from "./rooms_service.ts";
import { BODY_BYTES_MAX, matchmakerRoutes } from "./routes.ts";
import { answerServices } from "./rpc_endpoint.ts";
import { watchServers } from "./server_watch.ts";

export { MATCHMAKER_PORTS, type MatchmakerDeps } from "./matchmaker_parts.ts";

/** What operators are told of a matchmaker's metrics. */
const DESCRIBED = {
  figures: [
    "matchmaker_leads",
    "matchmaker_servers_count",
    "matchmaker_searches_count",
    "matchmaker_open_matches_count",
    "matchmaker_rate_limited_total",
  ],
  drops: ["matchmaker_prepare_failures_total"],
} as const;
const REQUEST_TIMEOUT_MS = 10_000;
const RATE_LIMITED_ADDRESSES_MAX = 100_000;
/** An address may send at once what it may send in this many seconds. */
const REQUEST_BURST_S = 2;
/** How often players who wait are looked at, in milliseconds. */
const STEP_PERIOD_MS = 100;

/**
 * Starts a matchmaker: listens to game servers, and answers who wants to play over HTTP and `Rpc`.
 *
 * @throws Error when an address is taken, the GeoIP database cannot be read, or the database's schema
 * cannot be brought up to date
 */
export async function startMatchmaker(
  config: MatchmakerConfig,
  deps: MatchmakerDeps,
): Promise<RunningService<"http" | "ops">> {
  const { health, rpc, metrics } = deps;
  const geoIp = config.geoIpPath === undefined ? NO_GEO_IP : await openGeoIp(config.geoIpPath);
  const parts = openMatchmakerParts(config, deps, { geoIp });
  const answer: AnswerRequest = (request) => parts.relay.answer(request);
  await using opened = new AsyncDisposableStack();
  const ops = startOpsServer({ hostname: config.opsHost, port: config.opsPort }, deps);
  // Probes are answered to the end.
  opened.defer(() => ops.close());
  await startParts(parts, deps, opened);
  const describe = (): Promise<ServiceDescription> =>
    describeService({ ...DESCRIBED, serverId: config.serverId, metrics, health });
  const handler = describing(answerServices(answer), describe);
  const subscription = await rpc.serve(MATCHMAKING_RPC_SERVICE, handler);
  opened.defer(() => subscription.close());
  const rooms = await serveRooms(deps, { config, parts, geoIp });
  opened.defer(() => rooms.close());
  const http = listen(config, deps, { answer, parts });
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

/** Sets everything going that needs no socket; `opened` ends it in the reverse order. */
async function startParts(
  parts: MatchmakerParts,
  deps: MatchmakerDeps,
  opened: AsyncDisposableStack,
): Promise<void> {
  const { registry, reservations, metrics, searches, events, leadership, relay, ratings } = parts;
  const { pubSub, clock, log, health, eventLog, database } = deps;
  const { statuses } = metrics;
  await migrate(database, { name: RATING_SCHEMA, steps: RATING_MIGRATIONS, clock });
  const watch = watchServers({ pubSub, registry, reservations, statuses, health, clock, log });
  opened.defer(() => watch.close());
  const results = consumeResults({ eventLog, store: ratings, clock, log, metrics });
  opened.defer(() => results.close());
  opened.defer(() => events.close());
  await leadership.start();
  // Whoever leads next goes on with those who wait: they are kept until then.
  opened.defer(() => leadership.close());
  const stopSteps = clock.every(STEP_PERIOD_MS, () => {
    if (leadership.isLeader) searches.step();
  });
  opened.defer(async () => {
    stopSteps();
    await searches.settled();
  });
  const relayed = relay.listen();
  opened.defer(() => relayed.close());
}

function listen(
  config: MatchmakerConfig,
  deps: MatchmakerDeps,
  { answer, parts }: { readonly answer: AnswerRequest; readonly parts: MatchmakerParts },
): HttpServer {
  const { clock, log } = deps;
  const limiter = new RateLimiter({
    ratePerSecond: config.requestsPerSecond,
    burst: config.requestsPerSecond * REQUEST_BURST_S,
    keysMax: RATE_LIMITED_ADDRESSES_MAX,
    clock,
  });
  return startHttpServer({
    hostname: config.listenHost,
    port: config.httpPort,
    log,
    clock,
    requestTimeoutMs: REQUEST_TIMEOUT_MS,
    bodyBytesMax: BODY_BYTES_MAX,
    routes: limitRate(matchmakerRoutes(answer), { limiter, limited: parts.metrics.rateLimited }),
  });
}
