import {
  assert,
  assertEquals,
  assertMatch,
  assertNotEquals,
  assertStringIncludes,
} from "@std/assert";
import { openBench, play } from "../service_fixture.ts";
import { RELOAD_PERIOD_MS } from "../status_history.ts";

Deno.test("Status serves a page that needs no scripts, and the assets that it names", async () => {
  await using bench = await openBench();
  await play(bench, 2 * RELOAD_PERIOD_MS);
  const page = await bench.get("/");
  assertStringIncludes(page.headers.get("content-type") ?? "", "text/html");
  const policy = page.headers.get("content-security-policy") ?? "";
  assertStringIncludes(policy, "default-src 'none'");
  assertEquals(policy.includes("unsafe"), false);
  assertStringIncludes(page.text, "Open for battle");
  assertStringIncludes(page.text, '<dd class="value">42</dd>');
  const assets = [...page.text.matchAll(/(?:src|href)="([^"]+\?v=[^"]+)"/g)];
  assertEquals(assets.length, 4);
  for (const [, path] of assets) {
    const asset = await bench.get(`/${path}`);
    assertEquals(asset.status, 200, path);
    assertMatch(asset.headers.get("cache-control") ?? "", /immutable/);
    assert(asset.text.length > 100);
  }
  assertEquals((await bench.get("/status.css")).headers.get("cache-control"), "no-cache");
});

Deno.test("Status page is not sent again as long as nothing is new", async () => {
  await using bench = await openBench();
  await play(bench, 2 * RELOAD_PERIOD_MS);
  const tag = (await bench.get("/")).headers.get("etag") ?? "";
  await play(bench, RELOAD_PERIOD_MS);
  const again = await bench.get("/", { "if-none-match": tag });
  assertEquals([again.status, again.text], [304, ""]);
  bench.broadcast("c", 1);
  await play(bench, RELOAD_PERIOD_MS);
  const renewed = await bench.get("/", { "if-none-match": tag });
  assertEquals(renewed.status, 200);
  assertStringIncludes(renewed.text, '<dd class="value">43</dd>');
  assertNotEquals(renewed.headers.get("etag"), tag);
});

Deno.test("Status page stands while database and store are down", async () => {
  await using bench = await openBench();
  bench.store.state = "down";
  await play(bench, 2 * RELOAD_PERIOD_MS);
  const { status, text } = await bench.get("/");
  assertEquals(status, 200);
  assertStringIncludes(text, '<dd class="value">42</dd>');
});
