/** JSON over TCP: PROTOCOL section 3, with the actions of section 2. */
import { assert, assertEquals } from "@std/assert";
import type { JsonObject } from "../../core/json.ts";
import { PLAYER1, withLines } from "../clients/auth_requests.ts";
import { parseJsonObject, textAt } from "../clients/json_fields.ts";
import type { LineClient } from "../clients/line_client.ts";
import { assertReply, isNumber, isObject, isText } from "../clients/reply_shape.ts";
import { readState } from "../clients/state_message.ts";
import { StateModel } from "../clients/state_model.ts";
import { withPlayers } from "../clients/with_players.ts";
import { type TestSystem, withSystem } from "../harness.ts";

const JOINED = { status: "joined", session_id: isText, tank_id: isText, initial_state: isObject };

const REPLIES: readonly [line: string, reply: Readonly<Record<string, string>>][] = [
  ["{", { status: "error", message: "Invalid JSON format" }],
  ["{hello}", { status: "error", message: "Invalid JSON format" }],
  ["{}", { status: "error", message: "Unknown action" }],
  ['{"action":"dance"}', { status: "error", message: "Unknown action" }],
  ['{"action":5}', { status: "error", message: "Unknown action" }],
  [
    '{"action":"leave_game","player_id":"nobody"}',
    { status: "not_in_game", message: "You are not currently in a game." },
  ],
  [
    '{"action":"move","player_id":"p1","position":[1e999,0]}',
    { status: "error", message: "Invalid position" },
  ],
  [
    '{"action":"input","player_id":"p1","throttle":"1"}',
    { status: "error", message: "Invalid throttle" },
  ],
];

async function withJson(
  env: Readonly<Record<string, string>>,
  work: (client: LineClient, system: TestSystem) => Promise<void>,
): Promise<void> {
  await withSystem({ env }, async (system) => {
    await withLines(system.game.addresses.tcp, async (client) => {
      assertEquals(await client.readLine(), "SERVER_ACK_CONNECTED");
      await work(client, system);
    });
  });
}

/** The next reply; states that come between are passed over. */
async function askForReply(client: LineClient, line: string | JsonObject): Promise<JsonObject> {
  await client.sendLine(line);
  const isReply = (text: string): boolean => text.startsWith("{") && !text.includes('"type"');
  return parseJsonObject(await client.readLine({ what: "a reply", matches: isReply }));
}

Deno.test("Game speaks JSON on a line that starts with a brace", async () => {
  await withJson({}, async (client) => {
    for (const [line, reply] of REPLIES) assertReply(await client.askJson(line), reply);
    const { status, t } = await client.askJson({ action: "ping", t: 1.5 });
    assertEquals([status, t], ["pong", 1.5]);
    assertEquals(await client.ask("[]"), "UNKNOWN_COMMAND");
  });
});

Deno.test("Game logs in over JSON as auth does", async () => {
  await withJson({}, async (client) => {
    const login = { action: "login", ...PLAYER1 };
    assertReply(await client.askJson({ ...login, password: "wrong" }), {
      status: "failure",
      message: "Authentication failed: Invalid password",
    });
    assertReply(await client.askJson(login), {
      status: "success",
      message: "User player1 authenticated",
      session_id: isText,
      token: isText,
      refresh_token: isText,
      expires_in: 900,
    });
  });
});

Deno.test("Game seats a JSON client with the token that it got, or logged in", async () => {
  const join = { action: "join_game", player_id: PLAYER1.username };
  await withJson({ GAME_ALLOW_GUESTS: "false" }, async (client, { game }) => {
    const refused = { status: "join_failed", reason: "Authentication required" };
    assertReply(await client.askJson(join), refused);
    const { token } = await client.askJson({ action: "login", ...PLAYER1 });
    await withLines(game.addresses.tcp, async (other) => {
      await other.readLine();
      assertReply(await other.askJson(join), refused);
      assertReply(await other.askJson({ ...join, token }), JOINED);
    });
  });
});

Deno.test("Game sends a JSON client states as lines, whole until it acknowledges", async () => {
  await withJson({}, async (client, { game }) => {
    await withPlayers(game.addresses.udp, [{ playerId: "udp" }], async (other) => {
      const joined = await askForReply(client, { action: "join_game", player_id: "tcp" });
      assertReply(joined, JOINED);
      assertEquals(joined.session_id, other.sessionId);
      const model = new StateModel();
      let ticksAcked = 0;
      while (ticksAcked < 10) {
        const isState = (text: string): boolean => text.startsWith('{"type":"state"');
        const line = await client.readLine({ what: "a state", matches: isState });
        const { message, tanks } = model.apply(readState(parseJsonObject(line)));
        if (ticksAcked === 0) assertEquals(message.base, null);
        assertEquals([...tanks.keys()].toSorted(), [other.tankId, joined.tank_id].toSorted());
        await client.sendLine({ action: "ack", player_id: "tcp", tick: message.tick });
        if (message.base !== null || ticksAcked === 0) ticksAcked++;
      }
      const pong = await askForReply(client, { action: "ping", t: 1 });
      assertReply(pong, { status: "pong", t: 1, tick: isNumber });
    });
  });
});

Deno.test("Game lets clients of both transports see each other move, shoot and leave", async () => {
  await withJson({}, async (client, { game }) => {
    await withPlayers(game.addresses.udp, [{ playerId: "udp" }], async (other) => {
      const join = { action: "join_game", player_id: "tcp" };
      const tankId = textAt(await askForReply(client, join), "tank_id");
      const { tanks } = await other.until("both", (snapshot) => snapshot.tanks.size === 2);
      const before = tanks.get(tankId);
      assert(before !== undefined);
      await client.sendLine({ action: "shoot", player_id: "tcp" });
      await other.until("a shell", ({ message }) => message.shells.length > 0);
      await client.sendLine({ action: "input", player_id: "tcp", seq: 1, throttle: 1 });
      await other.next("the other one drive", (snapshot) => {
        const now = snapshot.tanks.get(tankId);
        return now !== undefined && Math.hypot(now.x - before.x, now.y - before.y) > 1;
      });
      const left = await askForReply(client, { action: "leave_game", player_id: "tcp" });
      assertReply(left, { status: "left_game", message: "You have left the game." });
      await other.next("the other one gone", (snapshot) => !snapshot.tanks.has(tankId));
    });
  });
});

Deno.test("Game lets no connection act for the player of another", async () => {
  await withJson({}, async (client, { game }) => {
    await withPlayers(game.addresses.udp, [{ playerId: "udp" }], async (other) => {
      const before = other.own(await other.until("a state"));
      await client.sendLine({ action: "move", player_id: "udp", position: [40, 30] });
      await client.sendLine({ action: "leave_game", player_id: "udp" });
      const { status } = await client.askJson({ action: "ping", t: 1 });
      assertEquals(status, "pong", "the first reply of all");
      for (const snapshot of await other.nextMany(5)) assertEquals(other.own(snapshot), before);
    });
  });
});

Deno.test("Game takes a player out whose connection breaks", async () => {
  await withSystem({}, async ({ game }) => {
    await withPlayers(game.addresses.udp, [{ playerId: "udp" }], async (other) => {
      const tankId = await withLines(game.addresses.tcp, async (client) => {
        await client.readLine();
        const joined = await client.askJson({ action: "join_game", player_id: "tcp" });
        await other.until("both", (snapshot) => snapshot.tanks.size === 2);
        await client.send('{"action":"mo');
        return textAt(joined, "tank_id");
      });
      await other.until("the other one gone", (snapshot) => !snapshot.tanks.has(tankId));
    });
  });
});
