import { assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { systemClock } from "../../core/clock.ts";
import { Health } from "../../core/health.ts";
import type { JsonObject, JsonValue } from "../../core/json.ts";
import { silentLog } from "../../core/log.ts";
import { Metrics } from "../../core/metrics.ts";
import { MemoryKvStore } from "../../core/ports/memory_kv_store.ts";
import { MemoryPubSub } from "../../core/ports/memory_pub_sub.ts";
import { MemoryRpc } from "../../core/ports/memory_rpc.ts";
import { SqliteEventLog } from "../../core/ports/sqlite_event_log.ts";
import { parseGatewayConfig } from "./config.ts";
import { OPENAPI } from "./openapi.ts";
import { startGateway } from "./service.ts";

const FOUND = {
  match_id: "m1",
  websocket_url: "ws://127.0.0.1:8080/ws",
  udp: { host: "127.0.0.1", port: 9999 },
  token: "t",
};
const TOKENS = {
  status: "success",
  message: "User player1 authenticated",
  session_id: "s1",
  token: "a.b.c",
  refresh_token: "r",
  expires_in: 900,
};
const PASSWORD = "password123";

/** What PROTOCOL section 1 has auth answer. */
function answerAsAuth({ action, username, password, refresh_token }: JsonObject): JsonObject {
  if (action === "refresh") {
    return refresh_token === "r"
      ? { ...TOKENS, message: "Token refreshed" }
      : { status: "failure", message: "Invalid refresh token", code: "invalid_refresh_token" };
  }
  const refusals: Readonly<Record<string, JsonObject>> = {
    taken: { message: "Registration failed: Username already taken", code: "username_taken" },
    "!": { message: "Registration failed: Invalid username", code: "invalid_username" },
    flood: { message: "Too many attempts", retry_after_ms: 2_500 },
    busy: { status: "error", message: "Server busy", code: "server_busy" },
    garbled: { status: "nonsense" },
  };
  const refusal = refusals[String(username)];
  if (refusal !== undefined) return { status: "failure", ...refusal };
  if (action === "register") {
    return { status: "success", message: `User ${username} registered`, account_id: "u1" };
  }
  if (password === PASSWORD) return TOKENS;
  const message = "Authentication failed: Invalid password";
  return { status: "failure", message, code: "invalid_credentials" };
}

interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
}

interface Bench extends AsyncDisposable {
  readonly url: string;
  readonly opsUrl: string;
  readonly rpc: MemoryRpc;
  /** What auth and the matchmaker were asked. */
  readonly asked: JsonValue[];
  ask(path: string, init?: RequestInit): Promise<Answer>;
  /** Posts a body as JSON and gives the status and the parsed reply. */
  post(
    path: string,
    body: JsonObject | string,
    headers?: HeadersInit,
  ): Promise<[number, JsonValue]>;
}

async function openBench(
  env: Readonly<Record<string, string>> = {},
  options: { readonly find?: JsonValue; readonly alone?: boolean } = {},
): Promise<Bench> {
  const context = {
    log: silentLog,
    clock: systemClock,
    metrics: new Metrics({ process: false }),
    health: new Health(),
  };
  const rpc = new MemoryRpc(context);
  const asked: JsonValue[] = [];
  if (!options.alone) {
    await rpc.serve("auth", (request) => {
      asked.push(request);
      return Promise.resolve(answerAsAuth(Object(request)));
    });
    await rpc.serve("matchmaking", (request) => {
      asked.push(request);
      return Promise.resolve(options.find ?? { ok: true, found: FOUND });
    });
  }
  const config = parseGatewayConfig(
    new Map(Object.entries({
      LISTEN_HOST: "127.0.0.1",
      GATEWAY_HTTP_PORT: "0",
      GATEWAY_OPS_PORT: "0",
      GATEWAY_REQUESTS_PER_SECOND: "1000",
      ...env,
    })),
  );
  const kvStore = new MemoryKvStore(context);
  const pubSub = new MemoryPubSub(context);
  const eventLog = new SqliteEventLog({ path: ":memory:", ...context });
  const service = await startGateway(config, { ...context, rpc, kvStore, pubSub, eventLog });
  const url = `http://127.0.0.1:${service.addresses.http.port}`;
  const ask = async (path: string, init: RequestInit = {}): Promise<Answer> => {
    const response = await fetch(`${url}${path}`, init);
    const { status, headers } = response;
    return { status, headers, text: await response.text() };
  };
  return {
    url,
    opsUrl: `http://127.0.0.1:${service.addresses.ops.port}`,
    rpc,
    asked,
    ask,
    async post(path, body, headers = {}): Promise<[number, JsonValue]> {
      const answer = await ask(path, {
        method: "POST",
        headers: { "content-type": "application/json", ...headers },
        body: typeof body === "string" ? body : JSON.stringify(body),
      });
      return [answer.status, JSON.parse(answer.text)];
    },
    async [Symbol.asyncDispose](): Promise<void> {
      await service.close();
      await eventLog.close();
      await rpc.close();
      await pubSub.close();
    },
  };
}

const refusal = (status: number, code: string, message: string): [number, JsonValue] => [
  status,
  { error: { code, message } },
];

Deno.test("Gateway registers, logs in and refreshes over Rpc, for the client's address", async () => {
  await using bench = await openBench();
  const credentials = { username: "new_user", password: PASSWORD };
  const extra = { ...credentials, action: "drop", ip: "6.6.6.6" };
  assertEquals(await bench.post("/auth/register", extra), [
    201,
    { status: "success", message: "User new_user registered", account_id: "u1" },
  ]);
  assertEquals(await bench.post("/auth/login", credentials), [200, TOKENS]);
  const refreshed = { ...TOKENS, message: "Token refreshed" };
  assertEquals(await bench.post("/auth/refresh", { refresh_token: "r" }), [200, refreshed]);
  const ip = "127.0.0.1";
  assertEquals(bench.asked, [
    { action: "register", ...credentials, ip },
    { action: "login", ...credentials, ip },
    { action: "refresh", refresh_token: "r", ip },
  ]);
});

Deno.test("Gateway gives auth's refusals their statuses and the form of all errors", async () => {
  await using bench = await openBench();
  const register = (username: string): Promise<[number, JsonValue]> =>
    bench.post("/auth/register", { username, password: PASSWORD });
  const taken = "Registration failed: Username already taken";
  assertEquals(await register("taken"), refusal(409, "username_taken", taken));
  const invalid = "Registration failed: Invalid username";
  assertEquals(await register("!"), refusal(400, "invalid_username", invalid));
  assertEquals(await register("busy"), refusal(503, "server_busy", "Server busy"));
  assertEquals(await register("flood"), refusal(429, "throttled", "Too many attempts"));
  assertEquals(await register("garbled"), refusal(502, "bad_reply", "No usable reply from auth"));
  assertEquals(
    await bench.post("/auth/login", { username: "player1", password: "x" }),
    refusal(401, "invalid_credentials", "Authentication failed: Invalid password"),
  );
  assertEquals(
    await bench.post("/auth/refresh", {}),
    refusal(401, "invalid_refresh_token", "Invalid refresh token"),
  );
});

Deno.test("Gateway finds a match over Rpc, with the token in body or header", async () => {
  await using bench = await openBench();
  const ask = { user_id: "u1", game_mode: "team", pings: { "RU-SPE": 18 }, explain: true };
  const header = { authorization: "Bearer a.b.c" };
  const path = "/matchmaking/find";
  assertEquals(await bench.post(path, { ...ask, method: "drop" }, header), [200, FOUND]);
  assertEquals(await bench.post(path, { ...ask, jwt_token: "d.e.f" }, header), [200, FOUND]);
  assertEquals(bench.asked, [
    { method: "find", ...ask, jwt_token: "a.b.c", ip: "127.0.0.1" },
    { method: "find", ...ask, jwt_token: "d.e.f", ip: "127.0.0.1" },
  ]);
});

Deno.test("Gateway gives the matchmaker's refusals their statuses", async () => {
  for (const [code, status] of [["no_servers", 503], ["invalid_token", 401]] as const) {
    await using bench = await openBench({}, { find: { ok: false, code, message: "No" } });
    assertEquals(await bench.post("/matchmaking/find", {}), refusal(status, code, "No"));
  }
  await using bench = await openBench({}, { find: { ok: true } });
  assertEquals(
    await bench.post("/matchmaking/find", {}),
    refusal(502, "bad_reply", "No usable reply from matchmaking"),
  );
});

Deno.test("Gateway says so where a service cannot be reached or fails, and counts it", async () => {
  await using bench = await openBench({}, { alone: true });
  for (const [path, service] of [["/auth/login", "auth"], ["/matchmaking/find", "matchmaking"]]) {
    const unavailable = refusal(503, "unavailable", `No reply from ${service}`);
    assertEquals(await bench.post(path ?? "", {}), unavailable);
  }
  await bench.rpc.serve("auth", () => Promise.reject(new Error("broken")));
  assertEquals(await bench.post("/auth/login", {}), refusal(502, "failed", "No reply from auth"));
  const metrics = await (await fetch(`${bench.opsUrl}/metrics`)).text();
  assertMatch(metrics, /^gateway_rpc_failures_total\{reason="unavailable"\} 2$/m);
  assertMatch(metrics, /^gateway_rpc_failures_total\{reason="failed"\} 1$/m);
  assertMatch(metrics, /^gateway_responses_total\{status="5xx"\} 3$/m);
  assertMatch(metrics, /^gateway_request_duration_seconds_count\{route="\/auth\/login"\} 2$/m);
});

Deno.test("Gateway takes JSON objects of at most 16 KiB and nothing else", async () => {
  await using bench = await openBench();
  for (const path of ["/auth/register", "/auth/login", "/auth/refresh", "/matchmaking/find"]) {
    const codes: (readonly [number, string])[] = [];
    for (const body of ["[]", "{", "", JSON.stringify({ username: "x".repeat(16_384) })]) {
      const [status, reply] = await bench.post(path, body);
      codes.push([status, Object(Object(reply).error).code]);
    }
    const invalid = [400, "invalid_json"] as const;
    assertEquals(codes, [invalid, invalid, invalid, [413, "body_too_large"]]);
    const form = await bench.ask(path, { method: "POST", body: new URLSearchParams({ a: "b" }) });
    assertEquals(form.status, 415);
  }
  assertEquals(bench.asked, []);
});

Deno.test("Gateway serves a page that may not be shown in another's", async () => {
  await using bench = await openBench();
  const { status, headers, text } = await bench.ask("/");
  assertEquals([status, headers.get("content-type")], [200, "text/html; charset=utf-8"]);
  assertStringIncludes(headers.get("content-security-policy") ?? "", "frame-ancestors 'none'");
  assertStringIncludes(text, "<html");
});

Deno.test("Gateway serves its description", async () => {
  await using bench = await openBench();
  const { status, text } = await bench.ask("/openapi.json");
  assertEquals(status, 200);
  assertEquals(JSON.parse(text), OPENAPI);
});

Deno.test("Gateway has nothing else, and says so as JSON", async () => {
  await using bench = await openBench();
  for (const path of ["/rooms/ABCDEF/kick", "/secrets.html"]) {
    const { status, text } = await bench.ask(path);
    assertEquals([status, JSON.parse(text).error.code], [404, "not_found"], path);
  }
  assertEquals((await bench.ask("/auth/login")).status, 405);
});

Deno.test("Gateway limits what one address may ask, and a page of another origin learns it", async () => {
  const origin = "https://play.example";
  await using bench = await openBench({
    GATEWAY_REQUESTS_PER_SECOND: "1",
    GATEWAY_CORS_ORIGINS: origin,
  });
  const answers: Answer[] = [];
  for (let asked = 0; asked < 3; asked++) {
    answers.push(await bench.ask("/openapi.json", { headers: { origin } }));
  }
  assertEquals(answers.map(({ status }) => status), [200, 200, 429]);
  for (const { headers } of answers) {
    assertEquals(headers.get("access-control-allow-origin"), origin);
  }
  assertEquals(answers[2]?.headers.get("retry-after"), "1");
});
