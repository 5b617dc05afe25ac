import type { Counter } from "../metrics.ts";
import { tryAddressKey } from "./address_key.ts";
import { errorResponse, type Route } from "./http_server.ts";
import type { RateLimiter } from "./rate_limiter.ts";

/**
 * The routes, which answer a client with 429 and do nothing where its address, or its IPv6 network
 * of 64 bits, has sent too many requests to them.
 */
export function limitRate(
  routes: readonly Route[],
  options: { readonly limiter: RateLimiter; readonly limited: Counter },
): Route[] {
  const { limiter, limited } = options;
  return routes.map((route) => ({
    ...route,
    handler: (request, context) => {
      const { hostname } = context.remote;
      if (limiter.tryTake(tryAddressKey(hostname) ?? hostname)) {
        return route.handler(request, context);
      }
      limited.inc();
      const response = errorResponse(429, "too_many_requests", "Too many requests");
      response.headers.set("retry-after", "1");
      return response;
    },
  }));
}
