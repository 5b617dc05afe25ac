import { errorResponse, jsonResponse } from "../../core/net/http_server.ts";
import type { KvStore } from "../../core/ports/kv_store.ts";
import { matchOwnerKey, tryParseMatchOwner } from "../../core/protocol/match_owner.ts";
import type { GatewayRoute } from "./gateway_route.ts";

/**
 * Where a match is now: for a client over UDP that hears its server no more, to resume there. Knowing it
 * lets nobody in.
 */
export function matchRoute({ kvStore }: { readonly kvStore: KvStore }): GatewayRoute {
  return {
    method: "GET",
    path: "/matches/:match_id",
    body: "none",
    handler: async ({ params: { match_id: matchId = "" } }) => {
      const owner = tryParseMatchOwner(await kvStore.get(matchOwnerKey(matchId)) ?? "");
      if (owner === undefined) {
        return errorResponse(404, "match_not_found", "No game server has this match now");
      }
      const { host, udpPort: port, epoch } = owner;
      return jsonResponse({ match_id: matchId, udp: { host, port }, epoch });
    },
  };
}
