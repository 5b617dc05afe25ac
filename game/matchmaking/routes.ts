import { tryBearerToken } from "../../core/auth/bearer_token.ts";
import type { JsonObject } from "../../core/json.ts";
import { errorResponse, jsonResponse } from "../../core/net/http_server.ts";
import type { Handler, Route } from "../../core/net/http_server.ts";
import { readJsonFields } from "../../core/net/json_fields.ts";
import {
  FIND_REFUSALS,
  type FindReply,
  findResponseOf,
  type MatchmakingMethod,
} from "../../core/protocol/matchmaking_messages.ts";
import type { AnswerRequest } from "./leader_relay.ts";

/** The longest body of a request, in bytes. */
export const BODY_BYTES_MAX = 16_384;

const SEARCH_PATH = "/matchmaking/search/:id";

/** What the matchmaker serves over HTTP: the gateway's paths, for who comes to it directly. */
export function matchmakerRoutes(answer: AnswerRequest): Route[] {
  return [
    {
      method: "POST",
      path: "/matchmaking/find",
      handler: async (request, { remote }) => {
        const body = await readJsonFields(request, { bytesMax: BODY_BYTES_MAX });
        if (!body.ok) return body.response;
        const token = body.fields.jwt_token ?? tryBearerToken(request.headers);
        return responseTo(
          await answer({
            ...body.fields,
            ...asked("find", token),
            ip: remote.hostname,
          }),
        );
      },
    },
    { method: "GET", path: SEARCH_PATH, handler: searchHandler("search", answer) },
    { method: "DELETE", path: SEARCH_PATH, handler: searchHandler("stop_search", answer) },
  ];
}

function searchHandler(method: MatchmakingMethod, answer: AnswerRequest): Handler {
  return async (request, { params }) => {
    const token = tryBearerToken(request.headers);
    return responseTo(await answer({ ...asked(method, token), search_id: params.id }));
  };
}

function asked(method: MatchmakingMethod, token: JsonObject[string]): JsonObject {
  return { method, ...(token !== undefined && { jwt_token: token }) };
}

function responseTo(reply: FindReply): Response {
  if (!reply.ok) return errorResponse(FIND_REFUSALS[reply.code], reply.code, reply.message);
  const { status, body } = findResponseOf(reply);
  return jsonResponse(body, { status });
}
