import { assert, assertEquals, assertNotEquals, assertRejects } from "@std/assert";
import { GameClient } from "../clients/game_client.ts";
import { listAt, numberAt, objectAt, parseJsonObject, textAt } from "../clients/json_fields.ts";
import { LineClient } from "../clients/line_client.ts";
import { WebPlayer } from "../clients/web_player.ts";
import { scrape } from "../clients/scrape.ts";
import { eventually } from "../contract/eventually.ts";
import { type MatchServers, withMatchServers } from "./match_servers.ts";

const MATCH = "match-1";

async function seatWeb(
  { ticket, webSocketUrl }: MatchServers,
  playerId: string,
): Promise<WebPlayer & { readonly ok: ReturnType<typeof objectAt> }> {
  return await WebPlayer.join(webSocketUrl, {
    matchId: MATCH,
    token: await ticket(MATCH, playerId),
  });
}

Deno.test("WebSocket, UDP and TCP players share a match, and see one another drive", async () => {
  await withMatchServers({ count: 1 }, async (system) => {
    await system.prepare("game-0", { matchId: MATCH, players: ["web", "udp", "tcp"] });
    const web = await seatWeb(system, "web");
    assertEquals([web.ok.player_id, typeof web.ok.tank_id], ["web", "string"]);
    const initial = objectAt(web.ok, "initial_state");
    assertEquals(
      [textAt(objectAt(initial, "you"), "tank_id"), numberAt(initial, "tick_rate")],
      [web.ok.tank_id, 30],
    );
    const [server] = system.servers;
    assert(server !== undefined);
    const udp = await GameClient.join(server.game.addresses.udp, {
      playerId: "udp",
      token: await system.ticket(MATCH, "udp"),
      matchId: MATCH,
    });
    const tcp = await LineClient.connect(server.game.addresses.tcp);
    const join = { action: "join_game", player_id: "tcp", match_id: MATCH };
    await tcp.sendLine({ ...join, token: await system.ticket(MATCH, "tcp") });
    const joined = await tcp.readLine({
      what: "joined",
      matches: (line) => line.includes("joined"),
    });
    const tcpTankId = textAt(parseJsonObject(joined), "tank_id");
    try {
      const tankId = textAt(web.ok, "tank_id");
      await eventually(() => assertEquals(listAt(web.latest ?? {}, "tanks").length, 3));
      const still = web.tank(tcpTankId) ?? {};
      await tcp.sendLine({ action: "input", player_id: "tcp", seq: 1, throttle: 1 });
      await eventually(() => assertNotEquals(web.tank(tcpTankId)?.x, still.x));
      const before = web.tank(tankId) ?? {};
      web.send({ type: "PLAYER_INPUT", seq: 1, throttle: 1, turn: 0, fire: true });
      await udp.until("the other drives", (snapshot) => {
        const tank = snapshot.tanks.get(tankId);
        return tank !== undefined && tank.x !== before.x && tank.y !== undefined;
      });
      await eventually(() => assertNotEquals(web.tank(tankId)?.x, before.x));
      assertEquals(numberAt(web.latest ?? {}, "ack_seq"), 1);
      assertEquals((await web.next("EVENT")).event, "tank_shot");
    } finally {
      udp.close();
      await tcp.close();
      await web.close();
    }
  });
});

Deno.test("WebSocket carries chat to everybody behind a gateway, and pings to the match", async () => {
  await withMatchServers({ count: 1 }, async (system) => {
    await system.prepare("game-0", { matchId: MATCH, players: ["a", "b"] });
    const a = await seatWeb(system, "a");
    const b = await seatWeb(system, "b");
    a.send({ type: "CHAT", text: "hello" });
    const said = { type: "CHAT", from: "a", text: "hello" };
    assertEquals([await a.next("CHAT"), await b.next("CHAT")], [said, said]);
    b.send({ type: "PING", t: 7 });
    const pong = await b.next("PONG");
    assertEquals([pong.t, typeof pong.tick], [7, "number"]);
    await a.close();
    await b.close();
  });
});

Deno.test("WebSocket states are whole, or once acknowledged what changed since", async () => {
  await withMatchServers({ count: 1 }, async (system) => {
    await system.prepare("game-0", { matchId: MATCH, players: ["a"] });
    const a = await seatWeb(system, "a");
    await eventually(() => assertEquals(a.latest?.base, null));
    const tick = numberAt(a.latest ?? {}, "tick");
    a.send({ type: "PLAYER_INPUT", seq: 1, throttle: 0, turn: 0, ack: tick });
    await eventually(() => assertEquals(a.latest?.base, tick));
    await a.close();
  });
});

Deno.test("WebSocket lets nobody in without a good token for that match", async (t) => {
  await withMatchServers({ count: 1 }, async (system) => {
    await system.prepare("game-0", { matchId: MATCH, players: ["a"] });
    await system.prepare("game-0", { matchId: "other", players: ["a"] });
    const used = await system.ticket(MATCH, "a");
    const a = await WebPlayer.join(system.webSocketUrl, { matchId: MATCH, token: used });
    const foreign = await system.ticket("other", "a");
    const cases: readonly [string, { matchId: string; token: string }, string][] = [
      ["a ticket twice", { matchId: MATCH, token: used }, "Invalid token"],
      ["another match's ticket", { matchId: MATCH, token: foreign }, "Invalid token"],
      ["no ticket", { matchId: MATCH, token: "nonsense" }, "Invalid token"],
      ["no match", { matchId: "nowhere", token: foreign }, "Match not found"],
    ];
    for (const [name, auth, reason] of cases) {
      await t.step(name, async () => {
        const stranger = await WebPlayer.open(system.webSocketUrl);
        stranger.auth(auth);
        assertEquals(await stranger.next("AUTH_FAILED"), { type: "AUTH_FAILED", reason });
        assertEquals((await stranger.closed).code, 4401);
      });
    }
    await t.step("an input before AUTH", async () => {
      const stranger = await WebPlayer.open(system.webSocketUrl);
      stranger.send({ type: "PLAYER_INPUT", seq: 1 });
      assertEquals((await stranger.closed).code, 4401);
    });
    await t.step("what is no message", async () => {
      const stranger = await WebPlayer.open(system.webSocketUrl);
      stranger.send("{");
      assertEquals((await stranger.closed).code, 4400);
    });
    await a.close();
  });
});

Deno.test("WebSocket closed frees the tank after a while, unless the player comes back", async () => {
  const env = { GAME_RESUME_MS: "4000" };
  await withMatchServers({ count: 1, env }, async (system) => {
    await system.prepare("game-0", { matchId: MATCH, players: ["a", "b"] });
    const a = await seatWeb(system, "a");
    const b = await seatWeb(system, "b");
    const tankIdOfA = textAt(a.ok, "tank_id");
    await a.close();
    const again = await WebPlayer.join(system.webSocketUrl, {
      matchId: MATCH,
      token: textAt(a.ok, "resume_token"),
    });
    assertEquals(again.ok.tank_id, tankIdOfA);
    await again.close();
    await eventually(() => assertEquals(b.tank(tankIdOfA) === undefined, false));
    await eventually(() => assertEquals(b.tank(tankIdOfA), undefined));
    await b.close();
  });
});

Deno.test("WebSocket of a player who connects elsewhere is closed", async () => {
  await withMatchServers({ count: 1 }, async (system) => {
    await system.prepare("game-0", { matchId: MATCH, players: ["a"] });
    const first = await seatWeb(system, "a");
    const second = await seatWeb(system, "a");
    assertEquals(second.ok.tank_id, first.ok.tank_id);
    assertEquals((await first.closed).code, 4409);
    await second.close();
  });
});

Deno.test("WebSocket pages of other origins are refused, and too many of one address", async () => {
  const env = {
    GATEWAY_WEBSOCKETS_PER_ADDRESS_MAX: "1",
    GATEWAY_CORS_ORIGINS: "https://a.example",
  };
  await withMatchServers({ count: 0, env }, async ({ webSocketUrl }) => {
    const url = webSocketUrl.replace("ws:", "http:");
    const headers = {
      upgrade: "websocket",
      connection: "upgrade",
      "sec-websocket-version": "13",
      "sec-websocket-key": "dGhlIHNhbXBsZSBub25jZQ==",
    };
    const bare = await fetch(url);
    assertEquals(bare.status, 426);
    await bare.body?.cancel();
    for (const [origin, status] of [["https://evil.example", 403], ["null", 403]] as const) {
      assertEquals(await statusOf(url, { ...headers, origin }), status);
    }
    const one = await WebPlayer.open(webSocketUrl);
    await assertRejects(() => WebPlayer.open(webSocketUrl));
    await one.close();
  });
});

Deno.test("WebSocket of a client that does not read is closed, and the others' match goes on", async () => {
  await withMatchServers({ count: 1 }, async (system) => {
    await system.prepare("game-0", { matchId: MATCH, players: ["slow", "b"] });
    const b = await seatWeb(system, "b");
    const { hostname, port } = system.gateway.addresses.http;
    const slow = await Deno.connect({ hostname, port });
    try {
      await slow.write(new TextEncoder().encode(handshake(`${hostname}:${port}`)));
      await slow.read(new Uint8Array(1_024));
      const token = await system.ticket(MATCH, "slow");
      await slow.write(maskedFrame(JSON.stringify({ type: "AUTH", match_id: MATCH, token })));
      const ended = 'gateway_websockets_ended_total{reason="too_slow"}';
      const noise = "x".repeat(200);
      await eventually(async () => {
        // The client takes what the system buffers for it, which is megabytes, and nothing else.
        for (let copy = 0; copy < 2_000; copy++) {
          const frame = `f{"type":"CHAT","from":"b","text":"${noise}"}`;
          system.ports.pubSub.publish(`match.${MATCH}.state.slow`, frame);
        }
        assertEquals((await scrape(system.gateway.addresses.ops)).get(ended), 1);
      });
      const { stateCount } = b;
      await eventually(() => assert(b.stateCount > stateCount + 5));
    } finally {
      slow.close();
      await b.close();
    }
  });
});

function handshake(host: string): string {
  const headers = ["Upgrade: websocket", "Connection: Upgrade", "Sec-WebSocket-Version: 13"];
  const key = "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==";
  return ["GET /ws HTTP/1.1", `Host: ${host}`, ...headers, key, "", ""].join("\r\n");
}

/** A text of at most 65535 bytes as one frame of a client's (RFC 6455, section 5.2), masked with zeros. */
function maskedFrame(text: string): Uint8Array<ArrayBuffer> {
  const payload = new TextEncoder().encode(text);
  const length = payload.length < 126
    ? [0x80 | payload.length]
    : [0x80 | 126, payload.length >> 8, payload.length & 0xff];
  return new Uint8Array([0x81, ...length, 0, 0, 0, 0, ...payload]);
}

/** The status of a handshake; `fetch` would not send these headers. */
async function statusOf(url: string, headers: Readonly<Record<string, string>>): Promise<number> {
  const { hostname, port, pathname, host } = new URL(url);
  const connection = await Deno.connect({ hostname, port: Number(port) });
  try {
    const lines = Object.entries({ host, ...headers }).map(([name, value]) => `${name}: ${value}`);
    const text = [`GET ${pathname} HTTP/1.1`, ...lines, "", ""].join("\r\n");
    await connection.write(new TextEncoder().encode(text));
    const answer = new Uint8Array(64);
    await connection.read(answer);
    return Number(new TextDecoder().decode(answer).split(" ")[1]);
  } finally {
    connection.close();
  }
}
