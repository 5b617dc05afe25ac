import { tryBearerToken } from "../../core/auth/bearer_token.ts";
import type { JsonValue } from "../../core/json.ts";
import { errorResponse, type Handler, jsonResponse } from "../../core/net/http_server.ts";
import { type Asked, type GatewayRoute, handlerOf } from "./gateway_route.ts";
import type { OpsAction, OpsActions } from "./ops_actions.ts";
import { type OpsGuard, opsRefusalResponse } from "./ops_guard.ts";
import type { OpsView } from "./ops_view.ts";
import type { EnvelopedRoute } from "./request_envelope.ts";

/** What operators are served with. */
export interface OpsRoutesOptions {
  /** Says who is one. */
  readonly guard: OpsGuard;
  /** What they see. */
  readonly view: Pick<OpsView, "overview" | "server">;
  /** What they do. */
  readonly actions: Pick<OpsActions, "take">;
}

const NAME_LENGTH_MAX = 128;
/** The status of what is not done; whatever is not here is not the operator's doing. */
const STATUSES: ReadonlyMap<string, number> = new Map([
  ["unknown_player", 404],
  ["unknown_match", 404],
  ["unknown_account", 404],
  ["no_such_server", 404],
  ["no_answer", 504],
  ["deadline_exceeded", 504],
  ["unavailable", 503],
  ["overloaded", 503],
]);

/** The operators' API, below `/ops/api/`: JSON, each request with the operators' token. */
export function opsRoutes({ guard, view, actions }: OpsRoutesOptions): EnvelopedRoute[] {
  const act = async (action: OpsAction | undefined, { ip }: Asked): Promise<Response> => {
    if (action === undefined) return errorResponse(400, "invalid_field", "A name is missing");
    const outcome = await actions.take(action, ip);
    return outcome.ok ? jsonResponse(outcome.about) : refuse(outcome.reason);
  };
  const routes: GatewayRoute[] = [
    {
      method: "GET",
      path: "/ops/api/overview",
      body: "none",
      handler: async () => jsonResponse(await view.overview()),
    },
    {
      method: "GET",
      path: "/ops/api/servers/:server_id",
      body: "none",
      handler: ({ params: { server_id: serverId = "" } }) => describe(serverId, view),
    },
    {
      method: "POST",
      path: "/ops/api/servers/:server_id/drain",
      body: "none",
      handler: (asked) => act({ name: "drain", serverId: asked.params.server_id ?? "" }, asked),
    },
    {
      method: "POST",
      path: "/ops/api/servers/:server_id/kick",
      body: "required",
      handler: (asked) => act(tryParseKick(asked), asked),
    },
    {
      method: "POST",
      path: "/ops/api/accounts/disable",
      body: "required",
      handler: (asked) => act(tryParseAccount("disable_account", asked), asked),
    },
    {
      method: "POST",
      path: "/ops/api/accounts/enable",
      body: "required",
      handler: (asked) => act(tryParseAccount("enable_account", asked), asked),
    },
  ];
  return routes.map((route) => guarded(route, guard));
}

/** The route for who shows the operators' token; what others send is not read. */
function guarded(route: GatewayRoute, guard: OpsGuard): EnvelopedRoute {
  return {
    method: route.method,
    path: route.path,
    open: (log): Handler => {
      const handler = handlerOf(route, { log, admit: () => Promise.resolve(undefined) });
      return async (request, context) => {
        const token = tryBearerToken(request.headers);
        const refusal = await guard.check(token, context.remote.hostname);
        return refusal === undefined ? handler(request, context) : opsRefusalResponse(refusal);
      };
    },
  };
}

async function describe(
  serverId: string,
  view: Pick<OpsView, "server">,
): Promise<Response> {
  const reply = await view.server(serverId, undefined);
  return reply.ok ? jsonResponse(reply.about ?? {}) : refuse(reply.reason);
}

function refuse(reason: string): Response {
  return errorResponse(STATUSES.get(reason) ?? 502, reason, "It was not done");
}

function tryParseKick({ params, fields }: Asked): OpsAction | undefined {
  const { server_id: serverId } = params;
  const { match_id: matchId, player_id: playerId } = fields;
  if (serverId === undefined || !isName(matchId) || !isName(playerId)) return undefined;
  return { name: "kick", serverId, matchId, playerId };
}

function tryParseAccount(
  name: "disable_account" | "enable_account",
  { fields: { account_id, username } }: Asked,
): OpsAction | undefined {
  if (isName(account_id)) return { name, account: { account_id } };
  return isName(username) ? { name, account: { username } } : undefined;
}

function isName(value: JsonValue | undefined): value is string {
  return typeof value === "string" && value !== "" && value.length <= NAME_LENGTH_MAX;
}
