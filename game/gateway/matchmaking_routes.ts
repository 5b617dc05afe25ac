import type { JsonObject } from "../../core/json.ts";
import { errorResponse, jsonResponse } from "../../core/net/http_server.ts";
import {
  FIND_REFUSALS,
  findResponseOf,
  MATCHMAKING_RPC_SERVICE,
  type MatchmakingMethod,
  tryParseFindReply,
} from "../../core/protocol/matchmaking_messages.ts";
import { type Asked, type GatewayRoute, withToken } from "./gateway_route.ts";
import { badReply, callService, type ServiceCallOptions } from "./service_call.ts";

/** Longer than a matchmaker tries servers, in milliseconds. */
const DEADLINE_MS = 5_000;

/** Finding a match. The rules are the matchmaker's, which is asked over `Rpc`. */
export function matchmakingRoutes(options: ServiceCallOptions): GatewayRoute[] {
  const path = "/matchmaking/search/:id";
  const searchHandler = (method: MatchmakingMethod): GatewayRoute["handler"] =>
    withToken((asked) => {
      const { token, params } = asked;
      const request = { method, search_id: params.id, jwt_token: token };
      return ask(request, { ...options, log: asked.log });
    });
  return [
    {
      method: "POST",
      path: "/matchmaking/find",
      body: "required",
      handler: (asked) => ask(findRequest(asked), { ...options, log: asked.log }),
    },
    { method: "GET", path, body: "none", handler: searchHandler("search") },
    { method: "DELETE", path, body: "none", handler: searchHandler("stop_search") },
  ];
}

function findRequest({ fields, token, ip }: Asked): JsonObject {
  const { user_id, game_mode, pings, explain, jwt_token = token } = fields;
  const { party, party_id, region } = fields;
  const asked = { user_id, game_mode, jwt_token, pings, region, explain, party, party_id };
  return { method: "find", ...asked, ip };
}

async function ask(request: JsonObject, options: ServiceCallOptions): Promise<Response> {
  const call = { service: MATCHMAKING_RPC_SERVICE, request, deadlineMs: DEADLINE_MS };
  const outcome = await callService(call, options);
  if (!outcome.ok) return outcome.response;
  const reply = tryParseFindReply(outcome.reply);
  if (reply === undefined) return badReply(call.service);
  if (!reply.ok) return errorResponse(FIND_REFUSALS[reply.code], reply.code, reply.message);
  const { status, body } = findResponseOf(reply);
  return jsonResponse(body, { status });
}
