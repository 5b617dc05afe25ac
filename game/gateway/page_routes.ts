import { jsonResponse } from "../../core/net/http_server.ts";
import type { GatewayRoute } from "./gateway_route.ts";
import { OPENAPI } from "./openapi.ts";
import { pageResponse } from "./web_assets.ts";

/** What browsers show, and what programs read to learn the rest. */
export function pageRoutes(): GatewayRoute[] {
  return [
    {
      method: "GET",
      path: "/",
      body: "none",
      handler: ({ headers }) => pageResponse(headers),
    },
    {
      method: "GET",
      path: "/openapi.json",
      body: "none",
      handler: () => jsonResponse(OPENAPI),
    },
  ];
}
