import type { Clock } from "../core/clock.ts";
import { type HttpServer, startHttpServer } from "../core/net/http_server.ts";
import { startOpsServer } from "../core/ops_server.ts";
import { EventWriter } from "../core/protocol/event_envelope.ts";
import { Rng } from "../core/rng.ts";
import type { Ports, RunningService, ServiceContext } from "../core/service.ts";
import type { StatusConfig } from "./config.ts";
import { Fleet } from "./fleet.ts";
import { quickStatus, statusRoutes } from "./routes.ts";
import type { LiveStatus } from "./live_status.ts";
import { ageSecondsOf } from "./status.ts";
import { StatusCache, STORE_DEADLINE_MS } from "./status_cache.ts";
import { StatusHistory } from "./status_history.ts";
import { StatusMetrics } from "./status_metrics.ts";
import { StatusReader } from "./status_reader.ts";
import { StatusRecorder } from "./status_recorder.ts";
import { StatusRefresher } from "./status_refresher.ts";
import { UpdateInterval } from "./update_interval.ts";
import { StatusWorker } from "./worker.ts";

/** No request carries a body. */
const BODY_BYTES_MAX = 0;

/** The ports that the status worker needs. */
export const STATUS_PORTS = [
  "kvStore",
  "constants",
  "pubSub",
  "eventLog",
] as const satisfies (keyof Ports)[];

/** What the status worker is given. */
export interface StatusDeps extends ServiceContext, Pick<Ports, typeof STATUS_PORTS[number]> {}

/** What reads, caches and answers. */
interface Core {
  readonly fleet: Fleet;
  readonly history: StatusHistory;
  readonly cache: StatusCache;
  readonly refresher: StatusRefresher;
  readonly reader: StatusReader;
  readonly interval: UpdateInterval;
  readonly metrics: StatusMetrics;
}

/**
 * Starts the status worker: keeps the cached status up to date and answers visitors from it. It
 * starts, and answers, while the constants or the store cannot be reached.
 *
 * @throws Error when an address is taken
 */
export async function startStatus(
  config: StatusConfig,
  deps: StatusDeps,
): Promise<RunningService<"http" | "ops">> {
  const { drainMs } = config;
  await using opened = new AsyncDisposableStack();
  const core = openCore(config, deps);
  opened.defer(() => core.fleet.close());
  const ops = startOpsServer({ hostname: config.opsHost, port: config.opsPort }, deps);
  // Probes are answered to the end.
  opened.defer(() => ops.close());
  const worker = openWorker(config, deps, core);
  const inputs: (() => Promise<void>)[] = [];
  opened.defer(() => drain({ inputs, worker, core, clock: deps.clock, drainMs }));
  const http = listen(config, deps, core);
  inputs.push(() => http.close({ drainMs }));
  watch(deps, core, worker);
  // What is long takes its time now, not a visitor's. It never rejects.
  void core.history.refresh();
  deps.health.markStarted();
  const running = opened.move();
  return {
    addresses: { http: { transport: "http", ...http.address }, ops: ops.addresses.http },
    close: () => running.disposeAsync(),
  };
}

function openCore(config: StatusConfig, deps: StatusDeps): Core {
  const { kvStore, constants, pubSub, eventLog, clock, log, health } = deps;
  const { readTimeoutMs, serverId } = config;
  const metrics = new StatusMetrics(deps.metrics);
  const fleet = new Fleet({ pubSub, clock, broadcasts: metrics.broadcasts });
  const live = (): LiveStatus | undefined => fleet.describe();
  const cache = new StatusCache({ kvStore, clock, log, ttlMs: config.cacheTtlS * 1_000 });
  const newId = (): string => crypto.randomUUID();
  const events = new EventWriter({ eventLog, clock, serverId, newId });
  const refresher = new StatusRefresher({
    constants,
    cache,
    live,
    recorder: new StatusRecorder({ events, clock }),
    metrics,
    health,
    clock,
    log,
    readTimeoutMs,
  });
  const reader = new StatusReader({ cache, refresher, live, clock });
  const history = new StatusHistory({ eventLog, clock, log });
  const defaultMs = config.updateIntervalS * 1_000;
  const interval = new UpdateInterval({ kvStore, clock, log, defaultMs });
  return { fleet, history, cache, refresher, reader, interval, metrics };
}

function openWorker(config: StatusConfig, deps: StatusDeps, core: Core): StatusWorker {
  const { kvStore, clock, log } = deps;
  const { cache, refresher, interval } = core;
  return new StatusWorker({
    kvStore,
    cache,
    refresher,
    clock,
    log,
    rng: new Rng(crypto.getRandomValues(new Uint32Array(1))[0] ?? 0),
    // Two processes may have been left with the same server id.
    workerId: `${config.serverId}:${crypto.randomUUID()}`,
    interval,
  });
}

function listen(
  config: StatusConfig,
  deps: StatusDeps,
  core: Core,
): HttpServer {
  const { clock, log } = deps;
  const { metrics } = core;
  const options = { ...core, clock, cacheTtlMs: config.cacheTtlS * 1_000 };
  return startHttpServer({
    hostname: config.listenHost,
    port: config.httpPort,
    log,
    clock,
    // A visitor waits for the cache, the constants, the cache again, and what was known last.
    requestTimeoutMs: config.readTimeoutMs + 5 * STORE_DEADLINE_MS,
    bodyBytesMax: BODY_BYTES_MAX,
    quick: quickStatus(options),
    routes: statusRoutes(options),
    observe: (route, _status, durationMs) => metrics.observeRequest(route, durationMs),
  });
}

function watch(
  deps: StatusDeps,
  core: Core,
  worker: StatusWorker,
): void {
  const { cache, metrics } = core;
  metrics.watch({
    cacheAgeSeconds: () => {
      const status = cache.known?.status;
      return (status && ageSecondsOf(status, deps.clock.nowMs())) ?? undefined;
    },
    playersOnline: () => core.fleet.describe()?.players_online,
    leads: () => worker.leads,
  });
}

/**
 * Takes no more requests, and waits for those in hand and for the update in hand. What is not done at
 * the end of the drain time does no harm: a lease that was not given up ends by itself.
 */
async function drain(
  options: {
    readonly inputs: readonly (() => Promise<void>)[];
    readonly worker: StatusWorker;
    readonly core: Core;
    readonly clock: Clock;
    readonly drainMs: number;
  },
): Promise<void> {
  const { inputs, worker, core, clock, drainMs } = options;
  const { promise: late, resolve } = Promise.withResolvers<void>();
  const cancel = clock.after(drainMs, resolve);
  const workerClosed = Promise.race([worker.close(), late]);
  await Promise.all([...inputs.map((close) => close()), workerClosed]);
  await Promise.race([Promise.all([core.refresher.settled(), core.history.close()]), late]);
  cancel();
}
