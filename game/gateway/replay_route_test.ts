import { assertEquals } from "@std/assert";
import { silentLog } from "../../core/log.ts";
import type { ReplayAnswer } from "./replay_library.ts";
import { replayRoute } from "./replay_route.ts";

const TEXT = '{"frames":[]}';
const bytes = await new Response(
  new Blob([TEXT]).stream().pipeThrough(new CompressionStream("gzip")),
).bytes();

async function ask(answer: ReplayAnswer, headers: Record<string, string> = {}): Promise<Response> {
  const route = replayRoute({ replays: { find: () => Promise.resolve(answer) } });
  return await route.handler({
    fields: {},
    params: { match_id: "m" },
    ip: "192.0.2.7",
    token: undefined,
    headers: new Headers(headers),
    log: silentLog,
  });
}

Deno.test("The replay's route sends gzip to those that take it, and plain JSON to others", async () => {
  for (const coding of ["gzip", "br, gzip;q=0.5", "*"]) {
    const response = await ask({ kind: "found", bytes }, { "accept-encoding": coding });
    assertEquals(response.headers.get("content-encoding"), "gzip", coding);
    assertEquals(await response.bytes(), bytes);
  }
  for (const coding of ["", "br", "gzip;q=0"]) {
    const response = await ask({ kind: "found", bytes }, { "accept-encoding": coding });
    assertEquals(response.headers.get("content-encoding"), null, coding);
    assertEquals(await response.text(), TEXT);
  }
});

Deno.test("The replay's route lets browsers keep it, and says 304 to those that have it", async () => {
  const first = await ask({ kind: "found", bytes });
  assertEquals(first.headers.get("cache-control"), "public, max-age=86400, immutable");
  await first.body?.cancel();
  const tag = first.headers.get("etag") ?? "";
  const again = await ask({ kind: "unavailable" }, { "if-none-match": `"x", W/${tag}` });
  assertEquals([again.status, await again.text()], [304, ""]);
});

Deno.test("The replay's route says by status and code why there is none", async () => {
  const statuses = {
    no_replay: 404,
    match_not_over: 409,
    too_many_requests: 429,
    replay_busy: 503,
    replay_too_long: 503,
    unavailable: 503,
  } as const;
  for (const [kind, status] of Object.entries(statuses)) {
    const response = await ask({ kind: kind as keyof typeof statuses });
    const { error } = await response.json();
    assertEquals([response.status, error.code], [status, kind]);
    assertEquals(response.headers.get("cache-control"), null);
  }
});
