import type { JsonObject } from "../../core/json.ts";
import { errorResponse, jsonResponse } from "../../core/net/http_server.ts";
import {
  ROOM_REFUSALS,
  type RoomMethod,
  type RoomReply,
  ROOMS_RPC_SERVICE,
  tryParseRoomReply,
} from "../../core/protocol/room_messages.ts";
import { type Asked, type GatewayRoute, withToken } from "./gateway_route.ts";
import { badReply, callService, type ServiceCallOptions } from "./service_call.ts";

/** Longer than the matchmaker tries servers for a room that is full, in milliseconds. */
const DEADLINE_MS = 8_000;
/** When somebody may try another code who has tried too many, in seconds. */
const GUESSES_RETRY_S = 60;

/** Private rooms. The rules are the matchmaker's, which is asked over `Rpc`. */
export function roomRoutes(options: ServiceCallOptions): GatewayRoute[] {
  const route = (
    key: string,
    rpcMethod: RoomMethod,
    fieldsOf?: (asked: Asked) => JsonObject,
  ): GatewayRoute => {
    const [method = "", path = ""] = key.split(" ");
    return {
      method,
      path,
      body: fieldsOf === undefined ? "none" : "optional",
      handler: withToken((asked) => {
        const { token, ip, params: { code }, log } = asked;
        const request = { ...fieldsOf?.(asked), method: rpcMethod, code, jwt_token: token, ip };
        return ask(request, { ...options, log });
      }),
    };
  };
  return [
    route("POST /rooms", "create", (asked) => ({ ...settingsOf(asked), ...placeOf(asked) })),
    route("GET /rooms/:code", "get"),
    route("PATCH /rooms/:code", "configure", settingsOf),
    route("DELETE /rooms/:code", "close"),
    route("POST /rooms/:code/join", "join", (asked) => ({
      ...placeOf(asked),
      after: asked.fields.after,
    })),
    route("POST /rooms/:code/leave", "leave"),
    route("POST /rooms/:code/start", "start"),
  ];
}

function settingsOf({ fields: { name, game_mode, map, team_size } }: Asked): JsonObject {
  return { name, game_mode, map, team_size };
}

function placeOf({ fields: { region, pings } }: Asked): JsonObject {
  return { region, pings };
}

async function ask(
  request: JsonObject & { readonly method: RoomMethod },
  options: ServiceCallOptions,
): Promise<Response> {
  const call = { service: ROOMS_RPC_SERVICE, request, deadlineMs: DEADLINE_MS };
  const outcome = await callService(call, options);
  if (!outcome.ok) return outcome.response;
  const reply = tryParseRoomReply(outcome.reply);
  return reply === undefined ? badReply(call.service) : roomResponse(reply, request.method);
}

function roomResponse(reply: RoomReply, method: RoomMethod): Response {
  if (!reply.ok) {
    const status = ROOM_REFUSALS[reply.code];
    const response = errorResponse(status, reply.code, reply.message);
    if (status === 429) response.headers.set("retry-after", String(GUESSES_RETRY_S));
    return response;
  }
  if ("farewell" in reply) return jsonResponse(reply.farewell);
  const { room } = reply;
  if (method !== "create") return jsonResponse(room);
  return jsonResponse(room, { status: 201, headers: { location: `/rooms/${room.code}` } });
}
