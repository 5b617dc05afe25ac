import type { Clock } from "../core/clock.ts";
import { jsonResponse, type Route } from "../core/net/http_server.ts";
import { startTcpServer, TCP_DROP_REASONS, type TcpServer } from "../core/net/tcp_server.ts";
import { describeService, describing } from "../core/ops_description.ts";
import { startOpsServer } from "../core/ops_server.ts";
import { AUTH_RPC_SERVICE } from "../core/protocol/auth_messages.ts";
import type { ServiceDescription } from "../core/protocol/ops_description.ts";
import type { RunningService } from "../core/service.ts";
import { AuthMetrics } from "./auth_metrics.ts";
import type { AuthParts } from "./auth_parts.ts";
import { AuthService } from "./auth_service.ts";
import type { AuthConfig } from "./config.ts";
import { HashQueue } from "./hash_queue.ts";
import { type AuthDeps, openParts } from "./open_parts.ts";
import { answerServices } from "./rpc_endpoint.ts";
import { seedAccounts } from "./seed_accounts.ts";
import { speakToClient } from "./tcp_endpoint.ts";
import { readTlsFiles, TlsListener } from "./tls_listener.ts";

export { AUTH_PORTS, type AuthDeps } from "./open_parts.ts";

/** What operators are told of auth's metrics. */
const DESCRIBED = {
  figures: [
    "active_connections_auth",
    "auth_hash_queue_depth",
    "successful_auths_total",
    "failed_auths_total",
    "auth_throttle_fallbacks_total",
  ],
  drops: ["auth_drops_total", "auth_failures_total"],
} as const;
/** The longest line, in bytes without its newline. */
const LINE_BYTES_MAX = 8_192;
/** Lines of one connection that wait for their answer before no more is read. */
const PIPELINED_LINES_MAX = 64;
const WRITE_TIMEOUT_MS = 10_000;
const WRITE_QUEUE_BYTES_MAX = 65_536;
/** How long others may keep the public keys: a new one signs two minutes after it is published. */
const JWKS_HEADERS = { "cache-control": "public, max-age=30" };

/**
 * Starts auth: brings its tables up to date, then answers JSON lines over TCP and other services over
 * `Rpc`.
 *
 * @throws Error when the database or the certificate cannot be used, or an address is taken
 */
export async function startAuth(
  config: AuthConfig,
  deps: AuthDeps,
): Promise<RunningService<"tcp" | "ops">> {
  const { log, clock, health, rpc } = deps;
  const { drainMs } = config;
  await using opened = new AsyncDisposableStack();
  const metrics = new AuthMetrics(deps.metrics);
  const queue = openHashQueue(config, deps);
  const { parts, close } = await openParts(config, deps, { queue, metrics });
  opened.defer(close);
  const service = new AuthService({ parts, metrics, log });
  if (config.seedAccounts) await seedAccounts(parts, log);

  const ops = startOpsServer({
    hostname: config.opsHost,
    port: config.opsPort,
    routes: [jwksRoute(parts)],
  }, deps);
  // Probes are answered to the end.
  opened.defer(() => ops.close());
  const inputs: (() => Promise<void>)[] = [];
  opened.defer(() => drain({ inputs, service, queue, clock, drainMs }));
  const tls = await openTls(config, deps);
  const tcp = listen({ config, deps, service, tls });
  inputs.push(() => tcp.close({ drainMs }));
  metrics.watch({
    connectionCount: () => tcp.connectionCount,
    hashQueueDepth: () => queue.depth,
  });
  const subscription = await rpc.serve(
    AUTH_RPC_SERVICE,
    describing(answerServices(service), () => describeAuth(config, deps)),
  );
  inputs.push(() => subscription.close());
  health.markStarted();
  const running = opened.move();
  return {
    addresses: {
      tcp: { transport: "tcp", hostname: tcp.address.hostname, port: tcp.address.port },
      ops: ops.addresses.http,
    },
    ...(tls && { reload: () => tls.reload() }),
    close: () => running.disposeAsync(),
  };
}

function describeAuth(
  { serverId }: AuthConfig,
  { metrics, health }: AuthDeps,
): Promise<ServiceDescription> {
  return describeService({ ...DESCRIBED, serverId, metrics, health });
}

function openHashQueue(config: AuthConfig, { clock }: AuthDeps): HashQueue {
  return new HashQueue({
    inFlightMax: config.hashesInFlightMax,
    waitingMax: config.hashQueueMax,
    waitMaxMs: config.hashWaitMs,
    clock,
  });
}

function jwksRoute({ keys }: AuthParts): Route {
  return {
    method: "GET",
    path: "/.well-known/jwks.json",
    handler: async () => jsonResponse({ keys: await keys.published() }, { headers: JWKS_HEADERS }),
  };
}

interface Tls {
  readonly listener: TlsListener;
  reload(): Promise<void>;
}

async function openTls(config: AuthConfig, { clock }: AuthDeps): Promise<Tls | undefined> {
  const { tls: files, listenHost: hostname, tcpPort: port } = config;
  if (files === undefined) return undefined;
  const pem = await readTlsFiles(files);
  const listener = new TlsListener({ hostname, port, pem, clock });
  return { listener, reload: async () => await listener.exchange(await readTlsFiles(files)) };
}

function listen(
  options: {
    readonly config: AuthConfig;
    readonly deps: AuthDeps;
    readonly service: AuthService;
    readonly tls: Tls | undefined;
  },
): TcpServer {
  const { config, deps: { log, clock, metrics }, service, tls } = options;
  const drops = metrics.counters({
    name: "auth_drops_total",
    help: "Connections and lines that were turned away, by reason",
    label: "reason",
    values: TCP_DROP_REASONS,
  });
  return startTcpServer({
    hostname: config.listenHost,
    port: config.tcpPort,
    ...(tls && { listen: () => tls.listener }),
    proxyProtocol: config.proxyProtocol,
    lineBytesMax: LINE_BYTES_MAX,
    connectionsMax: config.connectionsMax,
    connectionsPerAddressMax: config.connectionsPerAddressMax,
    idleTimeoutMs: config.idleTimeoutMs,
    writeTimeoutMs: WRITE_TIMEOUT_MS,
    writeQueueBytesMax: WRITE_QUEUE_BYTES_MAX,
    pipelinedLinesMax: PIPELINED_LINES_MAX,
    clock,
    log,
    drops: (reason) => drops[reason].inc(),
    protocol: (connection) => speakToClient(connection, service),
  });
}

/**
 * Takes no more requests and waits for those in hand. Whoever still waits for a hash at the end of the
 * drain time is told that the server is busy.
 */
async function drain(
  options: {
    readonly inputs: readonly (() => Promise<void>)[];
    readonly service: AuthService;
    readonly queue: HashQueue;
    readonly clock: Clock;
    readonly drainMs: number;
  },
): Promise<void> {
  const { inputs, service, queue, clock, drainMs } = options;
  const cancel = clock.after(drainMs, () => queue.close());
  await Promise.all(inputs.map((close) => close()));
  cancel();
  queue.close();
  await service.settled();
}
