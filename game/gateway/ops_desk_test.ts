import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { systemClock } from "../../core/clock.ts";
import { Health } from "../../core/health.ts";
import { silentLog } from "../../core/log.ts";
import { Metrics } from "../../core/metrics.ts";
import { MemoryKvStore } from "../../core/ports/memory_kv_store.ts";
import { MemoryPubSub } from "../../core/ports/memory_pub_sub.ts";
import { MemoryRpc } from "../../core/ports/memory_rpc.ts";
import { SqliteEventLog } from "../../core/ports/sqlite_event_log.ts";
import { parseGatewayConfig } from "./config.ts";
import { OPS_WEB_FILES } from "./ops_web_files.ts";
import { startGateway } from "./service.ts";

const TOKEN = "a-token-of-operators-in-tests-0123456789";

interface Bench extends AsyncDisposable {
  readonly url: string;
  ask(path: string, init?: RequestInit): Promise<{ response: Response; text: string }>;
}

async function openBench(env: Readonly<Record<string, string>>): Promise<Bench> {
  const context = {
    log: silentLog,
    clock: systemClock,
    metrics: new Metrics({ process: false }),
    health: new Health(),
  };
  const ports = {
    rpc: new MemoryRpc(context),
    pubSub: new MemoryPubSub(context),
    kvStore: new MemoryKvStore(context),
    eventLog: new SqliteEventLog({ path: ":memory:", ...context }),
  };
  const loopback = { LISTEN_HOST: "127.0.0.1", GATEWAY_HTTP_PORT: "0", GATEWAY_OPS_PORT: "0" };
  const config = parseGatewayConfig(new Map(Object.entries({ ...loopback, ...env })));
  const service = await startGateway(config, { ...context, ...ports });
  const url = `http://127.0.0.1:${service.addresses.http.port}`;
  return {
    url,
    ask: async (path, init) => {
      const response = await fetch(url + path, init);
      return { response, text: await response.text() };
    },
    [Symbol.asyncDispose]: async () => {
      await service.close();
      await Promise.all([ports.eventLog.close(), ports.rpc.close(), ports.pubSub.close()]);
    },
  };
}

const BEARER = { headers: { authorization: `Bearer ${TOKEN}` } };

Deno.test("A gateway without an operators' token has none of their paths", async () => {
  await using bench = await openBench({});
  for (const path of ["/ops", "/ops/ws", "/ops/api/overview", "/web/ops/main.js"]) {
    const { response } = await bench.ask(path, BEARER);
    assertEquals(response.status, 404, path);
  }
});

Deno.test("A gateway's operators' page is in no frame and runs nothing but its own files", async () => {
  await using bench = await openBench({ GATEWAY_OPS_TOKEN: TOKEN });
  const { response, text } = await bench.ask("/ops");
  const policy = response.headers.get("content-security-policy") ?? "";
  assertStringIncludes(policy, "default-src 'none'");
  assertStringIncludes(policy, "frame-ancestors 'none'");
  assert(!policy.includes("unsafe"), policy);
  assertEquals(response.headers.get("x-frame-options"), "DENY");
  assert(!text.includes(TOKEN));
  assert(!/<style|\bstyle=|\bon\w+=|<script(?![^>]*\bsrc=)/.test(text));
  for (const [, path = ""] of text.matchAll(/(?:src|href)="(\/web\/[^"]+)"/g)) {
    assertEquals((await bench.ask(path)).response.status, 200, path);
  }
});

Deno.test("A gateway's operators' API asks for the token, and is for no other origin", async () => {
  await using bench = await openBench({ GATEWAY_OPS_TOKEN: TOKEN, GATEWAY_CORS_ORIGINS: "*" });
  assertEquals((await bench.ask("/ops/api/overview")).response.status, 401);
  const wrong = { headers: { authorization: `Bearer ${TOKEN}x` } };
  assertEquals((await bench.ask("/ops/api/overview", wrong)).response.status, 401);
  const origin = { headers: { ...BEARER.headers, origin: "https://evil.example" } };
  const { response, text } = await bench.ask("/ops/api/overview", origin);
  assertEquals(response.status, 200);
  assertEquals(response.headers.get("access-control-allow-origin"), null);
  const { services, servers } = JSON.parse(text);
  assertEquals([services[0].service, services[1].failure, servers], ["gateway", "unavailable", []]);
});

Deno.test("A gateway's operators' actions say what is wrong with them", async () => {
  await using bench = await openBench({ GATEWAY_OPS_TOKEN: TOKEN });
  const post = async (path: string, body?: string): Promise<[number, string]> => {
    const headers = { ...BEARER.headers, "content-type": "application/json" };
    const init = { method: "POST", headers, ...(body !== undefined && { body }) };
    const { response, text } = await bench.ask(`/ops/api/${path}`, init);
    return [response.status, JSON.parse(text).error.code];
  };
  assertEquals(await post("servers/nobody/drain"), [404, "no_such_server"]);
  assertEquals(await post("servers/a/kick", '{"match_id":"m"}'), [400, "invalid_field"]);
  const kick = '{"match_id":"m","player_id":"p"}';
  assertEquals(await post("servers/a/kick", kick), [404, "no_such_server"]);
  assertEquals(await post("accounts/disable", "{}"), [400, "invalid_field"]);
  assertEquals(await post("accounts/enable", '{"username":"u"}'), [503, "unavailable"]);
  const { response } = await bench.ask("/ops/api/servers/nobody", BEARER);
  assertEquals(response.status, 404);
});

Deno.test("A gateway's operators' WebSocket is for its own page alone", async () => {
  await using bench = await openBench({ GATEWAY_OPS_TOKEN: TOKEN });
  const { response } = await bench.ask("/ops/ws");
  assertEquals(response.status, 426);
  const socket = new WebSocket(`${bench.url.replace("http", "ws")}/ops/ws`);
  const closed = Promise.withResolvers<number>();
  const types: string[] = [];
  socket.onclose = ({ code }): void => closed.resolve(code);
  socket.onopen = (): void => socket.send(JSON.stringify({ type: "AUTH", token: TOKEN }));
  socket.onmessage = ({ data }): void => {
    types.push(JSON.parse(data).type);
    if (types.length === 2) socket.send("nonsense");
  };
  assertEquals(await closed.promise, 4400);
  assertEquals(types, ["AUTH_OK", "OVERVIEW"]);
});

Deno.test("The operators' files are all that are in their folder", async () => {
  const folder = new URL("../web/ops/", import.meta.url);
  const there: string[] = [];
  for await (const { name } of Deno.readDir(folder)) {
    if (/\.(?:js|css|svg)$/.test(name)) there.push(`ops/${name}`);
  }
  assertEquals([...OPS_WEB_FILES.keys()].toSorted(), there.toSorted());
});
