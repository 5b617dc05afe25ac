import { assertEquals, assertMatch } from "@std/assert";
import { openPorts } from "../../core/adapters/open.ts";
import { EMBEDDED_PORTS } from "../../core/adapters/ports_config.ts";
import { generateSigningKey, importSigningKey, signJwt } from "../../core/auth/jwt.ts";
import { systemClock } from "../../core/clock.ts";
import { Health } from "../../core/health.ts";
import type { JsonObject } from "../../core/json.ts";
import { silentLog } from "../../core/log.ts";
import { Metrics } from "../../core/metrics.ts";
import { MemoryKvStore } from "../../core/ports/memory_kv_store.ts";
import { MemoryPubSub } from "../../core/ports/memory_pub_sub.ts";
import { MemoryRpc } from "../../core/ports/memory_rpc.ts";
import { redeemTicket } from "../../core/protocol/match_ticket.ts";
import {
  encodeServerCommandReply,
  tryParseServerCommand,
} from "../../core/protocol/server_command.ts";
import { encodeServerStatus, type ServerStatus } from "../../core/protocol/server_status.ts";
import type { RunningService } from "../../core/service.ts";
import { parseMatchmakerConfig } from "./config.ts";
import { startMatchmaker } from "./service.ts";
import { openStatus } from "./testing.ts";

const pair = await generateSigningKey();
const signingKey = await importSigningKey(pair.privateJwk);

interface Bench extends AsyncDisposable {
  readonly service: RunningService<"http" | "ops">;
  readonly rpc: MemoryRpc;
  readonly kvStore: MemoryKvStore;
  /** Ids of the matches that servers prepared. */
  readonly prepared: string[];
  /** Adds a game server that prepares what it is told to. */
  serve(status: ServerStatus): Promise<void>;
  /** Posts a body, with the access token in its header unless that is undefined. */
  post(body: JsonObject | string, token?: string): Promise<{ status: number; body: JsonObject }>;
}

function openToken(accountId: string): Promise<string> {
  const nowS = Math.floor(Date.now() / 1_000);
  const claims = {
    iss: "tanks-blitz",
    aud: "tanks-blitz",
    sub: accountId,
    name: `name-${accountId}`,
    sid: "s1",
    iat: nowS,
    exp: nowS + 900,
  };
  return signJwt(claims, signingKey, { type: "at+jwt" });
}

async function openBench(env: Readonly<Record<string, string>> = {}): Promise<Bench> {
  const clock = systemClock;
  const log = silentLog;
  const rpc = new MemoryRpc({ clock, log });
  const pubSub = new MemoryPubSub({ clock, log });
  const kvStore = new MemoryKvStore({ clock });
  const prepared: string[] = [];
  await rpc.serve(
    "auth",
    () => Promise.resolve({ status: "success", message: "Keys", keys: [pair.publicJwk] }),
  );
  const config = parseMatchmakerConfig(
    new Map(Object.entries({
      LISTEN_HOST: "127.0.0.1",
      MATCHMAKER_HTTP_PORT: "0",
      MATCHMAKER_OPS_PORT: "0",
      ...env,
    })),
  );
  const metrics = new Metrics({ process: false });
  const context = { log, clock, metrics, health: new Health() };
  const dataDir = await Deno.makeTempDir({ prefix: "tanks-" });
  const ports = await openPorts(["workQueue", "eventLog", "database"], {
    dataDir,
    alone: false,
    clientId: "test",
    config: EMBEDDED_PORTS,
  }, context);
  const service = await startMatchmaker(config, { ...context, ...ports, rpc, pubSub, kvStore });
  return {
    service,
    rpc,
    kvStore,
    prepared,
    async serve(status): Promise<void> {
      pubSub.subscribe(`server.command.${status.serverId}`, ({ payload, respond }) => {
        const command = tryParseServerCommand(payload);
        if (command?.command !== "prepare_match") return;
        prepared.push(command.matchId);
        respond(encodeServerCommandReply({ ok: true, matchId: command.matchId }));
      });
      pubSub.publish("server.status", encodeServerStatus(status));
      // It is heard once the running task is over.
      await Promise.resolve();
    },
    async post(body, token): Promise<{ status: number; body: JsonObject }> {
      const { port } = service.addresses.http;
      const response = await fetch(`http://127.0.0.1:${port}/matchmaking/find`, {
        method: "POST",
        headers: {
          "content-type": "application/json",
          ...(token !== undefined && { authorization: `Bearer ${token}` }),
        },
        body: typeof body === "string" ? body : JSON.stringify(body),
      });
      return { status: response.status, body: await response.json() };
    },
    async [Symbol.asyncDispose](): Promise<void> {
      await service.close();
      await pubSub.close();
      await rpc.close();
      await kvStore.close();
      await ports.closePorts();
      await Deno.remove(dataDir, { recursive: true });
    },
  };
}

Deno.test("Matchmaker finds a match over HTTP, with the token in body or header", async () => {
  await using bench = await openBench();
  await bench.serve(openStatus("game-1", { udpPort: 9000 }));
  const token = await openToken("u1");
  const ask = { user_id: "u1", game_mode: "team" };
  const first = await bench.post({ ...ask, jwt_token: token });
  assertEquals(first.status, 200);
  assertEquals({ ...first.body, match_id: "", token: "" }, {
    match_id: "",
    websocket_url: "ws://127.0.0.1:8080/ws",
    udp: { host: "127.0.0.1", port: 9000 },
    token: "",
  });
  const matchToken = String(first.body.token);
  assertMatch(matchToken, /^[A-Za-z0-9_-]{43}$/);
  const [matchId = ""] = bench.prepared;
  assertEquals(first.body.match_id, matchId);
  assertEquals(await redeemTicket(bench.kvStore, matchToken), {
    matchId,
    accountId: "u1",
    playerId: "name-u1",
    authSessionId: "s1",
  });
  const second = await bench.post(ask, token);
  assertEquals([second.status, second.body.match_id], [200, matchId]);
});

Deno.test("Matchmaker answers the same over Rpc", async () => {
  await using bench = await openBench();
  await bench.serve(openStatus("game-1"));
  const request = {
    method: "find",
    user_id: "u1",
    game_mode: "pve_heist",
    jwt_token: await openToken("u1"),
    explain: true,
  };
  const reply = await bench.rpc.call("matchmaking", request, { deadlineMs: 1_000 });
  const text = JSON.stringify(reply);
  assertMatch(text, /^\{"ok":true,"found":\{"match_id":"[^"]+","websocket_url":"ws:/);
  assertMatch(text, /"explanation":\{"chosen":"game-1","place":"new_match","candidates":\[\{/);
});

Deno.test("Matchmaker puts players of one mode into one match", async () => {
  await using bench = await openBench();
  for (const id of ["a", "b", "c"]) await bench.serve(openStatus(id));
  const ids = Array.from({ length: 10 }, (_, index) => `u${index}`);
  const replies = await Promise.all(
    ids.map(async (id) =>
      await bench.post({ user_id: id, game_mode: "team" }, await openToken(id))
    ),
  );
  assertEquals(new Set(replies.map(({ body }) => body.match_id)).size, 1);
  assertEquals(new Set(replies.map(({ body }) => body.token)).size, 10);
});

Deno.test("Matchmaker says what is wrong in the form of all errors", async () => {
  await using bench = await openBench();
  const token = await openToken("u1");
  const ask = { user_id: "u1", game_mode: "team" };
  const cases: readonly (readonly [JsonObject | string, string | undefined, number, string])[] = [
    [ask, token, 503, "no_servers"],
    [ask, undefined, 401, "missing_token"],
    [ask, `${token.slice(0, -8)}AAAAAAAA`, 401, "invalid_token"],
    [{ ...ask, user_id: "u2" }, token, 401, "user_mismatch"],
    [{ ...ask, game_mode: "chess" }, token, 400, "unknown_mode"],
    [{ ...ask, pings: 7 }, token, 400, "invalid_request"],
    [{ ...ask, game_mode: "duel", party: ["u2", "u3"] }, token, 400, "party_too_large"],
    ["{", token, 400, "invalid_json"],
    ["x".repeat(16_385), token, 413, "body_too_large"],
  ];
  for (const [body, bearer, status, code] of cases) {
    const reply = await bench.post(body, bearer);
    assertEquals([reply.status, Object(reply.body.error).code], [status, code]);
  }
});

Deno.test("Matchmaker cannot check tokens without auth, and says so", async () => {
  await using bench = await openBench();
  await bench.rpc.close();
  const reply = await bench.post({ user_id: "u1", game_mode: "team" }, await openToken("u1"));
  assertEquals([reply.status, Object(reply.body.error).code], [503, "unavailable"]);
});

Deno.test("Matchmaker limits what one address may ask", async () => {
  await using bench = await openBench({ MATCHMAKER_REQUESTS_PER_SECOND: "1" });
  const statuses: number[] = [];
  for (let asked = 0; asked < 4; asked++) statuses.push((await bench.post({})).status);
  assertEquals(statuses.slice(0, 3), [401, 401, 429]);
});

Deno.test("Matchmaker is ready without servers, names what is missing, and counts", async () => {
  await using bench = await openBench();
  const { port } = bench.service.addresses.ops;
  const ops = async (path: string): Promise<string> =>
    await (await fetch(`http://127.0.0.1:${port}${path}`)).text();
  assertEquals(JSON.parse(await ops("/readyz")), {
    status: "ready",
    down: { game_servers: "none has been heard" },
  });
  await bench.serve(openStatus("game-1"));
  assertEquals(JSON.parse(await ops("/readyz")), { status: "ready", down: {} });
  assertMatch(await ops("/metrics"), /^matchmaker_servers_count 1$/m);
});
