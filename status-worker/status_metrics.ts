import type { Counter, Metrics, ValueHistogram } from "../core/metrics.ts";
import { BROADCAST_OUTCOMES } from "./fleet.ts";
import { STATUS_SOURCES, type StatusSource } from "./status.ts";

/** How an update can end: `store_failed` was read, and could not be cached for others. */
export const UPDATE_OUTCOMES = ["ok", "source_failed", "store_failed"] as const;

/** One of {@linkcode UPDATE_OUTCOMES}. */
export type UpdateOutcome = typeof UPDATE_OUTCOMES[number];

/** The paths that are served. */
export const STATUS_ROUTES = [
  "/api/server/status",
  "/server/status",
  "/server/status/debug",
  "/health",
  "/api/server/status/history",
  "/",
] as const;

/** One of {@linkcode STATUS_ROUTES}. */
export type StatusRoute = typeof STATUS_ROUTES[number];

const DURATION_BUCKETS_S = [0.0005, 0.001, 0.005, 0.01, 0.05, 0.25, 1, 2.5, 5, 10];

/** What is read when somebody asks for the metrics. */
export interface StatusGauges {
  /** Seconds since the status known last was read from the table; undefined where none is known. */
  readonly cacheAgeSeconds: () => number | undefined;
  /** Players that the game servers report; undefined where none has been listened to yet. */
  readonly playersOnline: () => number | undefined;
  /** Whether this worker is the one that updates. */
  readonly leads: () => boolean;
}

/** What the status worker counts. */
export class StatusMetrics {
  /** Updates, by the worker and for visitors. */
  readonly updates: Readonly<Record<UpdateOutcome, Counter>>;
  /** Answers to visitors. */
  readonly requests: Readonly<Record<StatusSource, Counter>>;
  /** Queries of the constants, failed ones included. */
  readonly queries: Counter;
  /** Broadcasts of game servers. */
  readonly broadcasts: Readonly<Record<typeof BROADCAST_OUTCOMES[number], Counter>>;
  readonly #metrics: Metrics;
  readonly #durations: Readonly<Record<StatusRoute, ValueHistogram>>;

  /** Registers everything but the gauges. */
  constructor(metrics: Metrics) {
    this.#metrics = metrics;
    this.updates = metrics.counters({
      name: "status_updates_total",
      help: "Updates of the status, by outcome",
      label: "outcome",
      values: UPDATE_OUTCOMES,
    });
    this.requests = metrics.counters({
      name: "status_requests_total",
      help: "Answers to requests for the status, by where they came from",
      label: "source",
      values: STATUS_SOURCES,
    });
    this.queries = metrics.counter({
      name: "constants_queries_total",
      help: "Queries of the constants table",
    });
    this.broadcasts = metrics.counters({
      name: "server_broadcasts_total",
      help: "Broadcasts of game servers, by what became of them",
      label: "outcome",
      values: BROADCAST_OUTCOMES,
    });
    this.#durations = metrics.histograms({
      name: "status_request_duration_seconds",
      help: "Time from request to response, by route; not of what is answered from memory at once",
      label: "route",
      values: STATUS_ROUTES,
    }, DURATION_BUCKETS_S);
  }

  /** Registers what is read when it is asked for. */
  watch(gauges: StatusGauges): void {
    this.#metrics.gauge({
      name: "status_cache_age_seconds",
      help: "Age of the status known last; NaN where none is known",
    }, () => gauges.cacheAgeSeconds() ?? NaN);
    this.#metrics.gauge({
      name: "status_players_online",
      help: "Players that the game servers report; NaN where that is not known",
    }, () => gauges.playersOnline() ?? NaN);
    this.#metrics.gauge({
      name: "status_worker_leads",
      help: "1 where this worker is the one that updates the status, else 0",
    }, () => Number(gauges.leads()));
  }

  /** Counts how long a request took; nothing for a path that is not served. */
  observeRequest(route: string, durationMs: number): void {
    const known = STATUS_ROUTES.find((candidate) => candidate === route);
    if (known !== undefined) this.#durations[known].observe(durationMs / 1_000);
  }
}
