import type { Clock } from "../../core/clock.ts";
import type { Log } from "../../core/log.ts";
import type { Metrics } from "../../core/metrics.ts";
import { RateLimiter } from "../../core/net/rate_limiter.ts";
import type { KvStore } from "../../core/ports/kv_store.ts";
import type { PubSub } from "../../core/ports/pub_sub.ts";
import { WebSocketListener } from "./websocket_listener.ts";
import { openWebSocketMetrics } from "./websocket_metrics.ts";
import { askForSeat } from "./websocket_seat.ts";
import { WebSocketSession } from "./websocket_session.ts";

/** What an endpoint works with. */
export interface WebSocketEndpointOptions {
  /** Carries what clients and matches say to one another. */
  readonly pubSub: PubSub;
  /** Says which server has a match. */
  readonly kvStore: KvStore;
  /** Measures the time. */
  readonly clock: Clock;
  /** Told of what goes wrong. */
  readonly log: Log;
  /** Where it counts. */
  readonly metrics: Metrics;
  /** Origins whose pages may connect besides the gateway's own; `*` for every one. */
  readonly origins: readonly string[];
  /** Connections at once. */
  readonly connectionsMax: number;
  /** Connections of one address at once. */
  readonly connectionsPerAddressMax: number;
}

/** Frames that a client may send each second; it may send those of two seconds at once. */
const FRAMES_PER_SECOND = 120;
const FRAME_BURST = 240;

/** The WebSockets of players. */
export function openWebSocketEndpoint(options: WebSocketEndpointOptions): WebSocketListener {
  const { pubSub, clock, log, origins, connectionsMax, connectionsPerAddressMax } = options;
  const metrics = openWebSocketMetrics(options.metrics, () => listener.count);
  const frames = new RateLimiter({
    ratePerSecond: FRAMES_PER_SECOND,
    burst: FRAME_BURST,
    keysMax: connectionsMax,
    clock,
  });
  const listener = new WebSocketListener({
    path: "/ws",
    origins,
    connectionsMax,
    connectionsPerAddressMax,
    open: (socket) =>
      new WebSocketSession(socket, {
        id: crypto.randomUUID(),
        pubSub,
        clock,
        frames,
        metrics,
        askForSeat: (request) => askForSeat(request, options),
      }),
    onRefused: (reason) => metrics.ends[reason].inc(),
    clock,
    log,
  });
  return listener;
}
