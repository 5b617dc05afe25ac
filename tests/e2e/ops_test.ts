/** Metrics and probes over HTTP, on a port that no player needs: PROTOCOL section 7. */
import { assertEquals, assertMatch } from "@std/assert";
import { loginToken, PLAYER1, withLines } from "../clients/auth_requests.ts";
import { type Samples, scrape } from "../clients/scrape.ts";
import { withPlayers, withWire } from "../clients/with_players.ts";
import { eventually } from "../contract/eventually.ts";
import { withSystem } from "../harness.ts";

function pick(samples: Samples, names: readonly string[]): Record<string, number | undefined> {
  return Object.fromEntries(names.map((name) => [name, samples.get(name)]));
}

const AUTH_NAMES = ["active_connections_auth", "successful_auths_total", "failed_auths_total"];
const GAME_NAMES = [
  "total_datagrams_received_game",
  "total_players_joined_game",
  "active_sessions_game",
  "tanks_in_use_game",
];

Deno.test("Auth counts its connections and logins", async () => {
  await withSystem({}, async ({ auth }) => {
    const { tcp, ops } = auth.addresses;
    assertEquals(pick(await scrape(ops), AUTH_NAMES), {
      active_connections_auth: 0,
      successful_auths_total: 0,
      failed_auths_total: 0,
    });
    await withLines(tcp, async (client) => {
      await withLines(tcp, async (other) => {
        for (const password of ["wrong", "password123", "Password123", "", "password123"]) {
          await client.askJson({ action: "login", username: "player1", password });
        }
        await client.askJson({ action: "login", username: "nobody", password: "password123" });
        await client.askJson({ action: "login" });
        await other.askJson("{}");
        assertEquals(pick(await scrape(ops), AUTH_NAMES), {
          active_connections_auth: 2,
          successful_auths_total: 2,
          failed_auths_total: 5,
        });
      });
    });
    await eventually(async () => {
      assertEquals((await scrape(ops)).get("active_connections_auth"), 0);
    }, 5_000);
  });
});

Deno.test("Game counts its datagrams, players, sessions and tanks", async () => {
  await withSystem({}, async ({ game }) => {
    const { udp, ops } = game.addresses;
    const none = Object.fromEntries(GAME_NAMES.map((name) => [name, 0]));
    assertEquals(pick(await scrape(ops), GAME_NAMES), none);
    const joins = [
      { playerId: "p1", acks: false },
      { playerId: "p2", acks: false },
      { playerId: "p3", acks: false, mode: "duel" },
    ] as const;
    await withPlayers(udp, joins, async (...clients) => {
      await withWire(udp, async (wire) => {
        for (const bad of ["", "nonsense", "{}", "x".repeat(1_201)]) await wire.send(bad);
        await wire.ask({ action: "ping", t: 1 });
      });
      assertEquals(pick(await scrape(ops), GAME_NAMES), {
        total_datagrams_received_game: 3 + 4 + 1,
        total_players_joined_game: 3,
        active_sessions_game: 2,
        tanks_in_use_game: 3,
      });
      for (const client of clients) await client.leave();
      assertEquals(pick(await scrape(ops), GAME_NAMES), {
        total_datagrams_received_game: 3 + 4 + 1 + 3,
        total_players_joined_game: 3,
        active_sessions_game: 0,
        tanks_in_use_game: 0,
      });
    });
  });
});

Deno.test("A service shows its metrics in Prometheus' format, each explained", async () => {
  await withSystem({}, async ({ auth, game }) => {
    await loginToken(auth.addresses.tcp, PLAYER1);
    for (const { hostname, port } of [auth.addresses.ops, game.addresses.ops]) {
      const response = await fetch(`http://${hostname}:${port}/metrics`);
      assertMatch(response.headers.get("content-type") ?? "", /^text\/plain/);
      const lines = (await response.text()).trimEnd().split("\n").filter((line) => line !== "");
      const explained = new Set<string>();
      for (const line of lines) {
        const [, kind, name] = /^# (HELP|TYPE) (\S+) \S/.exec(line) ?? [];
        if (kind === "HELP" && name !== undefined) explained.add(name);
        if (kind !== undefined) continue;
        assertMatch(line, /^[a-z_]+(?:\{\w+="[^"]*"(?:,\w+="[^"]*")*\})? (?:[-\d.e+]+|\+Inf|NaN)$/);
        const family = line.replace(/[{ ].*$/, "").replace(/_(?:bucket|sum|count)$/, "");
        const whole = line.replace(/[{ ].*$/, "");
        assertEquals(explained.has(family) || explained.has(whole), true, line);
      }
    }
  });
});

Deno.test("A service answers probes, and what it has not with 404 in JSON", async () => {
  const paths: readonly [path: string, status: number][] = [
    ["/livez", 200],
    ["/readyz", 200],
    ["/", 404],
    ["/nothing", 404],
    ["/livez/", 404],
    ["/metrics/x", 404],
    ["/%00", 404],
    ["/..%2f..%2fetc/passwd", 404],
  ];
  await withSystem({}, async ({ auth, game }) => {
    for (const { hostname, port } of [auth.addresses.ops, game.addresses.ops]) {
      for (const [path, status] of paths) {
        const response = await fetch(`http://${hostname}:${port}${path}`);
        const text = await response.text();
        assertEquals(response.status, status, path);
        assertMatch(response.headers.get("content-type") ?? "", /^application\/json/);
        assertEquals(typeof JSON.parse(text), "object", path);
      }
    }
  });
});
