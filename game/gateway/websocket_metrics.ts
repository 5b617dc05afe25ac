import type { Counter, Metrics } from "../../core/metrics.ts";

/** Why a WebSocket was refused or closed, in a closed set. */
export const WEBSOCKET_ENDS = [
  "origin",
  "connections_max",
  "connections_per_address_max",
  "auth_late",
  "auth_failed",
  "bad_frame",
  "too_fast",
  "too_slow",
  "match_over",
  "match_lost",
  "superseded",
  "kicked",
  "client_closed",
  "closing",
] as const;

/** One of {@linkcode WEBSOCKET_ENDS}. */
export type WebSocketEnd = typeof WEBSOCKET_ENDS[number];

/** What a gateway counts of its WebSockets. */
export interface WebSocketMetrics {
  /** Refused and closed ones, by reason. */
  readonly ends: Readonly<Record<WebSocketEnd, Counter>>;
  /** Clients that were given a seat. */
  readonly joined: Counter;
  /** Clients that were moved to another server. */
  readonly moved: Counter;
  /** States that a newer one stood in for, because the client was slow. */
  readonly statesSkipped: Counter;
  /** Frames of clients that came to nothing, because there were too many. */
  readonly framesDropped: Counter;
}

/** Registers them; `count` gives how many are open. */
export function openWebSocketMetrics(metrics: Metrics, count: () => number): WebSocketMetrics {
  metrics.gauge({ name: "gateway_websockets_count", help: "Open WebSockets" }, count);
  const counter = (name: string, help: string): Counter => metrics.counter({ name, help });
  return {
    ends: metrics.counters({
      name: "gateway_websockets_ended_total",
      help: "WebSockets refused or closed, by reason",
      label: "reason",
      values: WEBSOCKET_ENDS,
    }),
    joined: counter("gateway_websockets_joined_total", "WebSockets that were given a seat"),
    moved: counter("gateway_websockets_moved_total", "WebSockets moved to another game server"),
    statesSkipped: counter(
      "gateway_states_skipped_total",
      "States that slow clients were spared",
    ),
    framesDropped: counter(
      "gateway_frames_dropped_total",
      "Frames of clients that sent too many",
    ),
  };
}
