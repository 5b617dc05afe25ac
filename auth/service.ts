import { TokenVerifier } from "../core/auth/token_verifier.ts";
import type { Clock } from "../core/clock.ts";
import { startTcpServer, TCP_DROP_REASONS, type TcpServer } from "../core/net/tcp_server.ts";
import { startOpsServer } from "../core/ops_server.ts";
import { migrate } from "../core/ports/migrations.ts";
import { AUTH_RPC_SERVICE } from "../core/protocol/auth_messages.ts";
import { EventWriter } from "../core/protocol/event_envelope.ts";
import type { Ports, RunningService, ServiceContext } from "../core/service.ts";
import { AccountStore } from "./account_store.ts";
import { AuthEvents } from "./auth_events.ts";
import { AuthMetrics } from "./auth_metrics.ts";
import type { AuthParts } from "./auth_parts.ts";
import { AuthService } from "./auth_service.ts";
import type { AuthConfig } from "./config.ts";
import { HashQueue } from "./hash_queue.ts";
import { AUTH_MIGRATIONS, AUTH_SCHEMA } from "./migrations.ts";
import { SCRYPT_PARAMETERS, type ScryptParameters } from "./password_hash.ts";
import { PasswordHasher } from "./password_hasher.ts";
import { answerServices } from "./rpc_endpoint.ts";
import { seedAccounts } from "./seed_accounts.ts";
import { SessionStore } from "./session_store.ts";
import { SessionSweeper } from "./session_sweeper.ts";
import { SigningKeys } from "./signing_keys.ts";
import { speakToClient } from "./tcp_endpoint.ts";
import { TokenIssuer } from "./tokens.ts";

/** The longest line, in bytes without its newline. */
const LINE_BYTES_MAX = 8_192;
/** Lines of one connection that wait for their answer before no more is read. */
const PIPELINED_LINES_MAX = 64;
const WRITE_TIMEOUT_MS = 10_000;
const WRITE_QUEUE_BYTES_MAX = 65_536;

/** The ports that auth needs. */
export const AUTH_PORTS = ["eventLog", "rpc", "database"] as const satisfies (keyof Ports)[];

/** What auth is given. */
export interface AuthDeps extends ServiceContext, Pick<Ports, typeof AUTH_PORTS[number]> {
  /** What a password hash costs; only tests take a cheaper one than the default. */
  readonly hashParameters?: ScryptParameters;
}

/**
 * Starts auth: brings its tables up to date, then answers JSON lines over TCP and other services over
 * `Rpc`.
 *
 * @throws Error when the database cannot be used, or an address is taken
 */
export async function startAuth(
  config: AuthConfig,
  deps: AuthDeps,
): Promise<RunningService<"tcp" | "ops">> {
  const { log, clock, health, rpc } = deps;
  const { drainMs } = config;
  const metrics = new AuthMetrics(deps.metrics);
  const queue = openHashQueue(config, deps);
  const parts = await openParts(config, deps, queue);
  const service = new AuthService({ parts, metrics, log });
  if (config.seedAccounts) await seedAccounts(service, log);

  await using opened = new AsyncDisposableStack();
  const ops = startOpsServer({ hostname: config.opsHost, port: config.opsPort }, deps);
  // Probes are answered to the end.
  opened.defer(() => ops.close());
  const inputs: (() => Promise<void>)[] = [];
  opened.defer(() => drain({ inputs, service, queue, clock, drainMs }));
  const tcp = listen(config, deps, service);
  inputs.push(() => tcp.close({ drainMs }));
  metrics.watch({
    connectionCount: () => tcp.connectionCount,
    hashQueueDepth: () => queue.depth,
  });
  const subscription = await rpc.serve(AUTH_RPC_SERVICE, answerServices(service));
  inputs.push(() => subscription.close());
  const sweeper = new SessionSweeper({ sessions: parts.sessions, clock, log });
  inputs.push(() => sweeper.close());
  health.markStarted();
  const running = opened.move();
  return {
    addresses: {
      tcp: { transport: "tcp", hostname: tcp.address.hostname, port: tcp.address.port },
      ops: ops.addresses.http,
    },
    close: () => running.disposeAsync(),
  };
}

function openHashQueue(config: AuthConfig, { clock }: AuthDeps): HashQueue {
  return new HashQueue({
    inFlightMax: config.hashesInFlightMax,
    waitingMax: config.hashQueueMax,
    waitMaxMs: config.hashWaitMs,
    clock,
  });
}

async function openParts(
  config: AuthConfig,
  deps: AuthDeps,
  queue: HashQueue,
): Promise<AuthParts> {
  const { database, clock, log, eventLog } = deps;
  await migrate(database, { name: AUTH_SCHEMA, steps: AUTH_MIGRATIONS, clock });
  const newId = (): string => crypto.randomUUID();
  const keys = new SigningKeys({ database, clock });
  const key = await keys.open();
  const writer = new EventWriter({ eventLog, clock, serverId: config.serverId, newId });
  return {
    accounts: new AccountStore(database),
    sessions: new SessionStore(database),
    hasher: new PasswordHasher(queue, deps.hashParameters ?? SCRYPT_PARAMETERS),
    issuer: new TokenIssuer({ key, ttlS: config.accessTokenTtlS, clock, newId }),
    verifier: new TokenVerifier({ fetchKeys: () => keys.published(), clock, log }),
    keys,
    events: new AuthEvents(writer),
    clock,
    newId,
    uniformFailures: config.uniformFailures,
    refreshTokenTtlMs: config.refreshTokenTtlS * 1_000,
  };
}

function listen(config: AuthConfig, deps: AuthDeps, service: AuthService): TcpServer {
  const { log, clock, metrics } = deps;
  const drops = metrics.counters({
    name: "auth_drops_total",
    help: "Connections and lines that were turned away, by reason",
    label: "reason",
    values: TCP_DROP_REASONS,
  });
  return startTcpServer({
    hostname: config.listenHost,
    port: config.tcpPort,
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
