import { tryBearerToken } from "../../core/auth/bearer_token.ts";
import { errorResponse, jsonResponse } from "../../core/net/http_server.ts";
import type { Route } from "../../core/net/http_server.ts";
import { readJsonFields } from "../../core/net/json_fields.ts";
import { FIND_REFUSALS, type FindReply } from "../../core/protocol/matchmaking_messages.ts";
import type { FindService } from "./find_service.ts";

/** The longest body of a request, in bytes. */
export const BODY_BYTES_MAX = 16_384;

/** What the matchmaker serves over HTTP: the gateway's path, for who comes to it directly. */
export function matchmakerRoutes(service: Pick<FindService, "answer">): Route[] {
  return [{
    method: "POST",
    path: "/matchmaking/find",
    handler: async (request) => {
      const body = await readJsonFields(request, { bytesMax: BODY_BYTES_MAX });
      if (!body.ok) return body.response;
      return findResponse(await service.answer(body.fields, tryBearerToken(request.headers)));
    },
  }];
}

function findResponse(reply: FindReply): Response {
  if (reply.ok) return jsonResponse(reply.found);
  return errorResponse(FIND_REFUSALS[reply.code], reply.code, reply.message);
}
