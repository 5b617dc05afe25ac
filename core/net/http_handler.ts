import type { RouteKey } from "./http_router.ts";

/** What a handler is given beside the request. */
export interface RequestContext {
  /** The segments that the route names with `:name`, decoded. */
  readonly params: Readonly<Record<string, string>>;
  /** Who asks: the client, or the proxy before us. */
  readonly remote: Deno.NetAddr;
  /** The address that was asked for, parsed. */
  readonly url: URL;
  /** Aborts when the request takes too long or the server is closed by force. */
  readonly signal: AbortSignal;
}

/**
 * Answers a request. What it throws is logged and answered with 500. It may return the response of
 * `Deno.upgradeWebSocket(request)`.
 */
export type Handler = (request: Request, context: RequestContext) => Response | Promise<Response>;

/** A path with its method and handler; `HEAD` is answered by `GET`'s. */
export interface Route extends RouteKey {
  /** Answers its requests. */
  readonly handler: Handler;
}
