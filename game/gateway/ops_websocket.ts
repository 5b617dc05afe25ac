import type { CancelTimer, Clock } from "../../core/clock.ts";
import { ConnectionCaps } from "../../core/net/connection_caps.ts";
import { errorResponse, type RequestContext, type Route } from "../../core/net/http_server.ts";
import { OpsSession, type OpsSessionOptions } from "./ops_session.ts";
import { isFromPage, openSocket } from "./websocket_endpoint.ts";

/** What an endpoint works with. */
export interface OpsWebSocketOptions {
  /** What a session at an address works with. */
  readonly sessionOptions: (address: string) => OpsSessionOptions;
  /** Measures the time. */
  readonly clock: Clock;
}

/** How often sessions look at the time, in milliseconds. */
const CHECK_PERIOD_MS = 250;
/** Operators are few. */
const CONNECTIONS_MAX = 64;
const CONNECTIONS_PER_ADDRESS_MAX = 8;
/** A page that does not answer pings for this long is gone, in seconds. */
const PING_TIMEOUT_S = 20;

/** The WebSockets of operators' pages. While there is none it does nothing. */
export class OpsWebSocket {
  readonly #options: OpsWebSocketOptions;
  readonly #caps = new ConnectionCaps({
    connectionsMax: CONNECTIONS_MAX,
    connectionsPerAddressMax: CONNECTIONS_PER_ADDRESS_MAX,
  });
  readonly #sessions = new Set<OpsSession>();
  #stopChecks: CancelTimer | undefined;
  #isClosing = false;

  /** Has no connection yet. */
  constructor(options: OpsWebSocketOptions) {
    this.#options = options;
  }

  /** The route that takes them. */
  get route(): Route {
    const handler: Route["handler"] = (request, context) => this.#upgrade(request, context);
    return { method: "GET", path: "/ops/ws", handler };
  }

  /** Closes every connection, and waits until all that is in hand is done. */
  async close(): Promise<void> {
    this.#isClosing = true;
    const sessions = [...this.#sessions];
    for (const session of sessions) session.end("closing");
    await Promise.all(sessions.map((session) => session.settled()));
    this.#stopChecks?.();
    this.#stopChecks = undefined;
  }

  #upgrade(request: Request, { remote, url }: RequestContext): Response {
    if (request.headers.get("upgrade")?.toLowerCase() !== "websocket") {
      return errorResponse(426, "upgrade_required", "This is a WebSocket");
    }
    if (this.#isClosing) return errorResponse(503, "closing", "The gateway is closing");
    // Only the page itself: whoever else may read the players' API has no business here.
    if (!isFromPage(request.headers, { url, origins: [] })) {
      return errorResponse(403, "origin_not_allowed", "Pages of this origin may not connect");
    }
    if (this.#caps.take(remote.hostname) !== undefined) {
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
    const session = new OpsSession(openSocket(socket), this.#options.sessionOptions(address));
    this.#sessions.add(session);
    this.#stopChecks ??= this.#options.clock.every(CHECK_PERIOD_MS, () => {
      for (const each of this.#sessions) each.check();
    });
    socket.onmessage = ({ data }: MessageEvent<unknown>): void => {
      if (typeof data === "string") session.onFrame(data);
      else session.end("bad_frame");
    };
    // What went wrong with it is the page's business; `close` follows.
    socket.onerror = (event): void => event.preventDefault();
    socket.onclose = (): void => {
      session.onClose();
      this.#sessions.delete(session);
      this.#caps.release(address);
      if (this.#sessions.size > 0) return;
      this.#stopChecks?.();
      this.#stopChecks = undefined;
    };
  }
}
