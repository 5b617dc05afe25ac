import type { Route } from "../../core/net/http_server.ts";
import type { Ports, ServiceContext } from "../../core/service.ts";
import type { GatewayConfig } from "./config.ts";
import { OpsActions } from "./ops_actions.ts";
import { OpsGuard } from "./ops_guard.ts";
import { opsPageResponse, tryOpsAssetResponse } from "./ops_page.ts";
import { opsRoutes } from "./ops_routes.ts";
import { OpsServers } from "./ops_servers.ts";
import { OpsSpectating } from "./ops_spectating.ts";
import { OpsView } from "./ops_view.ts";
import { openOpsWebSocket } from "./ops_websocket.ts";
import type { EnvelopedRoute } from "./request_envelope.ts";

/** What a gateway serves operators. */
export interface OpsDesk extends AsyncDisposable {
  /** Its paths, all below `/ops`. */
  readonly routes: readonly EnvelopedRoute[];
  /** A file of its page; undefined where the request is for something else. */
  tryAsset(request: Request): Response | undefined;
}

/** A gateway without a token for operators: none of their paths is there. */
export const NO_OPS_DESK: OpsDesk = {
  routes: [],
  tryAsset: () => undefined,
  [Symbol.asyncDispose]: () => Promise.resolve(),
};

/** Opens what operators need; nothing where no token is set by which they could be known. */
export function openOpsDesk(config: GatewayConfig, deps: OpsDeskDeps): OpsDesk {
  const { opsToken: token, serverId } = config;
  if (token === undefined) return NO_OPS_DESK;
  const { kvStore, pubSub, clock, log } = deps;
  const servers = new OpsServers(deps);
  const guard = new OpsGuard({ token, ...deps });
  const view = new OpsView({ ...deps, serverId, servers });
  const actions = new OpsActions({ ...deps, servers });
  const webSocket = openOpsWebSocket({
    clock,
    log,
    sessionOptions: (address) => ({
      view,
      clock,
      log,
      admit: (shown) => guard.check(shown, address),
      spectate: (matchId, on) => {
        const watcher = crypto.randomUUID();
        return new OpsSpectating(matchId, { kvStore, pubSub, clock, log, watcher, ...on });
      },
    }),
  });
  return {
    routes: [
      pageRoute(),
      ...opsRoutes({ guard, view, actions }),
      enveloped(webSocket.route),
    ],
    tryAsset: tryOpsAssetResponse,
    [Symbol.asyncDispose]: async () => {
      await webSocket.close();
      await view.settled();
      await servers.close();
    },
  };
}

/** What a desk works with. */
export type OpsDeskDeps = ServiceContext & Pick<Ports, "kvStore" | "pubSub" | "rpc">;

/** The page is for anybody to see: it holds nothing, and asks for the token itself. */
function pageRoute(): EnvelopedRoute {
  return { method: "GET", path: "/ops", open: () => ({ headers }) => opsPageResponse(headers) };
}

function enveloped({ handler, ...key }: Route): EnvelopedRoute {
  return { ...key, open: () => handler };
}
