import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { pageResponse, tryAssetResponse } from "./web_assets.ts";
import { WEB_FILES } from "./web_files.ts";

const WEB = new URL("../web/", import.meta.url);

async function listFiles(folder: string): Promise<string[]> {
  const paths: string[] = [];
  for await (const { name, isDirectory } of Deno.readDir(new URL(folder, WEB))) {
    if (isDirectory) paths.push(...await listFiles(`${folder}${name}/`));
    else if (/\.(?:js|css|svg)$/.test(name)) paths.push(folder + name);
  }
  return paths;
}

function ask(path: string, headers: Record<string, string> = {}): Response | undefined {
  return tryAssetResponse(new Request(`http://tanks.test${path}`, { headers }));
}

Deno.test("Web assets are all the files of the page, and nothing else", async () => {
  assertEquals(
    [...WEB_FILES.keys()].toSorted(),
    // The operators' page has files of its own.
    (await listFiles("./")).map((path) => path.slice(2))
      .filter((path) => !path.startsWith("ops/")).toSorted(),
  );
  for (
    const path of ["/web/", "/web/index.html", "/web/deno.json", "/web/../main.ts", "/main.js"]
  ) {
    assertEquals(ask(path), undefined, path);
  }
});

Deno.test("Web assets have the types that browsers insist on, and are answered with 304 once known", async () => {
  const types = new Map([["js", "text/javascript"], ["css", "text/css"], ["svg", "image/svg+xml"]]);
  for (const [path, text] of WEB_FILES) {
    const response = ask(`/web/${path}`);
    assert(response !== undefined, path);
    const type = types.get(path.slice(path.lastIndexOf(".") + 1)) ?? "";
    assertStringIncludes(response.headers.get("content-type") ?? "", type);
    assertEquals(response.headers.get("x-content-type-options"), "nosniff");
    assertEquals(await response.text(), text);
    const tag = response.headers.get("etag") ?? "";
    assert(tag.startsWith("W/"), tag);
    for (const known of [tag, tag.slice("W/".length), `"other", ${tag}`]) {
      assertEquals(ask(`/web/${path}`, { "if-none-match": known })?.status, 304, path);
    }
    assertEquals(ask(`/web/${path}`, { "if-none-match": '"other"' })?.status, 200, path);
  }
});

Deno.test("Web assets are sent compressed to those that take it: a third of the bytes", async () => {
  let [plain, sent] = [0, 0];
  for (const [path, text] of WEB_FILES) {
    const response = ask(`/web/${path}`, { "accept-encoding": "gzip, br" });
    assertEquals(response?.headers.get("content-encoding"), "gzip");
    assertEquals(response?.headers.get("vary"), "accept-encoding");
    const bytes = await response?.bytes() ?? new Uint8Array();
    const unpacked = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"));
    assertEquals(await new Response(unpacked).text(), text);
    plain += new TextEncoder().encode(text).length;
    sent += bytes.length;
  }
  assert(sent < 0.4 * plain, `${sent} of ${plain}`);
  assertEquals(ask("/web/main.js")?.headers.get("content-encoding"), null);
});

Deno.test("Web assets are kept by browsers as long as the page names their version", async () => {
  const html = await pageResponse(new Headers()).text();
  const [path = "", version = ""] = /\/web\/([0-9a-f]{16})\/main\.js/.exec(html) ?? [];
  const cacheControl = (asked: string): string | null | undefined =>
    ask(asked)?.headers.get("cache-control");
  assertEquals(cacheControl(path), "public, max-age=31536000, immutable");
  assertEquals(cacheControl("/web/main.js"), "no-cache");
  assertEquals(cacheControl(path.replace(version, "0123456789abcdef")), "no-cache");
  assertEquals(pageResponse(new Headers()).headers.get("cache-control"), "no-cache");
});

Deno.test("Web assets differ in their tags", () => {
  const tags = [...WEB_FILES.keys()].map((path) => ask(`/web/${path}`)?.headers.get("etag"));
  assertEquals(new Set(tags).size, WEB_FILES.size);
});

Deno.test("The page runs no script and no style but its own files", async () => {
  const response = pageResponse(new Headers());
  const policy = response.headers.get("content-security-policy") ?? "";
  assert(!policy.includes("unsafe"), policy);
  assertStringIncludes(policy, "default-src 'none'");
  const html = await response.text();
  assert(!/<script(?![^>]*\bsrc=)/.test(html), "an inline script");
  assert(!/<style|\bstyle=|\bon\w+=/.test(html), "an inline style or handler");
  for (const [, path = ""] of html.matchAll(/(?:src|href)="(\/web\/[^"]+)"/g)) {
    assert(ask(path) !== undefined, path);
  }
});
