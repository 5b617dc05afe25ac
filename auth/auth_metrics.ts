import type { Counter, Metrics, ValueHistogram } from "../core/metrics.ts";
import {
  AUTH_REPLY_CODES,
  type AuthReply,
  type AuthReplyCode,
} from "../core/protocol/auth_messages.ts";
import { AUTH_ACTIONS, type AuthAction } from "./requests.ts";

const DURATION_BUCKETS_S = [0.001, 0.005, 0.025, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30];

/** What is read when somebody asks for the metrics. */
export interface AuthGauges {
  /** Clients at this moment. */
  readonly connectionCount: () => number;
  /** Requests that wait for a hash. */
  readonly hashQueueDepth: () => number;
}

/** What auth counts. */
export class AuthMetrics {
  /** Passwords whose throttling had to be decided without the shared store. */
  readonly throttleFallbacks: Counter;
  readonly #metrics: Metrics;
  readonly #loginsSucceeded: Counter;
  readonly #loginsFailed: Counter;
  readonly #requests: Readonly<Record<AuthAction, Counter>>;
  readonly #refusals: Readonly<Record<AuthReplyCode, Counter>>;
  readonly #durations: Readonly<Record<AuthAction, ValueHistogram>>;

  /** Registers everything but the gauges. */
  constructor(metrics: Metrics) {
    this.#metrics = metrics;
    this.throttleFallbacks = metrics.counter({
      name: "auth_throttle_fallbacks_total",
      help: "Looks at the login throttle for which the shared store was away",
    });
    this.#loginsSucceeded = metrics.counter({
      name: "successful_auths_total",
      help: "Logins that succeeded",
    });
    this.#loginsFailed = metrics.counter({
      name: "failed_auths_total",
      help: "Logins that were refused",
    });
    this.#requests = metrics.counters({
      name: "auth_requests_total",
      help: "Requests by action, over TCP and Rpc",
      label: "action",
      values: AUTH_ACTIONS,
    });
    this.#refusals = metrics.counters({
      name: "auth_failures_total",
      help: "Replies other than success, by code",
      label: "reason",
      values: AUTH_REPLY_CODES,
    });
    this.#durations = metrics.histograms({
      name: "auth_request_duration_seconds",
      help: "Time from request to reply by action, waiting for a hash included",
      label: "action",
      values: AUTH_ACTIONS,
    }, DURATION_BUCKETS_S);
  }

  /** Registers what is read when it is asked for. */
  watch(gauges: AuthGauges): void {
    this.#metrics.gauge({
      name: "active_connections_auth",
      help: "Clients that are connected",
    }, gauges.connectionCount);
    this.#metrics.gauge({
      name: "auth_hash_queue_depth",
      help: "Requests that wait for a password hash",
    }, gauges.hashQueueDepth);
  }

  /** Counts a request and how it was answered. */
  countRequest(action: AuthAction, reply: AuthReply, durationMs: number): void {
    this.#requests[action].inc();
    this.#durations[action].observe(durationMs / 1000);
    if (action === "login" && reply.status === "success") this.#loginsSucceeded.inc();
    if (action === "login" && reply.status === "failure") this.#loginsFailed.inc();
    this.countRefusal(reply);
  }

  /** Counts an answer to what was no request; nothing if it is a success. */
  countRefusal(reply: AuthReply): void {
    if (reply.code !== undefined) this.#refusals[reply.code].inc();
  }
}
