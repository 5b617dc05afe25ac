import { type JsonObject, type JsonValue, tryJsonObject } from "../../core/json.ts";
import type { MatchPlace } from "../../core/protocol/matchmaking_messages.ts";
import type { ServerStatus } from "../../core/protocol/server_status.ts";
import type { PlaceKind } from "./matchmaker_metrics.ts";
import type { PlacementTerms } from "./placement.ts";

/** What led to a place. */
export interface PlaceReasons {
  /** In which kind of match. */
  readonly kind: PlaceKind;
  /** What each server would have cost. */
  readonly terms: readonly PlacementTerms[];
}

/**
 * The place of a match on a server; `explanation` goes with it where there is one. Datagrams go to the server's
 * own host where it says one, a WebSocket always to the gateway, which is elsewhere.
 */
export function placeOn(
  { serverId, publicIp, udpPort }: ServerStatus,
  { matchId, websocketUrl, explanation }: {
    readonly matchId: string;
    readonly websocketUrl: URL;
    readonly explanation: PlaceReasons | undefined;
  },
): MatchPlace {
  return {
    match_id: matchId,
    websocket_url: websocketUrl.href,
    udp: { host: publicIp ?? hostOf(websocketUrl), port: udpPort },
    ...(explanation && { explanation: explain(serverId, explanation) }),
  };
}

/** The value as a place, or undefined where it is none. */
export function tryParsePlace(value: JsonValue | undefined): MatchPlace | undefined {
  const fields = tryJsonObject(value);
  const { host, port } = tryJsonObject(fields?.udp) ?? {};
  const { match_id, websocket_url } = fields ?? {};
  if (typeof match_id !== "string" || typeof websocket_url !== "string") return undefined;
  if (typeof host !== "string" || typeof port !== "number") return undefined;
  return { ...fields, match_id, websocket_url, udp: { host, port } };
}

/** Without the brackets of IPv6. */
function hostOf({ hostname }: URL): string {
  return hostname.replace(/^\[|\]$/g, "");
}

function explain(serverId: string, { kind, terms }: PlaceReasons): JsonObject {
  return { chosen: serverId, place: kind, candidates: terms.map(explainTerms) };
}

function explainTerms(terms: PlacementTerms): JsonObject {
  return {
    server_id: terms.serverId,
    region: terms.region,
    ping_ms: terms.pingMs,
    ping_source: terms.pingSource,
    matches_penalty_ms: terms.matchesPenaltyMs,
    players_penalty_ms: terms.playersPenaltyMs,
    tick_penalty_ms: terms.tickPenaltyMs,
    cost_ms: terms.costMs,
    refusal: terms.refusal ?? null,
  };
}
