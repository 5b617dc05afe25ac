import page from "../web/index.html" with { type: "text" };
import { assetResponse, makeAssets, makePage, tryAssetOf } from "./web_asset.ts";
import { WEB_FILES } from "./web_files.ts";

const PAGE = await makePage(page, [...WEB_FILES.keys()].filter((path) => path.endsWith(".js")));
const ASSETS = await makeAssets(WEB_FILES);

/** The page itself, or that the client has it already. */
export function pageResponse(headers: Headers): Response {
  return assetResponse(PAGE, headers);
}

/**
 * A file of the page, from memory; undefined where the request is for something else. Never throws.
 * They cost next to nothing, and a visit needs all of them at once: no rate is held against them.
 */
export function tryAssetResponse(request: Request): Response | undefined {
  return tryAssetOf(ASSETS, request);
}
