/** Every route of the gateway over HTTP, each reply held against its description. */
import { assert, assertEquals, assertMatch } from "@std/assert";
import type { JsonObject } from "../../core/json.ts";
import { brokerTest } from "../brokers/require_brokers.ts";
import type { GatewayClient } from "../clients/gateway_client.ts";
import { objectAt, textAt } from "../clients/json_fields.ts";
import { scrape } from "../clients/scrape.ts";
import { eventually } from "../contract/eventually.ts";
import { type GatewaySystem, withGateways } from "./gateway_system.ts";
import { enlist, PINGS, whyNoRealBrokers, withRealBrokers } from "./matchmaking_system.ts";
import { loadReplayThread } from "./web_recording.ts";

const PASSWORD = "a password for gateways";

/** Of somebody new. */
interface Player {
  readonly account_id: string;
  readonly token: string;
  readonly refresh_token: string;
}

async function enter(gateway: GatewayClient, name: string): Promise<Player> {
  const body = { username: `${name}-${crypto.randomUUID().slice(0, 8)}`, password: PASSWORD };
  const registered = await gateway.ask("POST /auth/register", { body });
  const { status, body: tokens } = await gateway.ask("POST /auth/login", { body });
  assertEquals([registered.status, status], [201, 200]);
  return {
    account_id: textAt(registered.body, "account_id"),
    token: textAt(tokens, "token"),
    refresh_token: textAt(tokens, "refresh_token"),
  };
}

/** Uses accounts from the first to the last. */
async function liveAsAccount(gateway: GatewayClient): Promise<void> {
  const ann = await enter(gateway, "ann");
  const { refresh_token } = ann;
  const refreshed = await gateway.ask("POST /auth/refresh", { body: { refresh_token } });
  const token = textAt(refreshed.body, "token");
  const named = { display_name: "Ann of the north" };
  assertEquals((await gateway.ask("PATCH /accounts/me", { token, body: named })).status, 200);
  const { body } = await gateway.ask("GET /accounts/me", { token });
  assertEquals(objectAt(body, "account").display_name, "Ann of the north");
  const wrong = await gateway.ask("DELETE /accounts/me", { token, body: { password: "wrong" } });
  assertEquals([wrong.status, wrong.code], [401, "invalid_credentials"]);
  assertEquals((await gateway.ask("POST /auth/logout", { token })).status, 200);
  const over = await gateway.ask("GET /accounts/me", { token });
  assertEquals([over.status, over.code], [401, "invalid_token"]);
  const bob = await enter(gateway, "bob");
  const end = { token: bob.token, body: { password: PASSWORD } };
  assertEquals((await gateway.ask("DELETE /accounts/me", end)).status, 200);
}

/** Finds a match at once, and one that takes a while. */
async function findMatches(gateway: GatewayClient): Promise<void> {
  const players = [await enter(gateway, "cem"), await enter(gateway, "dan")];
  const find = async (index: number, fields: JsonObject): Promise<JsonObject> => {
    const player = players[index];
    assert(player !== undefined);
    const { account_id: user_id, token } = player;
    const body = { user_id, pings: PINGS, explain: true, ...fields };
    return (await gateway.ask("POST /matchmaking/find", { token, body })).body;
  };
  const matchId = textAt(await find(0, { game_mode: "team" }), "match_id");
  // Whoever takes it writes down where it is, a moment later.
  await eventually(async () => {
    const { status } = await gateway.ask(`GET /matches/${matchId}`);
    assertEquals(status, 200);
  });
  const ranked = { game_mode: "ranked_duel" };
  const ids = [textAt(await find(0, ranked), "search_id")];
  const [cem, dan] = players;
  const waiting = await gateway.ask(`GET /matchmaking/search/${ids[0]}`, {
    token: cem?.token ?? "",
  });
  assertEquals([waiting.status, waiting.body.state], [202, "waiting"]);
  ids.push(textAt(await find(1, ranked), "search_id"));
  await eventually(async () => {
    const found = await gateway.ask(`GET /matchmaking/search/${ids[1]}`, {
      token: dan?.token ?? "",
    });
    assertEquals(found.status, 200);
  });
  const eve = await enter(gateway, "eve");
  const { token } = eve;
  const body = { user_id: eve.account_id, ...ranked };
  const search = await gateway.ask("POST /matchmaking/find", { token, body });
  const path = `/matchmaking/search/${textAt(search.body, "search_id")}`;
  assertEquals((await gateway.ask(`DELETE ${path}`, { token })).body.state, "stopped");
  assertEquals((await gateway.ask(`GET ${path}`, { token })).code, "unknown_search");
}

/** Opens rooms, goes in and out, and plays. */
async function meetInRooms(gateway: GatewayClient): Promise<void> {
  const host = await enter(gateway, "host");
  const guest = await enter(gateway, "guest");
  const { token } = host;
  const opened = await gateway.ask("POST /rooms", {
    token,
    body: { name: "Friday", game_mode: "team", pings: PINGS },
  });
  assertEquals(opened.status, 201);
  const path = `/rooms/${textAt(opened.body, "code")}`;
  assertEquals(opened.headers.get("location"), path);
  const changes = { map: "steppe", team_size: 2 };
  assertEquals((await gateway.ask(`PATCH ${path}`, { token, body: changes })).body.map, "steppe");
  const foreign = await gateway.ask(`PATCH ${path}`, { token: guest.token, body: changes });
  assertEquals([foreign.status, foreign.code], [403, "not_member"]);
  const join = { token: guest.token, body: { pings: PINGS } };
  assertEquals((await gateway.ask(`POST ${path}/join`, join)).body.state, "open");
  const early = await gateway.ask(`POST ${path}/start`, { token: guest.token });
  assertEquals([early.status, early.code], [403, "not_host"]);
  const started = await gateway.ask(`POST ${path}/start`, { token });
  assertEquals(started.body.state, "filled");
  const seen = await gateway.ask(`GET ${path}`, { token: guest.token });
  textAt(objectAt(seen.body, "match"), "token");
  const left = await gateway.ask(`POST ${path}/leave`, { token: guest.token });
  assertEquals(left.body.state, "left");
  assertEquals((await gateway.ask(`DELETE ${path}`, { token })).body.state, "closed");
  const gone = await gateway.ask(`GET ${path}`, { token });
  assertEquals([gone.status, gone.code], [404, "unknown_room"]);
  // A body is not needed.
  const plain = await gateway.ask("POST /rooms", { token });
  assertEquals([plain.status, plain.body.game_mode], [201, "team"]);
}

async function readStatus(gateway: GatewayClient): Promise<void> {
  await eventually(async () => {
    const { status, body } = await gateway.ask("GET /api/server/status");
    assertEquals([status, objectAt(body, "_cache").source], [200, "cache"]);
  });
  const { headers } = await gateway.ask("GET /api/server/status");
  const known = { headers: { "if-none-match": headers.get("etag") ?? "" } };
  // What the game servers say of themselves may change between the two.
  await eventually(async () => {
    const { headers: latest } = await gateway.ask("GET /api/server/status");
    known.headers["if-none-match"] = latest.get("etag") ?? "";
    assertEquals((await gateway.ask("GET /api/server/status", known)).status, 304);
  });
}

async function watchReplay(system: GatewaySystem): Promise<void> {
  const [gateway] = system.clients;
  const key = `GET /replays/${await loadReplayThread(system)}`;
  const { status, headers } = await gateway.ask(key);
  assertEquals(status, 200);
  const known = { headers: { "if-none-match": headers.get("etag") ?? "" } };
  assertEquals((await gateway.ask(key, known)).status, 304);
}

async function useAll(system: GatewaySystem): Promise<void> {
  const { clients: [gateway] } = system;
  await gateway.ask("GET /");
  await gateway.ask("GET /openapi.json");
  await liveAsAccount(gateway);
  await findMatches(gateway);
  await meetInRooms(gateway);
  await readStatus(gateway);
  await watchReplay(system);
  const { successes, seen } = gateway.check;
  const unseen = successes.filter((reply) => !seen.has(reply) && reply !== "GET /ws 101");
  assertEquals(unseen, []);
}

const whyNot = await whyNoRealBrokers();

Deno.test("Gateway replies as it describes, on every route, on everything embedded", async () => {
  await withGateways({}, useAll);
});

brokerTest(
  "Gateway replies as it describes, on every route, on NATS, RabbitMQ, Redis and PostgreSQL",
  whyNot === undefined,
  whyNot ?? "",
  () => withRealBrokers((config) => withGateways({ config, matchmakers: 2 }, useAll)),
);

Deno.test("Gateway's refusals are described too", async () => {
  await withGateways({}, async ({ clients: [gateway] }) => {
    const { token, account_id } = await enter(gateway, "ann");
    const room = await gateway.ask("POST /rooms", { token, body: { game_mode: "duel" } });
    const path = `/rooms/${textAt(room.body, "code")}`;
    const cases: readonly (readonly [string, JsonObject, number, string])[] = [
      [
        "POST /auth/register",
        { body: { username: "!", password: PASSWORD } },
        400,
        "invalid_username",
      ],
      [
        "POST /auth/login",
        { body: { username: "nobody", password: "x" } },
        401,
        "invalid_credentials",
      ],
      ["POST /auth/login", { body: [] }, 400, "invalid_json"],
      ["POST /auth/login", { body: { username: "x".repeat(16_384) } }, 413, "body_too_large"],
      ["POST /auth/login", {}, 415, "unsupported_media_type"],
      ["POST /auth/logout", {}, 401, "missing_token"],
      ["GET /accounts/me", { token: "a.b.c" }, 401, "invalid_token"],
      ["PATCH /accounts/me", { token, body: {} }, 400, "nothing_to_update"],
      ["POST /matchmaking/find", { token, body: { user_id: account_id } }, 400, "invalid_request"],
      ["GET /matchmaking/search/none", { token }, 404, "unknown_search"],
      ["POST /rooms", { token, body: { map: "the moon" } }, 400, "unknown_map"],
      ["POST /rooms", { token }, 409, "already_in_room"],
      [`POST ${path}/start`, { token }, 409, "not_enough_players"],
      ["GET /rooms/ZZZZZZ", { token }, 404, "unknown_room"],
      ["GET /rooms/ZZZZZZ", {}, 401, "missing_token"],
      ["GET /ws", {}, 426, "upgrade_required"],
    ];
    for (const [key, request, status, code] of cases) {
      const reply = await gateway.ask(key, request);
      assertEquals([reply.status, reply.code], [status, code], key);
      // A body that is too long is refused before anything else is done.
      if (status !== 413) assertMatch(reply.headers.get("x-request-id") ?? "", /^[\w-]{36}$/);
      assertEquals(reply.headers.get("x-content-type-options"), "nosniff");
      assertEquals(reply.headers.get("www-authenticate"), status === 401 ? "Bearer" : null);
    }
    const tries: number[] = [];
    for (let tried = 0; tried < 20; tried++) {
      tries.push((await gateway.ask("GET /rooms/ZZZZZZ", { token })).status);
    }
    const last = await gateway.ask("GET /rooms/ZZZZZZ", { token });
    assertEquals([last.status, last.code, last.headers.get("retry-after")], [
      429,
      "too_many_attempts",
      "60",
    ]);
    assertEquals(tries.slice(0, 19), Array(19).fill(404));
  });
});

Deno.test("Gateway says why the match of a full room cannot be prepared", async () => {
  await withGateways({}, async ({ clients: [gateway], game }) => {
    const [host, guest] = [await enter(gateway, "host"), await enter(gateway, "guest")];
    const { token } = host;
    const opened = await gateway.ask("POST /rooms", { token, body: { game_mode: "duel" } });
    const path = `/rooms/${textAt(opened.body, "code")}`;
    await game.close();
    const joined = await gateway.ask(`POST ${path}/join`, { token: guest.token });
    assertEquals([joined.status, joined.body.state], [200, "open"]);
    assertEquals(joined.body.problem, "no_servers");
    const started = await gateway.ask(`POST ${path}/start`, { token });
    assertEquals([started.status, started.code], [503, "no_servers"]);
  });
});

Deno.test("Gateway limits an account, whatever it asks, and nobody else", async () => {
  const env = { GATEWAY_ACCOUNT_REQUESTS_PER_SECOND: "1" };
  await withGateways({ env }, async ({ clients: [gateway], gateways, ...system }) => {
    const [ann, bob] = await enlist(system, "limited", 2);
    assert(ann !== undefined && bob !== undefined);
    const { token } = ann;
    const statuses: number[] = [];
    for (const key of ["GET /accounts/me", "GET /rooms/ZZZZZZ", "GET /accounts/me"]) {
      statuses.push((await gateway.ask(key, { token })).status);
    }
    const body = { user_id: ann.accountId, game_mode: "team", jwt_token: token };
    const found = await gateway.ask("POST /matchmaking/find", { body });
    assertEquals([...statuses, found.status], [200, 404, 429, 429]);
    assertEquals([found.code, found.headers.get("retry-after")], ["too_many_requests", "1"]);
    assertEquals((await gateway.ask("GET /accounts/me", { token: bob.token })).status, 200);
    assertEquals((await gateway.ask("GET /accounts/me", { token: "a.b.c" })).status, 401);
    const [running] = gateways;
    assert(running !== undefined);
    const metrics = await scrape(running.addresses.ops);
    assertEquals(metrics.get('gateway_rate_limited_total{by="account"}'), 2);
    const counted = metrics.get(
      'gateway_request_duration_seconds_count{route="/rooms/:code"}',
    );
    assertEquals(counted, 1);
  });
});

Deno.test("Gateway answers what a browser asks before a page of another origin may ask", async () => {
  const origin = "https://play.example";
  const env = { GATEWAY_CORS_ORIGINS: origin };
  await withGateways({ env }, async ({ clients: [{ url }] }) => {
    const ask = async (from: string): Promise<readonly (string | number | null)[]> => {
      const response = await fetch(`${url}/rooms/ABCDEF`, {
        method: "OPTIONS",
        headers: { origin: from, "access-control-request-method": "PATCH" },
      });
      await response.body?.cancel();
      const { status, headers } = response;
      return [
        status,
        headers.get("access-control-allow-origin"),
        headers.get("access-control-allow-methods"),
      ];
    };
    assertEquals(await ask(origin), [204, origin, "GET, PATCH, DELETE"]);
    assertEquals(await ask("https://evil.example"), [204, null, null]);
  });
});
