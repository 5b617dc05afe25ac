import { assertEquals, assertMatch } from "@std/assert";
import type { Log, LogFields } from "../../core/log.ts";
import { ManualClock } from "../../core/manual_clock.ts";
import type { Handler } from "../../core/net/http_server.ts";
import { errorResponse } from "../../core/net/http_server.ts";
import { envelopRoutes } from "./request_envelope.ts";

interface Line {
  readonly level: string;
  readonly event: string;
  readonly fields: LogFields;
}

function recordingLog(lines: Line[], own: LogFields = {}): Log {
  const write = (level: string) => (event: string, fields: LogFields = {}): void => {
    lines.push({ level, event, fields: { ...own, ...fields } });
  };
  return {
    debugOn: true,
    debug: write("debug"),
    info: write("info"),
    warn: write("warn"),
    error: write("error"),
    child: (fields) => recordingLog(lines, { ...own, ...fields }),
  };
}

/** Sends one request through the envelope round `handler`. */
async function send(
  handler: Handler,
  options: {
    readonly headers?: Readonly<Record<string, string>>;
    readonly refusal?: Response;
  } = {},
): Promise<{ readonly response: Response; readonly lines: readonly Line[] }> {
  const lines: Line[] = [];
  const [route] = envelopRoutes([{ method: "GET", path: "/a", open: () => handler }], {
    limits: { refuseAddress: () => options.refusal },
    log: recordingLog(lines),
    clock: new ManualClock(),
    newId: () => "new-id",
  });
  if (route === undefined) throw new Error("no route");
  const url = new URL("http://127.0.0.1/a");
  const response = await route.handler(new Request(url, { headers: options.headers ?? {} }), {
    params: {},
    remote: { transport: "tcp", hostname: "127.0.0.1", port: 1 },
    url,
    signal: new AbortController().signal,
  });
  return { response, lines };
}

Deno.test("A request has an id, in its response and in what is logged of it", async () => {
  const { response, lines } = await send(() => new Response("b", { status: 201 }));
  assertEquals(response.headers.get("x-request-id"), "new-id");
  assertEquals(lines, [{
    level: "debug",
    event: "request",
    fields: { request_id: "new-id", method: "GET", route: "/a", status: 201, duration_ms: 0 },
  }]);
});

Deno.test("A request keeps the id that it comes with, where a log can show it", async () => {
  const idOf = async (id: string): Promise<string | null> => {
    const { response } = await send(() => new Response(), { headers: { "x-request-id": id } });
    return response.headers.get("x-request-id");
  };
  assertEquals(await idOf("proxy-7.a_B"), "proxy-7.a_B");
  for (const id of ["", "two words", "x".repeat(65), '"quoted"']) {
    assertEquals(await idOf(id), "new-id", id);
  }
});

Deno.test("A response has headers that keep browsers from doing more with it than is meant", async () => {
  const own = { "content-security-policy": "default-src 'self'" };
  const { response } = await send(() => new Response("b", { headers: own }));
  assertEquals(response.headers.get("content-security-policy"), "default-src 'self'");
  assertEquals(response.headers.get("x-frame-options"), "DENY");
  assertEquals(response.headers.get("referrer-policy"), "no-referrer");
  const { response: plain } = await send(() => errorResponse(401, "invalid_token", "No"));
  assertMatch(plain.headers.get("content-security-policy") ?? "", /default-src 'none'/);
  assertEquals(plain.headers.get("www-authenticate"), "Bearer");
});

Deno.test("A request that is one too many is refused before anything is done", async () => {
  let asked = 0;
  const { response } = await send(() => {
    asked++;
    return new Response();
  }, { refusal: errorResponse(429, "too_many_requests", "No") });
  assertEquals([response.status, response.headers.get("x-request-id"), asked], [429, "new-id", 0]);
});

Deno.test("A fault of ours is logged with the request's id, and told without what it was", async () => {
  const { response, lines } = await send(() => Promise.reject(new Error("secret")));
  assertEquals([response.status, await response.json()], [500, {
    error: { code: "internal_error", message: "Internal server error" },
  }]);
  const [failed] = lines;
  assertEquals([failed?.level, failed?.event], ["error", "request_failed"]);
  assertEquals(failed?.fields, { request_id: "new-id", route: "/a", error: "Error: secret" });
});
