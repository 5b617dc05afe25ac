import type { Route } from "../../core/net/http_server.ts";
import { makeEntityTag } from "../entity_tag.ts";
import icon from "./favicon.svg" with { type: "text" };
import script from "./live_page.js" with { type: "text" };
import { PackedText } from "./packed_text.ts";
import style from "./status_page.css" with { type: "text" };

/** Names the content of all assets: a page that was made with others is another page. */
export const ASSETS_VERSION: string = makeEntityTag(style + script + icon).replaceAll(/\W/g, "");

/** Where a page finds its assets. Their addresses change with their content, so they are kept for ever. */
export const ASSET_PATHS: {
  readonly style: string;
  readonly script: string;
  readonly icon: string;
} = {
  style: `status.css?v=${ASSETS_VERSION}`,
  script: `status.js?v=${ASSETS_VERSION}`,
  icon: `favicon.svg?v=${ASSETS_VERSION}`,
};

const KEPT_S = 31_536_000;

/** Serves style, script and icon of the page. */
export function pageAssetRoutes(): readonly Route[] {
  return [
    asset("/status.css", style, "text/css"),
    asset("/status.js", script, "text/javascript"),
    asset("/favicon.svg", icon, "image/svg+xml"),
  ];
}

function asset(path: string, content: string, type: string): Route {
  const packed = new PackedText(content);
  return {
    method: "GET",
    path,
    handler: (request, { url }) => {
      const isNamed = url.searchParams.get("v") === ASSETS_VERSION;
      return packed.respond(request, {
        "content-type": `${type}; charset=utf-8`,
        // An older page's address must not keep what is new now.
        "cache-control": isNamed ? `public, max-age=${KEPT_S}, immutable` : "no-cache",
      });
    },
  };
}
