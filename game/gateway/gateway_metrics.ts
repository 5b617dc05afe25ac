import type { Counter, Metrics, ValueHistogram } from "../../core/metrics.ts";
import { UNMATCHED_ROUTE } from "../../core/net/http_server.ts";
import type { RpcFailure } from "../../core/ports/rpc.ts";

const DURATION_BUCKETS_S = [0.001, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];
const STATUS_CLASSES = ["1xx", "2xx", "3xx", "4xx", "5xx"] as const;

/** What a gateway counts. */
export class GatewayMetrics {
  /** Calls to other services that brought no reply, by reason. */
  readonly rpcFailures: Readonly<Record<RpcFailure, Counter>>;
  /** Requests refused because their address or account made too many. */
  readonly rateLimited: Readonly<Record<"address" | "account", Counter>>;
  readonly #responses: Readonly<Record<typeof STATUS_CLASSES[number], Counter>>;
  readonly #durations: ReadonlyMap<string, ValueHistogram>;

  /** Registers everything. @param routes the paths that exist */
  constructor(metrics: Metrics, routes: readonly string[]) {
    this.rpcFailures = metrics.counters({
      name: "gateway_rpc_failures_total",
      help: "Calls to other services that brought no reply, by reason",
      label: "reason",
      values: ["unavailable", "deadline_exceeded", "failed", "overloaded"],
    });
    this.rateLimited = metrics.counters({
      name: "gateway_rate_limited_total",
      help: "Requests refused because their address or account made too many, by which",
      label: "by",
      values: ["address", "account"],
    });
    this.#responses = metrics.counters({
      name: "gateway_responses_total",
      help: "Responses by class of status",
      label: "status",
      values: STATUS_CLASSES,
    });
    const values = [...new Set([...routes, UNMATCHED_ROUTE])];
    this.#durations = new Map(Object.entries(metrics.histograms({
      name: "gateway_request_duration_seconds",
      help: "Time from a request to its response by route",
      label: "route",
      values,
    }, DURATION_BUCKETS_S)));
  }

  /** Counts a response; a route that is none of those known counts as unmatched. */
  observe(route: string, status: number, durationMs: number): void {
    const statusClass = STATUS_CLASSES[Math.floor(status / 100) - 1];
    if (statusClass !== undefined) this.#responses[statusClass].inc();
    const duration = this.#durations.get(route) ?? this.#durations.get(UNMATCHED_ROUTE);
    duration?.observe(durationMs / 1_000);
  }
}
