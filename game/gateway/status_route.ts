import type { Clock } from "../../core/clock.ts";
import type { JsonObject } from "../../core/json.ts";
import { matchesEntityTag } from "../../core/net/entity_tag.ts";
import { errorResponse, jsonResponse } from "../../core/net/http_server.ts";
import type { CachedStatus } from "./cached_status.ts";
import type { GatewayRoute } from "./gateway_route.ts";

/** How long browsers and proxies may give an answer again, as the status worker lets them. */
const FRESH = "public, max-age=10";
/** What is not up to date is asked for each time. */
const STALE = "no-cache";

/** The server's status, from what the status worker has cached; the constants table is never asked. */
export function statusRoute(
  { cachedStatus, clock }: { readonly cachedStatus: CachedStatus; readonly clock: Clock },
): GatewayRoute {
  return {
    method: "GET",
    path: "/api/server/status",
    body: "none",
    handler: async ({ headers: asked }) => {
      const reading = await cachedStatus.read();
      if (reading === undefined) {
        return errorResponse(503, "status_unknown", "Nobody has cached the status yet");
      }
      const { status, source, entityTag } = reading;
      const headers = { etag: entityTag, "cache-control": source === "cache" ? FRESH : STALE };
      if (matchesEntityTag(asked.get("if-none-match"), entityTag)) {
        return new Response(null, { status: 304, headers });
      }
      const _cache = { cached: true, age_seconds: ageSecondsOf(status, clock), source };
      return jsonResponse({ ...status, _cache }, { headers });
    },
  };
}

/** Whole seconds since the table was read; null where it never was. */
function ageSecondsOf({ updated_at: updatedAt }: JsonObject, clock: Clock): number | null {
  if (typeof updatedAt !== "number") return null;
  // The clock of whoever wrote it may be ahead of ours.
  return Math.max(0, Math.floor(clock.nowMs() / 1_000 - updatedAt));
}
