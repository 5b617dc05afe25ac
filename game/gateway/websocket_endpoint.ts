import type { Clock } from "../../core/clock.ts";
import { describeError, type Log } from "../../core/log.ts";
import type { Metrics } from "../../core/metrics.ts";
import { ConnectionCaps } from "../../core/net/connection_caps.ts";
import type { RequestContext, Route } from "../../core/net/http_server.ts";
import { errorResponse } from "../../core/net/http_server.ts";
import { RateLimiter } from "../../core/net/rate_limiter.ts";
import type { KvStore } from "../../core/ports/kv_store.ts";
import type { PubSub } from "../../core/ports/pub_sub.ts";
import { openWebSocketMetrics, type WebSocketMetrics } from "./websocket_metrics.ts";
import type { ClientSocket } from "./websocket_outbox.ts";
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
/** How often sessions look at the time, in milliseconds. */
const CHECK_PERIOD_MS = 250;
/** A client that does not answer pings for this long is gone, in seconds. */
const PING_TIMEOUT_S = 20;

/** The WebSockets of a gateway. */
export class WebSocketEndpoint {
  readonly #options: WebSocketEndpointOptions;
  readonly #caps: ConnectionCaps;
  readonly #frames: RateLimiter;
  readonly #metrics: WebSocketMetrics;
  readonly #sessions = new Set<WebSocketSession>();
  readonly #stopChecks: () => void;
  #isClosing = false;

  /** Has no connection yet; the time is looked at until `close`. */
  constructor(options: WebSocketEndpointOptions) {
    const { clock, connectionsMax } = options;
    this.#options = options;
    this.#caps = new ConnectionCaps(options);
    this.#frames = new RateLimiter({
      ratePerSecond: FRAMES_PER_SECOND,
      burst: FRAME_BURST,
      keysMax: connectionsMax,
      clock,
    });
    this.#metrics = openWebSocketMetrics(options.metrics, () => this.#sessions.size);
    this.#stopChecks = clock.every(CHECK_PERIOD_MS, () => {
      for (const session of this.#sessions) session.check();
    });
  }

  /** The route that takes them. */
  get route(): Route {
    const handler: Route["handler"] = (request, context) => this.#upgrade(request, context);
    return { method: "GET", path: "/ws", handler };
  }

  /** Closes every connection, and waits until all that is in hand is done. */
  async close(): Promise<void> {
    this.#isClosing = true;
    this.#stopChecks();
    const sessions = [...this.#sessions];
    for (const session of sessions) session.end("closing");
    await Promise.all(sessions.map((session) => session.settled()));
  }

  #upgrade(request: Request, { remote, url }: RequestContext): Response {
    if (request.headers.get("upgrade")?.toLowerCase() !== "websocket") {
      return errorResponse(426, "upgrade_required", "This is a WebSocket");
    }
    if (this.#isClosing) return errorResponse(503, "closing", "The gateway is closing");
    if (!isFromPage(request.headers, { url, origins: this.#options.origins })) {
      this.#metrics.ends.origin.inc();
      return errorResponse(403, "origin_not_allowed", "Pages of this origin may not connect");
    }
    const refusal = this.#caps.take(remote.hostname);
    if (refusal !== undefined) {
      this.#metrics.ends[refusal].inc();
      return errorResponse(503, "too_many_connections", "Too many connections");
    }
    try {
      const { socket, response } = Deno.upgradeWebSocket(request, { idleTimeout: PING_TIMEOUT_S });
      this.#serve(socket, remote.hostname);
      return response;
    } catch (error) {
      this.#caps.release(remote.hostname);
      if (!(error instanceof TypeError)) throw error;
      return errorResponse(400, "bad_handshake", "Not a WebSocket handshake");
    }
  }

  #serve(socket: WebSocket, address: string): void {
    const { pubSub, clock, log } = this.#options;
    const session = new WebSocketSession(openSocket(socket), {
      id: crypto.randomUUID(),
      pubSub,
      clock,
      frames: this.#frames,
      metrics: this.#metrics,
      askForSeat: (request) => askForSeat(request, this.#options),
    });
    this.#sessions.add(session);
    socket.onmessage = ({ data }: MessageEvent<unknown>): void => {
      try {
        if (typeof data === "string") session.onFrame(data);
        else session.end("bad_frame");
      } catch (error) {
        log.error("frame_failed", { error: describeError(error) });
        session.end("closing");
      }
    };
    // What went wrong with it is the client's business; `close` follows.
    socket.onerror = (event): void => event.preventDefault();
    socket.onclose = (): void => {
      session.onClose();
      this.#sessions.delete(session);
      this.#caps.release(address);
    };
  }
}

/**
 * Whether a page of the gateway's own, or of one of `origins`, asks. Only browsers send an origin, and only
 * they can be made to connect by a page of somebody else.
 */
export function isFromPage(
  headers: Headers,
  { url, origins }: { readonly url: URL; readonly origins: readonly string[] },
): boolean {
  const origin = headers.get("origin");
  if (origin === null) return true;
  return origins.includes("*") || origins.includes(origin) || URL.parse(origin)?.host === url.host;
}

/** The socket, to which nothing can be sent that it would throw at. */
export function openSocket(socket: WebSocket): ClientSocket {
  return {
    get bufferedAmount(): number {
      return socket.bufferedAmount;
    },
    send: (text) => {
      if (socket.readyState === WebSocket.OPEN) socket.send(text);
    },
    close: (code, reason) => socket.close(code, reason),
  };
}
