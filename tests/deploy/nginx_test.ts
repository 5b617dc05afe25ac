import { assert, assertEquals, assertNotEquals } from "@std/assert";
import { PLAYER1 } from "../clients/auth_requests.ts";
import { readEvents } from "../clients/event_reader.ts";
import { GameClient } from "../clients/game_client.ts";
import { objectAt, parseJsonObject, textAt } from "../clients/json_fields.ts";
import { WebPlayer } from "../clients/web_player.ts";
import { eventually } from "../contract/eventually.ts";
import { hasBroker } from "../brokers/require_brokers.ts";
import { askFrom, TcpClientFrom } from "./nginx_client.ts";
import { type NginxProcess, whyNoNginx } from "./nginx_process.ts";
import { ADDRESS_FAILURES_FREE, type NginxSystem, withNginx } from "./nginx_system.ts";

const LOGIN = { action: "login", ...PLAYER1 };
/** What nginx.conf lets one address hold open of each. */
const CONNECTIONS_MAX = 32;
const isHere = hasBroker("nginx", await whyNoNginx());

function nginxTest(name: string, work: (system: NginxSystem) => Promise<void>): void {
  // Deno keeps the WebSocket's and node's sockets for a moment after they are closed.
  const options = { ignore: !isHere, sanitizeOps: false, sanitizeResources: false };
  Deno.test({ name, ...options, fn: () => withNginx(work) });
}

nginxTest(
  "nginx tells auth who is behind it, for its log of events and its throttle",
  async ({ nginx, system }) => {
    const { auth } = nginx.addresses;
    for (let attempt = 0; attempt <= ADDRESS_FAILURES_FREE; attempt++) {
      const wrong = { action: "login", username: `nobody-${attempt}`, password: "a wrong one" };
      assertEquals((await askFrom("127.0.0.5", auth, wrong)).status, "failure");
    }
    const held = await askFrom("127.0.0.5", auth, LOGIN);
    assertEquals(held.message, "Too many attempts");
    assertEquals((await askFrom("127.0.0.6", auth, LOGIN)).status, "success");
    await system.ports.eventLog.flush();
    const events = await readEvents(system.ports.eventLog, "auth_events");
    const addresses = events.filter(({ event_type: type }) => type === "user_logged_in")
      .map(({ ip }) => ip);
    assertEquals(addresses, ["127.0.0.6"]);
    await eventually(async () => {
      const seen = (await nginx.accessLog()).filter(({ port }) => port === auth.port);
      assertEquals(seen.map(({ remote }) => remote).toSorted(), [
        ...Array<string>(ADDRESS_FAILURES_FREE + 2).fill("127.0.0.5"),
        "127.0.0.6",
      ]);
    });
  },
);

nginxTest("nginx carries a match over UDP and over TCP", async ({ nginx, system }) => {
  const { auth, gameTcp, gameUdp } = nginx.addresses;
  const token = textAt(await askFrom("127.0.0.5", auth, LOGIN), "token");
  const player = await GameClient.join(gameUdp, { playerId: PLAYER1.username, token });
  const line = new TcpClientFrom("127.0.0.5", gameTcp);
  try {
    const joined = await line.ask({ action: "join_game", player_id: "guest" });
    assertEquals(joined.status, "joined");
    const from = player.own(await player.next("the first state"));
    player.act("input", { seq: 1, throttle: 1, turn: 0, fire: true });
    const seen = await player.until("it drives, and sees who came over TCP", (snapshot) => {
      const { x, y } = player.own(snapshot);
      return Math.hypot(x - from.x, y - from.y) > 1 && snapshot.tanks.size === 2;
    });
    assert(seen.tanks.has(textAt(joined, "tank_id")));
    assertEquals((await line.readJson("tanks")).type, "state");
    // It is written where a tank is when its turn comes, and that may be half a second from now.
    await eventually(async () => {
      await system.ports.eventLog.flush();
      const moves = await readEvents(system.ports.eventLog, "tank_coordinates_history");
      assert(moves.length > 0, "nobody moved");
    });
    line.send({ action: "leave_game", player_id: "guest" });
    await player.leave();
  } finally {
    await line.close();
    player.close();
  }
});

nginxTest(
  "nginx carries a browser's whole way over TLS, and sends plain HTTP there",
  async ({ nginx, canFind }) => {
    using client = browser(nginx, "127.0.0.5");
    const { http, https } = nginx.addresses;
    const plain = await fetch(`http://${http.hostname}:${http.port}/x?y`, { redirect: "manual" });
    await plain.body?.cancel();
    assertEquals([plain.status, plain.headers.get("location")], [308, "https://127.0.0.1/x?y"]);

    const account = { username: "browser", password: "a word of its own" };
    const registered = await post(client, nginx, { path: "/auth/register", body: account });
    assertEquals(registered.status, 201, JSON.stringify(registered.body));
    const loggedIn = await post(client, nginx, { path: "/auth/login", body: account });
    assertEquals(loggedIn.status, 200, JSON.stringify(loggedIn.body));
    await canFind();
    const found = await post(client, nginx, {
      path: "/matchmaking/find",
      body: {
        game_mode: "pve_heist",
        jwt_token: textAt(loggedIn.body, "token"),
        user_id: textAt(registered.body, "account_id"),
      },
    });
    assertEquals(found.status, 200, JSON.stringify(found.body));
    const player = await WebPlayer.join(`wss://localhost:${https.port}/ws`, {
      matchId: textAt(found.body, "match_id"),
      token: textAt(found.body, "token"),
    }, { client });
    const tankId = textAt(player.ok, "tank_id");
    const { x } = objectAt(objectAt(player.ok, "initial_state"), "you");
    player.send({ type: "PLAYER_INPUT", seq: 1, throttle: 1, turn: 0.2, fire: false });
    await eventually(() => {
      assert(player.stateCount > 5);
      assertNotEquals(player.tank(tankId)?.x ?? x, x);
    });
    await player.close();
    await eventually(async () => {
      const logged = (await nginx.accessLog()).find(({ path }) => path === "/ws");
      assertEquals([logged?.remote, logged?.status], ["127.0.0.5", 101]);
    });
  },
);

nginxTest(
  "nginx holds off a flood of connections and sessions of one address, and lets others in",
  async ({ nginx, system }) => {
    const { auth, gameUdp } = nginx.addresses;
    const flood = Array.from(
      { length: 3 * CONNECTIONS_MAX },
      () => new TcpClientFrom("127.0.0.7", auth),
    );
    const wires = Array.from(
      { length: 3 * CONNECTIONS_MAX },
      () => Deno.listenDatagram({ transport: "udp", hostname: "127.0.0.8", port: 0 }),
    );
    try {
      const answers = await Promise.all(flood.map(async (client) => {
        client.send({ action: "none" });
        return await client.readLine();
      }));
      const served = answers.filter((answer) => answer !== undefined);
      assertEquals(served.length, CONNECTIONS_MAX);
      const ping = new TextEncoder().encode('{"action":"ping","t":1}');
      for (const wire of wires) {
        await wire.send(ping, { transport: "udp", ...gameUdp });
      }
      assertEquals((await askFrom("127.0.0.6", auth, LOGIN)).status, "success");
      const player = await GameClient.join(gameUdp, { playerId: "guest" });
      await player.next("a state");
      await player.leave();
      player.close();
      const { hostname, port } = system.game.addresses.ops;
      const metrics = await (await fetch(`http://${hostname}:${port}/metrics`)).text();
      const received = Number(/^total_datagrams_received_game (\d+)$/m.exec(metrics)?.[1]);
      assert(
        received >= CONNECTIONS_MAX && received < 2 * CONNECTIONS_MAX,
        `${received} datagrams`,
      );
    } finally {
      for (const client of flood) {
        await client.close();
      }
      for (const wire of wires) wire.close();
    }
  },
);

nginxTest(
  "nginx and the gateway bound the requests of one address, and of no other by them",
  async ({ nginx, system }) => {
    using noisy = browser(nginx, "127.0.0.7");
    using quiet = browser(nginx, "127.0.0.6");
    const wrong = { username: "nobody", password: "a wrong one" };
    const statuses = await Promise.all(Array.from({ length: 40 }, async () => {
      const { status, body } = await post(noisy, nginx, { path: "/auth/login", body: wrong });
      if (status === 429) assertEquals(objectAt(body, "error").code, "throttled");
      return status;
    }));
    const refused = statuses.filter((status) => status === 429).length;
    assert(refused < 40, "nobody was let in");
    // Ten at once, two a second more. Auth's own throttle answers alike, so what counts is what reached it.
    await eventually(async () => {
      const logged = (await nginx.accessLog()).filter(({ path }) => path === "/auth/login");
      const kept = logged.filter(({ upstream_status: status }) => status === "").length;
      assert(logged.length >= 40 && kept >= 20, `${kept} of ${logged.length} went no further`);
    });
    const loggedIn = await post(quiet, nginx, { path: "/auth/login", body: PLAYER1 });
    assertEquals(loggedIn.status, 200, JSON.stringify(loggedIn.body));
    // What the client itself wrote into that header went no further than nginx.
    await system.ports.eventLog.flush();
    const events = await readEvents(system.ports.eventLog, "auth_events");
    const failed = events.filter(({ event_type: type }) => type === "user_login_failed");
    assertEquals([...new Set(failed.map(({ ip }) => ip))], ["127.0.0.7"]);
  },
);

function browser({ caCert }: NginxProcess, localAddress: string): Deno.HttpClient {
  return Deno.createHttpClient({ caCerts: [caCert], localAddress, http2: false });
}

async function post(
  client: Deno.HttpClient,
  { addresses: { https } }: NginxProcess,
  { path, body }: { readonly path: string; readonly body: Readonly<Record<string, string>> },
): Promise<{ readonly status: number; readonly body: ReturnType<typeof parseJsonObject> }> {
  const response = await fetch(`https://localhost:${https.port}${path}`, {
    client,
    method: "POST",
    headers: { "content-type": "application/json", "x-real-ip": "192.0.2.99" },
    body: JSON.stringify(body),
  });
  return { status: response.status, body: parseJsonObject(await response.text()) };
}
