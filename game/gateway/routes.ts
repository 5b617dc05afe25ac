import { tryBearerToken } from "../../core/auth/bearer_token.ts";
import type { JsonObject } from "../../core/json.ts";
import {
  errorResponse,
  type Handler,
  jsonResponse,
  type Route,
} from "../../core/net/http_server.ts";
import { readJsonFields } from "../../core/net/json_fields.ts";
import { AUTH_RPC_SERVICE, tryParseAuthReply } from "../../core/protocol/auth_messages.ts";
import {
  FIND_REFUSALS,
  MATCHMAKING_RPC_SERVICE,
  tryParseFindReply,
} from "../../core/protocol/matchmaking_messages.ts";
import page from "../web/index.html" with { type: "text" };
import { authResponse } from "./auth_response.ts";
import { OPENAPI } from "./openapi.ts";
import { callService, type ServiceCallOptions } from "./service_call.ts";

/** The longest body of a request, in bytes. */
export const BODY_BYTES_MAX = 16_384;

// A password hash takes a third of a second, and some may be queued before it.
const AUTH_DEADLINE_MS = 10_000;
/** Longer than a matchmaker tries servers. */
const FIND_DEADLINE_MS = 5_000;

const PAGE_HEADERS = {
  "content-type": "text/html; charset=utf-8",
  "cache-control": "no-cache",
  "content-security-policy":
    "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; frame-ancestors 'none'",
  "referrer-policy": "no-referrer",
};

/** Answers a request whose body is a JSON object. */
type FieldsHandler = (fields: JsonObject, client: Client) => Promise<Response>;

/** Who a request comes from. */
interface Client {
  /** Its address. */
  readonly ip: string;
  /** What its header says, unverified. */
  readonly bearerToken: string | undefined;
}

/** Everything that a gateway serves. The rules are other services': it asks them over `Rpc`. */
export function gatewayRoutes(options: ServiceCallOptions): Route[] {
  const post = (path: string, handler: FieldsHandler): Route => ({
    method: "POST",
    path,
    handler: withFields(handler),
  });
  const get = (path: string, handler: Handler): Route => ({ method: "GET", path, handler });
  return [
    get("/", () => new Response(page, { headers: PAGE_HEADERS })),
    get("/openapi.json", () => jsonResponse(OPENAPI)),
    post("/auth/register", async ({ username, password }, { ip }) => {
      const request = { action: "register", username, password, ip };
      return await askAuth(request, { ...options, status: 201 });
    }),
    post("/auth/login", async ({ username, password }, { ip }) => {
      const request = { action: "login", username, password, ip };
      return await askAuth(request, { ...options, status: 200 });
    }),
    post("/auth/refresh", async ({ refresh_token }, { ip }) => {
      const request = { action: "refresh", refresh_token, ip };
      return await askAuth(request, { ...options, status: 200 });
    }),
    post("/matchmaking/find", (fields, client) => find(fields, client, options)),
  ];
}

function withFields(handler: FieldsHandler): Handler {
  return async (request, { remote }) => {
    const body = await readJsonFields(request, { bytesMax: BODY_BYTES_MAX });
    if (!body.ok) return body.response;
    const bearerToken = tryBearerToken(request.headers);
    return await handler(body.fields, { ip: remote.hostname, bearerToken });
  };
}

/** Asks auth; `status` is that of a success. */
async function askAuth(
  request: JsonObject,
  options: ServiceCallOptions & { readonly status: number },
): Promise<Response> {
  const call = { service: AUTH_RPC_SERVICE, request, deadlineMs: AUTH_DEADLINE_MS };
  const outcome = await callService(call, options);
  if (!outcome.ok) return outcome.response;
  const reply = tryParseAuthReply(outcome.reply);
  return reply === undefined ? badReply(call.service) : authResponse(reply, options);
}

async function find(
  fields: JsonObject,
  { bearerToken }: Client,
  options: ServiceCallOptions,
): Promise<Response> {
  const { user_id, game_mode, pings, explain, party, jwt_token = bearerToken } = fields;
  const request = { method: "find", user_id, game_mode, jwt_token, pings, explain, party };
  const call = { service: MATCHMAKING_RPC_SERVICE, request, deadlineMs: FIND_DEADLINE_MS };
  const outcome = await callService(call, options);
  if (!outcome.ok) return outcome.response;
  const reply = tryParseFindReply(outcome.reply);
  if (reply === undefined) return badReply(call.service);
  if (reply.ok) return jsonResponse(reply.found);
  return errorResponse(FIND_REFUSALS[reply.code], reply.code, reply.message);
}

function badReply(service: string): Response {
  return errorResponse(502, "bad_reply", `No usable reply from ${service}`);
}
