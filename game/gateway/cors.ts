import type { Handler, Route } from "../../core/net/http_server.ts";

/** How long a browser may remember what it was told, in seconds. */
const MAX_AGE_S = 600;
const SWITCHING_PROTOCOLS = 101;

/** Lets pages of other origins read replies, as the CORS protocol of the Fetch standard has it. */
export class CorsPolicy {
  readonly #origins: ReadonlySet<string>;

  /** Lets in pages of `origins`; `*` is every one; with none no header is ever sent. */
  constructor(origins: readonly string[]) {
    this.#origins = new Set(origins);
  }

  /**
   * The routes with the headers that pages of allowed origins need, and with one that answers the
   * question that a browser asks before a request, for each path.
   */
  apply(routes: readonly Route[]): Route[] {
    if (this.#origins.size === 0) return [...routes];
    const paths = new Set(routes.map(({ path }) => path));
    const preflights = [...paths].map((path): Route => {
      const methods = routes.filter((route) => route.path === path).map(({ method }) => method);
      return { method: "OPTIONS", path, handler: (request) => this.#preflight(request, methods) };
    });
    const opened = routes.map((route) => ({ ...route, handler: this.#open(route.handler) }));
    return [...opened, ...preflights];
  }

  #open(handler: Handler): Handler {
    return async (request, context) => {
      const response = await handler(request, context);
      // An upgrade cannot be changed, and browsers do not ask its headers: the endpoint looks at the origin.
      if (response.status === SWITCHING_PROTOCOLS) return response;
      this.#writeOrigin(request, response.headers);
      return response;
    };
  }

  #preflight(request: Request, methods: readonly string[]): Response {
    const headers = new Headers();
    if (this.#writeOrigin(request, headers)) {
      headers.set("access-control-allow-methods", methods.join(", "));
      headers.set(
        "access-control-allow-headers",
        "authorization, content-type, if-none-match, x-request-id",
      );
      headers.set("access-control-max-age", String(MAX_AGE_S));
    }
    return new Response(null, { status: 204, headers });
  }

  /** Whether the request's origin is let in. Cookies are not: nothing here uses any. */
  #writeOrigin(request: Request, headers: Headers): boolean {
    headers.append("vary", "Origin");
    const origin = request.headers.get("origin");
    const isEvery = this.#origins.has("*");
    if (origin === null || !(isEvery || this.#origins.has(origin))) return false;
    headers.set("access-control-allow-origin", isEvery ? "*" : origin);
    headers.set("access-control-expose-headers", "etag, location, retry-after, x-request-id");
    return true;
  }
}
