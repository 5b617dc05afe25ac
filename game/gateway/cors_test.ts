import { assertEquals } from "@std/assert";
import { silentLog } from "../../core/log.ts";
import { ManualClock } from "../../core/manual_clock.ts";
import { type Route, startHttpServer } from "../../core/net/http_server.ts";
import { CorsPolicy } from "./cors.ts";

const ROUTES: readonly Route[] = [
  { method: "GET", path: "/a", handler: () => new Response("get") },
  { method: "POST", path: "/a", handler: () => new Response("post", { status: 400 }) },
];
const ALLOWED = "https://play.example";

interface Answer {
  readonly status: number;
  readonly allowOrigin: string | null;
  readonly allowMethods: string | null;
  readonly vary: string | null;
}

async function withOrigins(
  origins: readonly string[],
  work: (ask: (method: string, origin?: string) => Promise<Answer>) => Promise<void>,
): Promise<void> {
  const server = startHttpServer({
    hostname: "127.0.0.1",
    port: 0,
    routes: new CorsPolicy(origins).apply(ROUTES),
    requestTimeoutMs: 1_000,
    bodyBytesMax: 0,
    log: silentLog,
    clock: new ManualClock(),
  });
  try {
    await work(async (method, origin) => {
      const response = await fetch(`http://127.0.0.1:${server.address.port}/a`, {
        method,
        headers: origin === undefined ? {} : { origin },
      });
      await response.body?.cancel();
      return {
        status: response.status,
        allowOrigin: response.headers.get("access-control-allow-origin"),
        allowMethods: response.headers.get("access-control-allow-methods"),
        vary: response.headers.get("vary"),
      };
    });
  } finally {
    await server.close({ drainMs: 0 });
  }
}

Deno.test("CORS lets in the origins of the configuration and no other", async () => {
  await withOrigins([ALLOWED], async (ask) => {
    const opened = { allowOrigin: ALLOWED, allowMethods: null, vary: "Origin" };
    assertEquals(await ask("GET", ALLOWED), { status: 200, ...opened });
    // A page must be able to read why it was refused.
    assertEquals(await ask("POST", ALLOWED), { status: 400, ...opened });
    const closed = { status: 200, allowOrigin: null, allowMethods: null, vary: "Origin" };
    assertEquals(await ask("GET", "https://evil.example"), closed);
    assertEquals(await ask("GET", `${ALLOWED}.evil.example`), closed);
    assertEquals(await ask("GET"), closed);
  });
});

Deno.test("CORS answers a preflight with the methods of the path", async () => {
  await withOrigins([ALLOWED], async (ask) => {
    const answer = { status: 204, vary: "Origin" };
    const opened = { allowOrigin: ALLOWED, allowMethods: "GET, POST" };
    assertEquals(await ask("OPTIONS", ALLOWED), { ...answer, ...opened });
    const closed = { allowOrigin: null, allowMethods: null };
    assertEquals(await ask("OPTIONS", "https://evil.example"), { ...answer, ...closed });
  });
});

Deno.test("CORS lets in everybody where it is told so", async () => {
  await withOrigins(["*"], async (ask) => {
    assertEquals((await ask("GET", "https://any.example")).allowOrigin, "*");
  });
});

Deno.test("CORS is not there where it is not configured", async () => {
  await withOrigins([], async (ask) => {
    const nothing = { allowOrigin: null, allowMethods: null, vary: null };
    assertEquals(await ask("GET", ALLOWED), { status: 200, ...nothing });
    assertEquals(await ask("OPTIONS", ALLOWED), { status: 405, ...nothing });
  });
});
