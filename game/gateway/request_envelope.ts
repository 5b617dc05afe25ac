import type { Clock } from "../../core/clock.ts";
import { describeError, type Log } from "../../core/log.ts";
import {
  errorResponse,
  type Handler,
  type RequestContext,
  type Route,
} from "../../core/net/http_server.ts";
import type { RequestLimits } from "./request_limits.ts";

/** A route whose handler is told by which log to tell of a request. */
export interface EnvelopedRoute {
  /** In capitals. */
  readonly method: string;
  /** Starts with `/`. */
  readonly path: string;
  /** The handler of one request, which `log` names. */
  readonly open: (log: Log) => Handler;
}

/** What every request goes through. */
export interface EnvelopeOptions {
  /** Refuses those that ask too much. */
  readonly limits: Pick<RequestLimits, "refuseAddress">;
  /** Tells of requests. */
  readonly log: Log;
  /** Says how long they took. */
  readonly clock: Clock;
  /** Gives a unique id. */
  readonly newId: () => string;
}

/** The header that names a request, in it and in its response. */
export const REQUEST_ID_HEADER = "x-request-id";
const REQUEST_ID = /^[\w.-]{1,64}$/;

/** What a response says to browsers unless it says otherwise; nothing here is shown in a frame. */
const SECURITY_HEADERS: Readonly<Record<string, string>> = {
  "content-security-policy": "default-src 'none'; frame-ancestors 'none'",
  "x-frame-options": "DENY",
  "referrer-policy": "no-referrer",
};
const SWITCHING_PROTOCOLS = 101;

/**
 * A server's routes, whose requests have an id, are limited and told of, and whose responses have the headers
 * that every response of a gateway has.
 */
export function envelopRoutes(
  routes: readonly EnvelopedRoute[],
  options: EnvelopeOptions,
): Route[] {
  return routes.map((route) => {
    const { method, path } = route;
    return { method, path, handler: envelop(route, options) };
  });
}

function envelop(route: EnvelopedRoute, options: EnvelopeOptions): Handler {
  const { limits, clock, newId } = options;
  return async (request, context) => {
    const startMs = clock.monotonicMs();
    const requestId = tryRequestId(request.headers) ?? newId();
    const log = options.log.child({ request_id: requestId });
    const response = limits.refuseAddress(context.remote.hostname) ??
      await answer(route, request, { context, log });
    if (log.debugOn) {
      const { method, path } = route;
      const duration_ms = clock.monotonicMs() - startMs;
      log.debug("request", { method, route: path, status: response.status, duration_ms });
    }
    return seal(response, requestId);
  };
}

async function answer(
  route: EnvelopedRoute,
  request: Request,
  { context, log }: { readonly context: RequestContext; readonly log: Log },
): Promise<Response> {
  try {
    return await route.open(log)(request, context);
  } catch (error) {
    // A fault of ours: whoever asks can say by the id which one.
    log.error("request_failed", { route: route.path, error: describeError(error) });
    return errorResponse(500, "internal_error", "Internal server error");
  }
}

function seal(response: Response, requestId: string): Response {
  const { status, headers } = response;
  if (status === SWITCHING_PROTOCOLS) return response;
  headers.set(REQUEST_ID_HEADER, requestId);
  for (const [name, value] of Object.entries(SECURITY_HEADERS)) {
    if (!headers.has(name)) headers.set(name, value);
  }
  if (status === 401) headers.set("www-authenticate", "Bearer");
  return response;
}

/** The id by which a proxy or a client calls the request, where it is one that a log can show. */
function tryRequestId(headers: Headers): string | undefined {
  const id = headers.get(REQUEST_ID_HEADER) ?? "";
  return REQUEST_ID.test(id) ? id : undefined;
}
