import { matchesEntityTag } from "../../core/net/entity_tag.ts";
import { takesGzip } from "../../core/net/gzip.ts";
import { errorResponse } from "../../core/net/http_server.ts";
import type { GatewayRoute } from "./gateway_route.ts";
import type { ReplayLibrary, ReplayRefusal } from "./replay_library.ts";

/** Counts the shapes that a timeline has had: a browser keeps one for long. */
const TIMELINE_FORMAT = 1;

const REFUSALS: Readonly<Record<ReplayRefusal, readonly [status: number, message: string]>> = {
  no_replay: [404, "This match is not recorded"],
  match_not_over: [409, "This match is being played"],
  too_many_requests: [429, "Too many replays"],
  replay_busy: [503, "Others wait for replays; please try again"],
  replay_too_long: [503, "This match is too long to be played again here"],
  unavailable: [503, "The recordings cannot be read now"],
};
/** When it is worth trying again, in seconds. */
const RETRY_AFTER_S: Readonly<Partial<Record<ReplayRefusal, number>>> = {
  match_not_over: 2,
  too_many_requests: 5,
  replay_busy: 2,
  unavailable: 5,
};

/** A match that is over, played again: what `deno task replay --to-json` writes. It never changes. */
export function replayRoute(
  { replays }: { readonly replays: Pick<ReplayLibrary, "find"> },
): GatewayRoute {
  return {
    method: "GET",
    path: "/replays/:match_id",
    body: "none",
    handler: async ({ params: { match_id: matchId = "" }, headers: asked, ip }) => {
      const tag = `"replay-${TIMELINE_FORMAT}-${encodeURIComponent(matchId)}"`;
      const headers = {
        etag: tag,
        "cache-control": "public, max-age=86400, immutable",
        vary: "accept-encoding",
      };
      if (matchesEntityTag(asked.get("if-none-match"), tag)) {
        return new Response(null, { status: 304, headers });
      }
      const answer = await replays.find(matchId, ip);
      if (answer.kind !== "found") return refuse(answer.kind, answer.detail);
      const type = { ...headers, "content-type": "application/json" };
      if (takesGzip(asked.get("accept-encoding"))) {
        return new Response(answer.bytes, { headers: { ...type, "content-encoding": "gzip" } });
      }
      const text = new Blob([answer.bytes]).stream().pipeThrough(new DecompressionStream("gzip"));
      return new Response(text, { headers: type });
    },
  };
}

function refuse(kind: ReplayRefusal, detail?: string): Response {
  const [status, message] = REFUSALS[kind];
  const response = errorResponse(status, kind, detail ?? message);
  const retryAfterS = RETRY_AFTER_S[kind];
  if (retryAfterS !== undefined) response.headers.set("retry-after", String(retryAfterS));
  return response;
}
