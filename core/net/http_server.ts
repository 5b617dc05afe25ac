// Long because a request is routed, bounded, answered for and let go in one place.
import type { Clock } from "../clock.ts";
import { describeError, type Log } from "../log.ts";
import { nameRequestSpan } from "../tracing.ts";
import { unreachable } from "../unreachable.ts";
import type { AddressRanges } from "./address_ranges.ts";
import { clientAddress } from "./client_address.ts";
import { BodyTooLarge, boundBody, declaredBytes } from "./http_body.ts";
import type { Route } from "./http_handler.ts";
import { refusalResponse, secureResponse } from "./http_response.ts";
import { HttpRouter } from "./http_router.ts";
import { listenOn } from "./listen_on.ts";
import { RequestInHand } from "./request_in_hand.ts";

export { type BodyRefusal, type BodyResult, readJson } from "./http_body.ts";
export { errorResponse, jsonResponse } from "./http_response.ts";
export type { Handler, RequestContext, Route } from "./http_handler.ts";

/** The route of requests that have none, for a metric's label. */
export const UNMATCHED_ROUTE = "unmatched";

/** How an HTTP server is started. */
export interface HttpServerOptions {
  /** The address to listen on, `0.0.0.0` for all of IPv4. */
  readonly hostname: string;
  /** 0 lets the system choose. */
  readonly port: number;
  /** What is served. */
  readonly routes: readonly Route[];
  /** Milliseconds until a request without a response is answered with 503; a body may take longer. */
  readonly requestTimeoutMs: number;
  /** Bytes of the longest request body that a handler can read; a longer one is answered with 413. */
  readonly bodyBytesMax: number;
  /** Proxies that are believed whom they name in `x-real-ip`; undefined: none. */
  readonly trustedProxies?: AddressRanges | undefined;
  /** Told of what goes wrong on our side. */
  readonly log: Log;
  /** Measures the time. */
  readonly clock: Clock;
  /**
   * Answers at once what it can, from memory: before routing, and without being observed. Undefined: the
   * request goes the usual way. Its responses are sent as they are, and it must not throw.
   */
  readonly quick?: (request: Request) => Response | undefined;
  /** Told of each other response; `route` is its route's path as given, or {@linkcode UNMATCHED_ROUTE}. */
  readonly observe?: (route: string, status: number, durationMs: number) => void;
}

/** An HTTP server that runs. */
export interface HttpServer {
  /** What it listens on. */
  readonly address: { readonly hostname: string; readonly port: number };
  /**
   * Answers requests that still come with 503, waits for the responses in hand, `drainMs` at most,
   * and closes every connection; WebSockets are cut. Calling it again waits for the first call.
   */
  close(options: { readonly drainMs: number }): Promise<void>;
}

/**
 * Serves routes over HTTP. A response whose handler did not say so is not to be cached, and never
 * sniffed; errors are JSON, `{"error":{"code","message"}}`.
 *
 * @throws Error when the address cannot be listened on
 * @throws TypeError where two routes are the same
 */
export function startHttpServer(options: HttpServerOptions): HttpServer {
  return new RoutingHttpServer(options);
}

type ServeInfo = Deno.ServeHandlerInfo<Deno.NetAddr>;

/** A response, and the path of the route it came from. */
interface Answer {
  readonly route: string;
  readonly response: Response;
}

class RoutingHttpServer implements HttpServer {
  readonly address: { readonly hostname: string; readonly port: number };
  readonly #options: HttpServerOptions;
  readonly #router: HttpRouter<Route>;
  readonly #server: Deno.HttpServer<Deno.NetAddr>;
  readonly #abort = new AbortController();
  readonly #inHand = new Set<RequestInHand>();
  #unsentCount = 0;
  #onAllSent: (() => void) | undefined;
  #closed: Promise<void> | undefined;

  constructor(options: HttpServerOptions) {
    const { hostname, port, routes } = options;
    this.#options = options;
    this.#router = new HttpRouter(routes);
    this.#server = listenOn({ transport: "http", hostname, port }, () =>
      Deno.serve({
        hostname,
        port,
        signal: this.#abort.signal,
        onListen: () => {},
        onError: (error) => this.#failed(UNMATCHED_ROUTE, error),
      }, (request, info) => this.#quick(request) ?? this.#serve(request, info)));
    this.address = { hostname: this.#server.addr.hostname, port: this.#server.addr.port };
  }

  close(options: { readonly drainMs: number }): Promise<void> {
    return this.#closed ??= this.#close(options.drainMs);
  }

  async #close(drainMs: number): Promise<void> {
    const late = Promise.withResolvers<"late">();
    const cancel = drainMs > 0
      ? this.#options.clock.after(drainMs, () => late.resolve("late"))
      : late.resolve("late");
    if (await Promise.race([late.promise, this.#whenSent()]) === "late") {
      for (const request of this.#inHand) request.abort("The server is closing");
      // Unlike `shutdown`, which waits for every client to read and which nothing can cut short.
      this.#abort.abort();
      return await this.#server.finished;
    }
    // All that a client may still have to read is what the system has buffered.
    const outcome = await Promise.race([late.promise, this.#server.shutdown()]);
    cancel?.();
    if (outcome === "late") this.#options.log.warn("http_close_incomplete");
  }

  #whenSent(): Promise<void> {
    if (this.#unsentCount === 0) return Promise.resolve();
    return new Promise((resolve) => this.#onAllSent = resolve);
  }

  // No promise, and nothing read that is not needed: each costs a tenth of what a small response does.
  #quick(request: Request): Response | undefined {
    return this.#closed === undefined ? this.#options.quick?.(request) : undefined;
  }

  async #serve(request: Request, info: ServeInfo): Promise<Response> {
    const { clock, observe } = this.#options;
    const startedMs = clock.monotonicMs();
    this.#unsentCount++;
    info.completed.then(this.#onSent, this.#onSent);
    const { route, response } = this.#closed === undefined
      ? await this.#answer(request, info)
      : { route: UNMATCHED_ROUTE, response: refusalResponse("closing") };
    const secured = secureResponse(response);
    observe?.(route, secured.status, clock.monotonicMs() - startedMs);
    return secured;
  }

  readonly #onSent = (): void => {
    if (--this.#unsentCount === 0) this.#onAllSent?.();
  };

  async #answer(request: Request, info: ServeInfo): Promise<Answer> {
    // A Host header can make it something that is no URL.
    const url = URL.parse(request.url);
    if (url === null) return { route: UNMATCHED_ROUTE, response: refusalResponse("bad_request") };
    const match = this.#router.find(request.method, url.pathname);
    switch (match.kind) {
      case "not_found":
        return { route: UNMATCHED_ROUTE, response: refusalResponse("not_found") };
      case "method_not_allowed": {
        const response = refusalResponse("method_not_allowed");
        response.headers.set("allow", match.allowed.join(", "));
        return { route: match.path, response };
      }
      case "found": {
        const { route, params } = match;
        nameRequestSpan(request.method, route.path);
        const trusted = this.#options.trustedProxies;
        const remote = clientAddress(request, info.remoteAddr, { trusted });
        const inHand = new RequestInHand({ params, remote, url });
        return { route: route.path, response: await this.#handle(request, route, inHand) };
      }
      default:
        return unreachable(match);
    }
  }

  async #handle(request: Request, route: Route, inHand: RequestInHand): Promise<Response> {
    const { bodyBytesMax } = this.#options;
    if (declaredBytes(request) > bodyBytesMax) return refusalResponse("body_too_large");
    this.#inHand.add(inHand);
    try {
      const handled = route.handler(boundBody(request, bodyBytesMax), inHand);
      return handled instanceof Response ? handled : await this.#inTime(handled, route, inHand);
    } catch (error) {
      if (error instanceof BodyTooLarge) return refusalResponse("body_too_large");
      return this.#failed(route.path, error);
    } finally {
      this.#inHand.delete(inHand);
    }
  }

  async #inTime(
    handled: Promise<Response>,
    { path }: Route,
    inHand: RequestInHand,
  ): Promise<Response> {
    const { clock, requestTimeoutMs } = this.#options;
    const late = Promise.withResolvers<void>();
    const cancel = clock.after(requestTimeoutMs, late.resolve);
    try {
      const response = await Promise.race([handled, late.promise]);
      if (response instanceof Response) return response;
    } finally {
      cancel();
    }
    inHand.abort("The request took too long");
    this.#options.log.warn("request_timed_out", { route: path });
    // Nobody waits for it any more, but it may hold something, and must not fail unseen.
    const fail = (error: unknown): void => void this.#failed(path, error);
    handled.then((response) => response.body?.cancel()).catch(fail);
    return refusalResponse("timeout");
  }

  #failed(route: string, error: unknown): Response {
    this.#options.log.error("request_failed", { route, error: describeError(error) });
    return refusalResponse("internal_error");
  }
}
