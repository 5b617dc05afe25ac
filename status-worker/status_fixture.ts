import { Health } from "../core/health.ts";
import { type Log, silentLog } from "../core/log.ts";
import { ManualClock } from "../core/manual_clock.ts";
import { Metrics } from "../core/metrics.ts";
import type { ConstantRow, ConstantsSource } from "../core/ports/constants_source.ts";
import type { KvStore } from "../core/ports/kv_store.ts";
import { MemoryKvStore } from "../core/ports/memory_kv_store.ts";
import { EventWriter } from "../core/protocol/event_envelope.ts";
import { TestEventLog } from "./event_log_fixture.ts";
import type { LiveStatus } from "./live_status.ts";
import { StatusCache } from "./status_cache.ts";
import { StatusMetrics } from "./status_metrics.ts";
import { StatusReader } from "./status_reader.ts";
import { StatusRecorder } from "./status_recorder.ts";
import { StatusRefresher } from "./status_refresher.ts";

/** The times of a fixture, in milliseconds. */
export const FIXTURE_MS = { cacheTtl: 900_000, readTimeout: 2_000 } as const;

/** A source that a test breaks and slows. */
export class TestConstants implements ConstantsSource {
  /** What the table holds. */
  rows: readonly ConstantRow[] = [
    { name: "ServerStatus", value: "1.0", description: "Server status" },
    { name: "RateExp", value: "2.5", description: "Experience" },
  ];
  /** `down`: reading fails at once; `hanging`: it goes on until {@linkcode answer}. */
  state: "up" | "down" | "hanging" = "up";
  /** Queries so far. */
  queryCount = 0;
  #hanging = Promise.withResolvers<void>();

  async read(): Promise<ConstantRow[]> {
    this.queryCount++;
    if (this.state === "hanging") await this.#hanging.promise;
    if (this.state === "down") throw new Error("the table cannot be read");
    return [...this.rows];
  }

  /** Lets every hanging query end, as `state` then says. */
  answer(state: "up" | "down"): void {
    this.state = state;
    this.#hanging.resolve();
    this.#hanging = Promise.withResolvers();
  }

  close(): Promise<void> {
    return Promise.resolve();
  }
}

/** A store that a test breaks. */
export interface BreakableStore {
  /** The store. */
  readonly kvStore: KvStore;
  /** `down`: everything rejects; `hanging`: nothing answers. */
  state: "up" | "down" | "hanging";
  /** Calls so far. */
  callCount: number;
}

/** Wraps a store so that a test can break it. */
export function breakableStore(inner: KvStore): BreakableStore {
  const breakable: BreakableStore = {
    state: "up",
    callCount: 0,
    kvStore: new Proxy(inner, {
      get: (target, name) => {
        const method = Reflect.get(target, name);
        return (...parameters: unknown[]): unknown => {
          breakable.callCount++;
          if (breakable.state === "down") return Promise.reject(new Error("the store is down"));
          if (breakable.state === "hanging") return Promise.withResolvers().promise;
          return Reflect.apply(method, target, parameters);
        };
      },
    }),
  };
  return breakable;
}

/** The parts of one process, for tests. */
export interface StatusFixture {
  /** Their clock. */
  readonly clock: ManualClock;
  /** Their store. */
  readonly store: BreakableStore;
  /** Their table. */
  readonly constants: TestConstants;
  /** See {@linkcode StatusCache}. */
  readonly cache: StatusCache;
  /** See {@linkcode StatusRefresher}. */
  readonly refresher: StatusRefresher;
  /** See {@linkcode StatusReader}. */
  readonly reader: StatusReader;
  /** What the game servers say; undefined: none has been listened to. */
  live: LiveStatus | undefined;
  /** What was remembered. */
  readonly eventLog: TestEventLog;
  /** Their health. */
  readonly health: Health;
  /** What the counters are registered with. */
  readonly metrics: Metrics;
  /** Their counters. */
  readonly statusMetrics: StatusMetrics;
  /** Their log. */
  readonly log: Log;
  /** Warnings and infos with their fields. */
  readonly logged: (readonly [event: string, fields: unknown])[];
}

/** Makes the parts; `shared`: what this process has in common with another one. */
export function makeStatusFixture(
  shared?: Pick<StatusFixture, "clock" | "store" | "constants">,
): StatusFixture {
  const clock = shared?.clock ?? new ManualClock();
  const store = shared?.store ?? breakableStore(new MemoryKvStore({ clock }));
  const constants = shared?.constants ?? new TestConstants();
  const logged: [string, unknown][] = [];
  const record = (event: string, fields?: unknown): void => void logged.push([event, fields]);
  const log: Log = { ...silentLog, warn: record, info: record };
  const health = new Health();
  const metrics = new Metrics({ process: false });
  const statusMetrics = new StatusMetrics(metrics);
  const cache = new StatusCache({
    kvStore: store.kvStore,
    clock,
    log,
    ttlMs: FIXTURE_MS.cacheTtl,
  });
  const eventLog = new TestEventLog();
  const newId = (): string => "event";
  const events = new EventWriter({ eventLog, clock, serverId: "status-test", newId });
  const live = (): LiveStatus | undefined => fixture.live;
  const refresher = new StatusRefresher({
    constants,
    cache,
    live,
    recorder: new StatusRecorder({ events, clock }),
    metrics: statusMetrics,
    health,
    clock,
    log,
    readTimeoutMs: FIXTURE_MS.readTimeout,
  });
  const reader = new StatusReader({ cache, refresher, live, clock });
  const fixture: StatusFixture = {
    clock,
    store,
    constants,
    cache,
    refresher,
    reader,
    live: undefined,
    eventLog,
    health,
    metrics,
    statusMetrics,
    log,
    logged,
  };
  return fixture;
}

const STEP_MS = 1_000;

/** Moves time on, slowly enough for every turn of a worker to end at the moment at which it began. */
export async function passTime(clock: ManualClock, byMs: number): Promise<void> {
  const settle = async (): Promise<void> => {
    for (let times = 0; times < 8; times++) await clock.advance(0);
  };
  await settle();
  for (let leftMs = byMs; leftMs > 0; leftMs -= STEP_MS) {
    await clock.advance(Math.min(leftMs, STEP_MS));
    await settle();
  }
}
