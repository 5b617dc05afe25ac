import { systemClock } from "../core/clock.ts";
import { Health } from "../core/health.ts";
import { type JsonObject, tryJsonObject, tryParseJson } from "../core/json.ts";
import { openLog, silentLog } from "../core/log.ts";
import { ManualClock } from "../core/manual_clock.ts";
import { Metrics } from "../core/metrics.ts";
import type { ConstantsSource } from "../core/ports/constants_source.ts";
import { MemoryKvStore } from "../core/ports/memory_kv_store.ts";
import { MemoryPubSub } from "../core/ports/memory_pub_sub.ts";
import { SQLITE_IN_MEMORY } from "../core/ports/sqlite_file.ts";
import { SqliteEventLog } from "../core/ports/sqlite_event_log.ts";
import { encodeServerStatus, SERVER_STATUS_SUBJECT } from "../core/protocol/server_status.ts";
import type { RunningService } from "../core/service.ts";
import { parseStatusConfig } from "./config.ts";
import { startStatus } from "./service.ts";
import { gameServer } from "./live_fixture.ts";
import { type BreakableStore, breakableStore, passTime, TestConstants } from "./status_fixture.ts";
import { LEASE_KEY, TURN_MS } from "./worker.ts";

/** What came back. */
export interface StatusResponse {
  /** The status code. */
  readonly status: number;
  /** The headers. */
  readonly headers: Headers;
  /** The body, where it is a JSON object, else an empty one. */
  readonly body: JsonObject;
  /** The body as it came. */
  readonly text: string;
}

/** A status worker that answers over real HTTP, by a clock and with a store that a test owns. */
export interface StatusBench extends AsyncDisposable {
  /** The service. */
  readonly service: RunningService<"http" | "ops">;
  /** Its clock. */
  readonly clock: ManualClock;
  /** Its store. */
  readonly store: BreakableStore;
  /** Its table. */
  readonly constants: ConstantsSource;
  /** Its bus. */
  readonly pubSub: MemoryPubSub;
  /** Its event log. */
  readonly eventLog: SqliteEventLog;
  /** Its health. */
  readonly health: Health;
  /** Lines of its log, as JSON. */
  readonly logged: readonly string[];
  /** A game server with so many players says so. */
  broadcast(serverId: string, currentPlayers: number): void;
  /** Asks over HTTP. */
  get(path: string, headers?: Readonly<Record<string, string>>): Promise<StatusResponse>;
  /** The value of a metric without labels, or with those given. */
  metric(name: string): Promise<number>;
  /** Moves time on, slowly enough for the worker to keep step. */
  pass(byMs: number): Promise<void>;
}

/** How a bench is opened. */
export interface StatusBenchOptions {
  /** Settings that differ. */
  readonly env?: Readonly<Record<string, string>>;
  /** Its table; a {@linkcode TestConstants} of its own if undefined. */
  readonly constants?: ConstantsSource;
  /** Another service, whose clock and store it shares. */
  readonly beside?: Pick<StatusBench, "clock" | "store">;
}

/** Starts a status worker on free ports. */
export async function openBench(options: StatusBenchOptions = {}): Promise<StatusBench> {
  const clock = options.beside?.clock ?? new ManualClock();
  const store = options.beside?.store ?? breakableStore(new MemoryKvStore({ clock }));
  const constants = options.constants ?? new TestConstants();
  const logged: string[] = [];
  const log = openLog({
    name: "status-worker",
    level: "DEBUG",
    format: "json",
    write: (line) => logged.push(line),
  });
  const health = new Health();
  const metrics = new Metrics({ process: false });
  const env = new Map(Object.entries({
    LISTEN_HOST: "127.0.0.1",
    STATUS_HTTP_PORT: "0",
    STATUS_OPS_PORT: "0",
    ...options.env,
  }));
  const { kvStore } = store;
  const pubSub = new MemoryPubSub({ clock, log });
  // Its batches are written by a clock of their own: a test waits with `flush`.
  const eventLog = new SqliteEventLog({
    path: SQLITE_IN_MEMORY,
    clock: systemClock,
    log: silentLog,
  });
  const service = await startStatus(parseStatusConfig(env), {
    log,
    clock,
    metrics,
    health,
    kvStore,
    constants,
    pubSub,
    eventLog,
  });
  const { hostname, port } = service.addresses.http;
  return {
    service,
    clock,
    store,
    constants,
    pubSub,
    eventLog,
    health,
    logged,
    broadcast: (serverId, currentPlayers) =>
      pubSub.publish(
        SERVER_STATUS_SUBJECT,
        encodeServerStatus(gameServer({ serverId, currentPlayers })),
      ),
    get: async (path, headers = {}) => {
      const response = await fetch(`http://${hostname}:${port}${path}`, { headers });
      const text = await response.text();
      const body = tryJsonObject(tryParseJson(text)) ?? {};
      return { status: response.status, headers: response.headers, body, text };
    },
    metric: async (name) => {
      const { hostname, port } = service.addresses.ops;
      const text = await (await fetch(`http://${hostname}:${port}/metrics`)).text();
      const line = text.split("\n").find((candidate) => candidate.startsWith(`${name} `));
      return Number(line?.slice(name.length + 1) ?? NaN);
    },
    pass: (byMs) => passTime(clock, byMs),
    [Symbol.asyncDispose]: async () => {
      await service.close();
      await constants.close();
      await pubSub.close();
      await eventLog.close();
    },
  };
}

/** A bench whose worker does nothing, because another holds the lease. */
export async function openReadingBench(options: StatusBenchOptions): Promise<StatusBench> {
  const clock = new ManualClock();
  const store = breakableStore(new MemoryKvStore({ clock }));
  await store.kvStore.set(LEASE_KEY, "another");
  return await openBench({ ...options, beside: { clock, store } });
}

/** What the answer says of where it came from. */
export function sourceOf({ body }: StatusResponse): unknown {
  return tryJsonObject(body._cache)?.source;
}

/** Two game servers play for so long, and what is remembered of that is written. */
export async function play(bench: StatusBench, forMs: number): Promise<void> {
  // The look into the history with which the service starts takes no time by its clock.
  await bench.get("/api/server/status/history");
  for (let leftMs = forMs; leftMs > 0; leftMs -= TURN_MS) {
    bench.broadcast("a", 30);
    bench.broadcast("b", 12);
    await bench.pass(Math.min(leftMs, TURN_MS));
  }
  await bench.eventLog.flush();
}
