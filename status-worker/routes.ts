import type { Clock } from "../core/clock.ts";
import { errorResponse, jsonResponse, type Route } from "../core/net/http_server.ts";
import { historyRoute } from "./history_route.ts";
import { pageAssetRoutes } from "./page/page_assets.ts";
import { statusPageRoute } from "./page/page_route.ts";
import { ageSecondsOf } from "./status.ts";
import { StatusAnswers } from "./status_answers.ts";
import type { StatusCache } from "./status_cache.ts";
import type { StatusHistory } from "./status_history.ts";
import type { StatusMetrics, StatusRoute } from "./status_metrics.ts";
import type { StatusReader } from "./status_reader.ts";
import type { UpdateInterval } from "./update_interval.ts";

/** For what is about the cache itself: ask again each time. */
const UNCACHED = { "cache-control": "no-cache" };

/** What {@linkcode statusRoutes} need. */
export interface StatusRoutesOptions {
  /** Gives answers. */
  readonly reader: StatusReader;
  /** How the server was. */
  readonly history: StatusHistory;
  /** What is cached. */
  readonly cache: StatusCache;
  /** Counts. */
  readonly metrics: StatusMetrics;
  /** Says when. */
  readonly clock: Clock;
  /** The time between two updates. */
  readonly interval: UpdateInterval;
  /** Milliseconds that a status is served from the cache. */
  readonly cacheTtlMs: number;
}

/** Where nearly all visitors ask. */
const QUICK_PATH = "/api/server/status";
const SCHEME_LENGTH = "http://".length;

/** The answer to a visitor that costs a look nowhere, which is that to nearly each of them. */
export function quickStatus(
  options: StatusRoutesOptions,
): (request: Request) => Response | undefined {
  const { reader, metrics, clock } = options;
  const answers = new StatusAnswers(clock);
  return (request) => {
    const { url, method } = request;
    // Without a query, and nothing before it but the host.
    if (method !== "GET" || !url.endsWith(QUICK_PATH)) return undefined;
    if (url.indexOf("/", SCHEME_LENGTH) !== url.length - QUICK_PATH.length) return undefined;
    const { current } = reader;
    if (current === undefined) return undefined;
    metrics.requests[current.source].inc();
    return answers.respond(current, request.headers.get("if-none-match"));
  };
}

/** What visitors, operators and probes may ask. */
export function statusRoutes(options: StatusRoutesOptions): readonly Route[] {
  const answers = new StatusAnswers(options.clock);
  const get = (path: StatusRoute, handler: Route["handler"]): Route => ({
    method: "GET",
    path,
    handler,
  });
  const answer = async (request: Request): Promise<Response> => {
    const reading = await options.reader.read();
    options.metrics.requests[reading.source].inc();
    return answers.respond(reading, request.headers.get("if-none-match"));
  };
  return [
    get("/api/server/status", answer),
    get("/server/status", answer),
    get("/server/status/debug", () => debugResponse(options)),
    get("/health", () => healthResponse(options)),
    historyRoute(options),
    statusPageRoute(options),
    ...pageAssetRoutes(),
  ];
}

async function debugResponse(options: StatusRoutesOptions): Promise<Response> {
  const { cache, clock, interval } = options;
  const lookup = await cache.read();
  if (lookup.kind === "down") {
    return errorResponse(503, "cache_unavailable", "The cache does not answer");
  }
  const status = lookup.kind === "hit" ? lookup.known.status : undefined;
  const ageSeconds = status === undefined ? null : ageSecondsOf(status, clock.nowMs());
  const ttlMs = status === undefined ? undefined : await cache.remainingMs();
  return jsonResponse({
    cached: status !== undefined,
    updated_at: status?.updated_at ?? null,
    age_seconds: ageSeconds,
    ttl: ttlMs === undefined ? null : Math.floor(ttlMs / 1_000),
    is_fresh: ageSeconds !== null && ageSeconds * 1_000 <= interval.ms,
  }, { headers: UNCACHED });
}

/** `ok` with 200; `stale` and `error`, where somebody has to look, with 503. */
async function healthResponse(options: StatusRoutesOptions): Promise<Response> {
  const { cache, clock, cacheTtlMs } = options;
  const lookup = await cache.read();
  const unwell = (status: "stale" | "error", message: string): Response =>
    jsonResponse({ status, message }, { status: 503, headers: UNCACHED });
  if (lookup.kind === "down") return unwell("error", "Cache does not answer");
  if (lookup.kind === "miss") return unwell("stale", "Cache is empty");
  const ageSeconds = ageSecondsOf(lookup.known.status, clock.nowMs());
  // The store may have been told by somebody else to keep it longer than we would.
  if (ageSeconds === null || ageSeconds * 1_000 > cacheTtlMs) {
    return unwell("stale", "Cache too old");
  }
  return jsonResponse({ status: "ok", age_seconds: ageSeconds }, { headers: UNCACHED });
}
