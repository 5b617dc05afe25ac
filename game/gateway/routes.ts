import { authRoutes } from "./auth_routes.ts";
import type { GatewayRoute } from "./gateway_route.ts";
import { matchmakingRoutes } from "./matchmaking_routes.ts";
import { pageRoutes } from "./page_routes.ts";
import { roomRoutes } from "./room_routes.ts";
import type { ServiceCallOptions } from "./service_call.ts";
import { statusRoute } from "./status_route.ts";

/** What a gateway answers with. */
export type GatewayRoutesOptions = ServiceCallOptions & Parameters<typeof statusRoute>[0];

/** Everything that a gateway serves. The rules are other services': it asks them over `Rpc`. */
export function gatewayRoutes(options: GatewayRoutesOptions): GatewayRoute[] {
  return [
    ...pageRoutes(),
    ...authRoutes(options),
    ...matchmakingRoutes(options),
    ...roomRoutes(options),
    statusRoute(options),
  ];
}
