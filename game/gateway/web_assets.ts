import page from "../web/index.html" with { type: "text" };
import { WEB_FILES } from "./web_files.ts";

/** A file as it is sent. */
interface Asset {
  readonly text: string;
  readonly headers: Readonly<Record<string, string>>;
  /** Names the content. */
  readonly tag: string;
}

const ASSETS_PATH = "/web/";

const TYPES: Readonly<Record<string, string>> = {
  css: "text/css; charset=utf-8",
  js: "text/javascript; charset=utf-8",
  svg: "image/svg+xml; charset=utf-8",
};

const SHARED_HEADERS = {
  // Asked for again each time, and answered with 304 as long as nothing is new.
  "cache-control": "no-cache",
  "x-content-type-options": "nosniff",
  "referrer-policy": "no-referrer",
  "cross-origin-resource-policy": "same-origin",
};

const PAGE_HEADERS = {
  ...SHARED_HEADERS,
  "content-type": "text/html; charset=utf-8",
  "cross-origin-opener-policy": "same-origin",
  // No script and no style but the page's own files; `'self'` is its WebSocket too.
  "content-security-policy":
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
};

const FNV_OFFSET = 0x811c9dc5;
const FNV_PRIME = 0x01000193;

const PAGE = makeAsset(withPreloads(page), PAGE_HEADERS);
const ASSETS: ReadonlyMap<string, Asset> = new Map(
  [...WEB_FILES].map(([path, text]) => {
    const type = TYPES[path.slice(path.lastIndexOf(".") + 1)] ?? "text/plain; charset=utf-8";
    return [ASSETS_PATH + path, makeAsset(text, { ...SHARED_HEADERS, "content-type": type })];
  }),
);

/** The page itself, or that the client has it already. */
export function pageResponse(headers: Headers): Response {
  return respond(PAGE, headers);
}

/**
 * A file of the page, from memory; undefined where the request is for something else. Never throws.
 * They cost next to nothing, and a visit needs all of them at once: no rate is held against them.
 */
export function tryAssetResponse(request: Request): Response | undefined {
  if (request.method !== "GET" && request.method !== "HEAD") return undefined;
  const start = request.url.indexOf(ASSETS_PATH);
  if (start === -1) return undefined;
  const asset = ASSETS.get(URL.parse(request.url)?.pathname ?? "");
  return asset && respond(asset, request.headers);
}

function respond({ text, headers, tag }: Asset, asked: Headers): Response {
  const known = asked.get("if-none-match")?.split(",").map((name) => name.trim().replace("W/", ""));
  return known?.includes(tag)
    ? new Response(null, { status: 304, headers })
    : new Response(text, { headers });
}

function makeAsset(text: string, headers: Readonly<Record<string, string>>): Asset {
  const tag = `"${hashOf(text, FNV_OFFSET)}${hashOf(text, 0)}"`;
  return { text, headers: { ...headers, etag: tag }, tag };
}

/** FNV-1a with 32 bits (Fowler, Noll and Vo) over UTF-16 units: nobody but us writes these texts. */
function hashOf(text: string, offset: number): string {
  let hash = offset;
  for (let index = 0; index < text.length; index++) {
    hash = Math.imul(hash ^ text.charCodeAt(index), FNV_PRIME);
  }
  return (hash >>> 0).toString(16).padStart(8, "0");
}

/** Has the browser fetch all modules at once: found one from another they would cost a round trip each. */
function withPreloads(html: string): string {
  const modules = [...WEB_FILES.keys()].filter((path) => path.endsWith(".js"));
  const links = modules.map((path) => `<link rel="modulepreload" href="${ASSETS_PATH}${path}">`);
  return html.replace("</head>", () => `${links.join("")}</head>`);
}
