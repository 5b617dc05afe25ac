import { AUTH_RPC_DEADLINE_MS } from "../../core/auth/auth_client.ts";
import type { JsonObject } from "../../core/json.ts";
import { AUTH_RPC_SERVICE, tryParseAuthReply } from "../../core/protocol/auth_messages.ts";
import { authResponse } from "./auth_response.ts";
import { type Asked, type GatewayRoute, withToken } from "./gateway_route.ts";
import { badReply, callService, type ServiceCallOptions } from "./service_call.ts";

/** Accounts and sessions. The rules are auth's, which is asked over `Rpc` for the client's address. */
export function authRoutes(options: ServiceCallOptions): GatewayRoute[] {
  const ask = async (
    request: JsonObject,
    { ip, log }: Asked,
    status = 200,
  ): Promise<Response> => {
    const call = {
      service: AUTH_RPC_SERVICE,
      request: { ...request, ip },
      deadlineMs: AUTH_RPC_DEADLINE_MS,
    };
    const outcome = await callService(call, { ...options, log });
    if (!outcome.ok) return outcome.response;
    const reply = tryParseAuthReply(outcome.reply);
    return reply === undefined ? badReply(call.service) : authResponse(reply, { status });
  };
  const post = (
    path: string,
    handler: GatewayRoute["handler"],
  ): GatewayRoute => ({ method: "POST", path, body: "required", handler });
  return [
    post("/auth/register", (asked) => {
      const { username, password } = asked.fields;
      return ask({ action: "register", username, password }, asked, 201);
    }),
    post("/auth/login", (asked) => {
      const { username, password } = asked.fields;
      return ask({ action: "login", username, password }, asked);
    }),
    post("/auth/refresh", (asked) => {
      const { refresh_token } = asked.fields;
      return ask({ action: "refresh", refresh_token }, asked);
    }),
    {
      method: "POST",
      path: "/auth/logout",
      body: "none",
      handler: withToken((asked) => ask({ action: "logout", token: asked.token }, asked)),
    },
    ...accountRoutes(ask),
  ];
}

function accountRoutes(
  ask: (request: JsonObject, asked: Asked) => Promise<Response>,
): GatewayRoute[] {
  const path = "/accounts/me";
  return [
    {
      method: "GET",
      path,
      body: "none",
      handler: withToken((asked) => ask({ action: "account_get", token: asked.token }, asked)),
    },
    {
      method: "PATCH",
      path,
      body: "required",
      handler: withToken((asked) => {
        const { token, fields: { display_name, password, old_password } } = asked;
        const changes = { display_name, password, old_password };
        return ask({ action: "account_update", token, ...changes }, asked);
      }),
    },
    {
      method: "DELETE",
      path,
      body: "required",
      handler: withToken((asked) => {
        const { token, fields: { password } } = asked;
        return ask({ action: "account_delete", token, password }, asked);
      }),
    },
  ];
}
