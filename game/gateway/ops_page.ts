import page from "../web/ops/ops_page.html" with { type: "text" };
import { OPS_WEB_FILES } from "./ops_web_files.ts";
import { assetResponse, makeAssets, makePage, tryAssetOf } from "./web_asset.ts";

/** What it shares with the players' page, beside what those import. */
const SHARED_MODULES = [
  "menu/page_language.js",
  "menu/page_part.js",
  "net/api.js",
  "net/timeline.js",
  "view/renderer.js",
];

const PAGE = await makePage(page, [
  ...[...OPS_WEB_FILES.keys()].filter((path) => path.endsWith(".js")),
  ...SHARED_MODULES,
]);
const ASSETS = await makeAssets(OPS_WEB_FILES);

/** The operators' page, which holds nothing of theirs: it asks for the token itself. */
export function opsPageResponse(headers: Headers): Response {
  return assetResponse(PAGE, headers);
}

/** A file of it, from memory; undefined where the request is for something else. Never throws. */
export function tryOpsAssetResponse(request: Request): Response | undefined {
  return tryAssetOf(ASSETS, request);
}
