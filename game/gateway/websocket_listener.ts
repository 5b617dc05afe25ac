import type { CancelTimer, Clock } from "../../core/clock.ts";
import { describeError, type Log } from "../../core/log.ts";
import { ConnectionCaps, type ConnectionRefusal } from "../../core/net/connection_caps.ts";
import { errorResponse, type RequestContext, type Route } from "../../core/net/http_server.ts";
import type { ClientSocket } from "./websocket_outbox.ts";

/** What is done with one connection. */
export interface WebSocketTalk {
  /** Takes a text frame. */
  onFrame(text: string): void;
  /** Looks at the time. */
  check(): void;
  /** Closes the connection from this side. */
  end(reason: "bad_frame" | "closing"): void;
  /** The other side has gone. */
  onClose(): void;
  /** Resolves when nothing is in hand any more. */
  settled(): Promise<void>;
}

/** What a listener works with. */
export interface WebSocketListenerOptions {
  /** The path of the route. */
  readonly path: string;
  /** Origins whose pages may connect besides the gateway's own; `*` for every one. */
  readonly origins: readonly string[];
  /** Connections at once. */
  readonly connectionsMax: number;
  /** Connections of one address at once. */
  readonly connectionsPerAddressMax: number;
  /** Begins to talk with a client at an address. */
  readonly open: (socket: ClientSocket, address: string) => WebSocketTalk;
  /** Called with the reason for which somebody is not let in. */
  readonly onRefused?: (reason: "origin" | ConnectionRefusal) => void;
  /** Measures the time. */
  readonly clock: Clock;
  /** Told of faults of ours. */
  readonly log: Log;
}

/** How often talks look at the time, in milliseconds. */
const CHECK_PERIOD_MS = 250;
/** A client that does not answer pings for this long is gone, in seconds. */
const PING_TIMEOUT_S = 20;

/** The WebSockets of one path. While there is none it does nothing. */
export class WebSocketListener {
  readonly #options: WebSocketListenerOptions;
  readonly #caps: ConnectionCaps;
  readonly #talks = new Set<WebSocketTalk>();
  #stopChecks: CancelTimer | undefined;
  #isClosing = false;

  /** Has no connection yet. */
  constructor(options: WebSocketListenerOptions) {
    this.#options = options;
    this.#caps = new ConnectionCaps(options);
  }

  /** Connections that are open. */
  get count(): number {
    return this.#talks.size;
  }

  /** The route that takes them. */
  get route(): Route {
    const handler: Route["handler"] = (request, context) => this.#upgrade(request, context);
    return { method: "GET", path: this.#options.path, handler };
  }

  /** Closes every connection, and waits until all that is in hand is done. */
  async close(): Promise<void> {
    this.#isClosing = true;
    this.#stopChecks?.();
    const talks = [...this.#talks];
    for (const talk of talks) talk.end("closing");
    await Promise.all(talks.map((talk) => talk.settled()));
  }

  #upgrade(request: Request, { remote, url }: RequestContext): Response {
    const { origins, onRefused } = this.#options;
    if (request.headers.get("upgrade")?.toLowerCase() !== "websocket") {
      return errorResponse(426, "upgrade_required", "This is a WebSocket");
    }
    if (this.#isClosing) return errorResponse(503, "closing", "The gateway is closing");
    if (!isFromPage(request.headers, { url, origins })) {
      onRefused?.("origin");
      return errorResponse(403, "origin_not_allowed", "Pages of this origin may not connect");
    }
    const refusal = this.#caps.take(remote.hostname);
    if (refusal !== undefined) {
      onRefused?.(refusal);
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
    const { open, clock, log } = this.#options;
    const talk = open(toClientSocket(socket), address);
    this.#talks.add(talk);
    this.#stopChecks ??= clock.every(CHECK_PERIOD_MS, () => {
      for (const each of this.#talks) each.check();
    });
    socket.onmessage = ({ data }: MessageEvent<unknown>): void => {
      try {
        if (typeof data === "string") talk.onFrame(data);
        else talk.end("bad_frame");
      } catch (error) {
        log.error("frame_failed", { error: describeError(error) });
        talk.end("closing");
      }
    };
    // What went wrong with it is the client's business; `close` follows.
    socket.onerror = (event): void => event.preventDefault();
    socket.onclose = (): void => {
      talk.onClose();
      this.#talks.delete(talk);
      this.#caps.release(address);
      if (this.#talks.size > 0) return;
      this.#stopChecks?.();
      this.#stopChecks = undefined;
    };
  }
}

/**
 * Whether a page of the gateway's own, or of one of `origins`, asks. Only browsers send an origin, and only
 * they can be made to connect by a page of somebody else.
 */
function isFromPage(
  headers: Headers,
  { url, origins }: { readonly url: URL; readonly origins: readonly string[] },
): boolean {
  const origin = headers.get("origin");
  if (origin === null) return true;
  return origins.includes("*") || origins.includes(origin) || URL.parse(origin)?.host === url.host;
}

/** The socket, to which nothing can be sent that it would throw at. */
function toClientSocket(socket: WebSocket): ClientSocket {
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
