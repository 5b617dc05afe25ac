/** Many clients at once. */
import { assert, assertEquals } from "@std/assert";
import type { JsonObject } from "../../core/json.ts";
import { LineClient } from "../clients/line_client.ts";
import { askOnce, PLAYER1, withLines } from "../clients/auth_requests.ts";
import { readEvents } from "../clients/event_reader.ts";
import { GameClient } from "../clients/game_client.ts";
import { textAt } from "../clients/json_fields.ts";
import { scrape } from "../clients/scrape.ts";
import { eventually } from "../contract/eventually.ts";
import { withSystem } from "../harness.ts";

const CROWD = 200;
const CROWD_DEADLINE_MS = 30_000;
const LEAVE_RETRY_MS = 1_000;
const LEAVE_TRIES_MAX = 20;

/** Asks until there is an answer: of so many datagrams at once some are lost. */
async function leaveForSure(player: GameClient): Promise<void> {
  const matches = ({ status }: JsonObject): boolean =>
    status === "left_game" || status === "not_in_game";
  for (let time = 0; time < LEAVE_TRIES_MAX; time++) {
    await player.act("leave_game");
    const reply = player.wire.take({ what: "a farewell", matches, deadlineMs: LEAVE_RETRY_MS });
    if (await reply.then(() => true, () => false)) return;
  }
  throw new Error(`Cannot leave: ${player.playerId} has no answer`);
}

Deno.test("Game serves 200 players at once", async () => {
  // Clients and server share this process, and what it cannot take in at once the system drops.
  await withSystem({ env: { GAME_JSON_SNAPSHOT_RATE: "5" } }, async ({ game, ports }) => {
    const { udp, ops } = game.addresses;
    const names = Array.from({ length: CROWD }, (_, index) => `player-${index}`);
    const joins = names.map((playerId) => GameClient.join(udp, { playerId }));
    const players = (await Promise.allSettled(joins)).flatMap((result) => {
      return result.status === "fulfilled" ? [result.value] : [];
    });
    try {
      assertEquals(players.length, CROWD);
      assertEquals(new Set(players.map((player) => player.tankId)).size, CROWD);
      const samples = await scrape(ops);
      assertEquals(samples.get("tanks_in_use_game"), CROWD);
      assertEquals(samples.get("total_players_joined_game"), CROWD);
      await Promise.all(players.map(async (player) => {
        const start = player.own(await player.until("a state"));
        const drive = { seq: 1, throttle: 1, turn: 0.1 };
        await player.until("its tank drive", (snapshot) => {
          // Repeated until it is acknowledged: of so many datagrams at once some are lost.
          if (snapshot.message.ackSeq < 1) player.act("input", drive).catch(() => {});
          const { x, y } = player.own(snapshot);
          return Math.hypot(x - start.x, y - start.y) > 1;
        }, CROWD_DEADLINE_MS);
        // Every delta of a crowd is applied to the right base, or the client model fails.
        await player.nextMany(5);
      }));
      await Promise.all(players.map(leaveForSure));
    } finally {
      await Promise.all(players.map((player) => player.close()));
    }
    const after = await scrape(ops);
    assertEquals([after.get("tanks_in_use_game"), after.get("active_sessions_game")], [0, 0]);
    const topic = "player_sessions_history";
    for (const type of ["player_joined_session", "player_left_session"]) {
      const events = await readEvents(ports.eventLog, topic, type);
      assertEquals(new Set(events.map((event) => event.player_id)), new Set(names), type);
    }
  });
});

Deno.test("Auth serves 200 connections that log in at once", async () => {
  await withSystem({}, async ({ auth, ports }) => {
    const { tcp, ops } = auth.addresses;
    const clients = await Promise.all(
      Array.from({ length: CROWD }, () => LineClient.connect(tcp)),
    );
    try {
      const replies = await Promise.all(
        clients.map((client) => client.askJson({ action: "login", ...PLAYER1 })),
      );
      assertEquals(new Set(replies.map((reply) => reply.status)), new Set(["success"]));
      const sessions = new Set(replies.map((reply) => textAt(reply, "session_id")));
      assertEquals(sessions.size, CROWD);
      assertEquals((await scrape(ops)).get("active_connections_auth"), CROWD);
    } finally {
      await Promise.all(clients.map((client) => client.close()));
    }
    await eventually(async () => {
      assertEquals((await scrape(ops)).get("active_connections_auth"), 0);
    }, 5_000);
    const events = await readEvents(ports.eventLog, "auth_events", "user_logged_in");
    assertEquals(events.length, CROWD);
  });
});

Deno.test("Game serves 200 connections that log in at once", async () => {
  await withSystem({}, async ({ auth, game }) => {
    const names = Array.from({ length: CROWD }, (_, index) => `player-${index}`);
    await withLines(auth.addresses.tcp, async (client) => {
      for (const username of names) {
        await client.sendLine({ action: "register", username, password: "password-1" });
      }
      for (const _ of names) assertEquals((await client.readJson()).status, "success");
    });
    const clients = await Promise.all(
      names.map(() => LineClient.connect(game.addresses.tcp)),
    );
    try {
      await Promise.all(clients.map(async (client, index) => {
        await client.sendLine(`LOGIN ${names[index]} password-1`);
        for (const start of ["SERVER_ACK_CONNECTED", "LOGIN_SUCCESS", "SERVER: Welcome"]) {
          const matches = (line: string): boolean => line.startsWith(start);
          await client.readLine({ what: start, matches });
        }
      }));
      const [first] = clients;
      assert(first !== undefined);
      await first.sendLine("PLAYERS");
      const list = await first.readLine({
        what: "the list",
        matches: (line) => line.startsWith("SERVER: Players in room: "),
      });
      const listed = list.slice("SERVER: Players in room: ".length).split(", ");
      assertEquals(new Set(listed), new Set(names));
      assertEquals(listed.length, CROWD);
    } finally {
      await Promise.all(clients.map((client) => client.close()));
    }
    await eventually(async () => {
      assertEquals((await scrape(game.addresses.ops)).get("tanks_in_use_game"), 0);
    }, 5_000);
  });
});

Deno.test("Auth closes one connection too many from an address, and serves the others", async () => {
  const max = 5;
  const env = { AUTH_CONNECTIONS_PER_ADDRESS_MAX: String(max) };
  await withSystem({ env }, async ({ auth }) => {
    const { tcp } = auth.addresses;
    const clients: LineClient[] = [];
    try {
      for (let index = 0; index < max; index++) {
        const client = await LineClient.connect(tcp);
        clients.push(client);
        assertEquals((await client.askJson("{}")).status, "error");
      }
      await withLines(tcp, async (excess) => {
        await excess.untilEnd();
        assertEquals(excess.takeLines(), []);
      });
      for (const client of clients) {
        assertEquals((await client.askJson({ action: "login", ...PLAYER1 })).status, "success");
      }
      await clients.pop()?.close();
      await eventually(async () => {
        const reply = await askOnce(tcp, { action: "login", ...PLAYER1 });
        assertEquals(reply.status, "success");
      }, 5_000);
    } finally {
      for (const client of clients) await client.close();
    }
  });
});
