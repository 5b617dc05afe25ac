import { matchesEntityTag } from "../../core/net/entity_tag.ts";
import { gzip, takesGzip } from "../../core/net/gzip.ts";
import { hashText } from "./hash_text.ts";
import { WEB_VERSION } from "./web_version.ts";

/** A file of a page as it is sent. */
export interface WebAsset {
  /** Its content. */
  readonly text: string;
  /** The same, compressed with gzip. */
  readonly bytes: Uint8Array<ArrayBuffer>;
  /** What goes with it, `etag` among it. */
  readonly headers: Readonly<Record<string, string>>;
  /** Names the content. */
  readonly tag: string;
}

/** Where the files of pages are. */
const ASSETS_PATH = "/web/";

const TYPES: Readonly<Record<string, string>> = {
  css: "text/css; charset=utf-8",
  js: "text/javascript; charset=utf-8",
  svg: "image/svg+xml; charset=utf-8",
};

const SHARED_HEADERS = {
  // Asked for again each time, and answered with 304 as long as nothing is new.
  "cache-control": "no-cache",
  vary: "accept-encoding",
  "x-content-type-options": "nosniff",
  "referrer-policy": "no-referrer",
  "cross-origin-resource-policy": "same-origin",
};

/** As long as HTTP caches keep anything: what a path with a version names never changes. */
const KEPT = "public, max-age=31536000, immutable";

const PAGE_HEADERS = {
  ...SHARED_HEADERS,
  "content-type": "text/html; charset=utf-8",
  "cross-origin-opener-policy": "same-origin",
  // No script and no style but the page's own files; `'self'` is its WebSocket too.
  "content-security-policy":
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
};

/** A file of ours, perhaps of those of one version. */
const ASSET_PATH = /^\/web\/(?:([0-9a-f]{16})\/)?(.+)$/;

/**
 * A page that has the browser fetch all its modules at once: found one from another they would cost a round
 * trip each. It names their version, so that a browser that has them asks for none of them again.
 *
 * @param modules their paths in `game/web/`
 */
export async function makePage(html: string, modules: readonly string[]): Promise<WebAsset> {
  const links = modules.map((path) => `<link rel="modulepreload" href="${ASSETS_PATH}${path}">`);
  const text = html.replace("</head>", () => `${links.join("")}</head>`)
    .replaceAll(`"${ASSETS_PATH}`, `"${ASSETS_PATH}${WEB_VERSION}/`);
  return await makeAsset(text, PAGE_HEADERS);
}

/** Files as they are sent, by their path in `game/web/`. */
export async function makeAssets(
  files: ReadonlyMap<string, string>,
): Promise<ReadonlyMap<string, WebAsset>> {
  const assets = [...files].map(async ([path, text]): Promise<[string, WebAsset]> => {
    const type = TYPES[path.slice(path.lastIndexOf(".") + 1)] ?? "text/plain; charset=utf-8";
    return [path, await makeAsset(text, { ...SHARED_HEADERS, "content-type": type })];
  });
  return new Map(await Promise.all(assets));
}

/**
 * The file that is asked for; undefined where the request is for something else. Never throws.
 *
 * Whoever has a page of another version, as while gateways are being replaced, gets what there is.
 */
export function tryAssetOf(
  assets: ReadonlyMap<string, WebAsset>,
  request: Request,
): Response | undefined {
  if (request.method !== "GET" && request.method !== "HEAD") return undefined;
  if (!request.url.includes(ASSETS_PATH)) return undefined;
  const [, version, path = ""] = ASSET_PATH.exec(URL.parse(request.url)?.pathname ?? "") ?? [];
  const asset = assets.get(path);
  if (asset === undefined) return undefined;
  const response = assetResponse(asset, request.headers);
  if (version === WEB_VERSION) response.headers.set("cache-control", KEPT);
  return response;
}

/** The asset, compressed where the client takes that; or that the client has it already. */
export function assetResponse({ text, bytes, headers, tag }: WebAsset, asked: Headers): Response {
  if (matchesEntityTag(asked.get("if-none-match"), tag)) {
    return new Response(null, { status: 304, headers });
  }
  return takesGzip(asked.get("accept-encoding"))
    ? new Response(bytes, { headers: { ...headers, "content-encoding": "gzip" } })
    : new Response(text, { headers });
}

async function makeAsset(
  text: string,
  headers: Readonly<Record<string, string>>,
): Promise<WebAsset> {
  // Weak, because it is one for the text and what it is compressed to.
  const tag = `W/"${hashText(text)}"`;
  return { text, bytes: await gzip([text]), headers: { ...headers, etag: tag }, tag };
}
