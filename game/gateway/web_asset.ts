/** A file of a page as it is sent. */
export interface WebAsset {
  /** Its content. */
  readonly text: string;
  /** What goes with it, `etag` among it. */
  readonly headers: Readonly<Record<string, string>>;
  /** Names the content. */
  readonly tag: string;
}

/** Where the files of pages are. */
export const ASSETS_PATH = "/web/";

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

/**
 * A page that has the browser fetch all its modules at once: found one from another they would cost a round
 * trip each.
 *
 * @param modules their paths in `game/web/`
 */
export function makePage(html: string, modules: readonly string[]): WebAsset {
  const links = modules.map((path) => `<link rel="modulepreload" href="${ASSETS_PATH}${path}">`);
  return makeAsset(html.replace("</head>", () => `${links.join("")}</head>`), PAGE_HEADERS);
}

/** Files by their path in `game/web/` as they are sent, by their path in a URL. */
export function makeAssets(files: ReadonlyMap<string, string>): ReadonlyMap<string, WebAsset> {
  return new Map(
    [...files].map(([path, text]) => {
      const type = TYPES[path.slice(path.lastIndexOf(".") + 1)] ?? "text/plain; charset=utf-8";
      return [ASSETS_PATH + path, makeAsset(text, { ...SHARED_HEADERS, "content-type": type })];
    }),
  );
}

/** The asset that is asked for; undefined where the request is for something else. Never throws. */
export function tryFindAsset(
  assets: ReadonlyMap<string, WebAsset>,
  request: Request,
): WebAsset | undefined {
  if (request.method !== "GET" && request.method !== "HEAD") return undefined;
  if (!request.url.includes(ASSETS_PATH)) return undefined;
  return assets.get(URL.parse(request.url)?.pathname ?? "");
}

/** The asset, or that the client has it already. */
export function assetResponse({ text, headers, tag }: WebAsset, asked: Headers): Response {
  const known = asked.get("if-none-match")?.split(",").map((name) => name.trim().replace("W/", ""));
  return known?.includes(tag)
    ? new Response(null, { status: 304, headers })
    : new Response(text, { headers });
}

function makeAsset(text: string, headers: Readonly<Record<string, string>>): WebAsset {
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
