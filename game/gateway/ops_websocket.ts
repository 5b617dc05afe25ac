import type { Clock } from "../../core/clock.ts";
import type { Log } from "../../core/log.ts";
import { OpsSession, type OpsSessionOptions } from "./ops_session.ts";
import { WebSocketListener } from "./websocket_listener.ts";

/** What operators' WebSockets work with. */
export interface OpsWebSocketOptions {
  /** What a session at an address works with. */
  readonly sessionOptions: (address: string) => OpsSessionOptions;
  /** Measures the time. */
  readonly clock: Clock;
  /** Told of faults of ours. */
  readonly log: Log;
}

/** Operators are few. */
const CONNECTIONS_MAX = 64;
const CONNECTIONS_PER_ADDRESS_MAX = 8;

/** The WebSockets of operators' pages. */
export function openOpsWebSocket(options: OpsWebSocketOptions): WebSocketListener {
  const { sessionOptions, clock, log } = options;
  return new WebSocketListener({
    path: "/ops/ws",
    // Only the page itself: whoever else may read the players' API has no business here.
    origins: [],
    connectionsMax: CONNECTIONS_MAX,
    connectionsPerAddressMax: CONNECTIONS_PER_ADDRESS_MAX,
    open: (socket, address) => new OpsSession(socket, sessionOptions(address)),
    clock,
    log,
  });
}
