/** A player whom an operator kicks is told so, however the client is connected. */
import { assert, assertEquals } from "@std/assert";
import { tryJsonObject, tryParseJson } from "../../core/json.ts";
import { encodeServerCommand } from "../../core/protocol/server_command.ts";
import { PLAYER1, withLines } from "../clients/auth_requests.ts";
import { scrape } from "../clients/scrape.ts";
import { withWire } from "../clients/with_players.ts";
import { type TestSystem, withSystem } from "../harness.ts";
import { playBinary } from "./binary_players.ts";

const DEADLINE_MS = 5_000;
const KICKED = 'game_players_left_total{reason="kicked"}';

/** Kicks a player out of the only match, and gives the match. */
async function kick({ ports }: TestSystem, playerId: string): Promise<string> {
  const ask = async (command: Parameters<typeof encodeServerCommand>[0]): Promise<string> => {
    const payload = encodeServerCommand(command);
    const deadline = { deadlineMs: DEADLINE_MS };
    return await ports.pubSub.request("server.command.game-1", payload, deadline);
  };
  const described = tryJsonObject(tryParseJson(await ask({ command: "describe_server" })));
  const { matches } = tryJsonObject(described?.about) ?? {};
  const matchId = tryJsonObject(Array.isArray(matches) ? matches[0] : undefined)?.match_id;
  if (typeof matchId !== "string") throw new Error("Cannot kick: there is no match");
  const whom = { matchId, playerId };
  assertEquals(await ask({ command: "kick_player", whom }), '{"ok":true}');
  return matchId;
}

Deno.test("A player who is kicked is told so in JSON datagrams", async () => {
  await withSystem({}, async (system) => {
    await withWire(system.game.addresses.udp, async (wire) => {
      await wire.ask({ action: "join_game", player_id: "p1" });
      const matchId = await kick(system, "p1");
      const told = await wire.take({
        what: "that it was kicked",
        matches: ({ type }) => type === "kicked",
      });
      assertEquals(told.match_id, matchId);
      const again = { action: "join_game", player_id: "p1", match_id: matchId };
      assertEquals((await wire.ask(again)).status, "join_failed");
    });
    assertEquals((await scrape(system.game.addresses.ops)).get(KICKED), 1);
  });
});

Deno.test("A player who is kicked is told so by JSON lines, and by a line of text", async () => {
  await withSystem({}, async (system) => {
    await withLines(system.game.addresses.tcp, async (client) => {
      await client.readLine();
      await client.sendLine({ action: "join_game", player_id: "p1" });
      await client.readLine();
      const matchId = await kick(system, "p1");
      const matches = (line: string): boolean => line.includes('"kicked"');
      const told = await client.readLine({ what: "that it was kicked", matches });
      assertEquals(tryJsonObject(tryParseJson(told))?.match_id, matchId);
    });
    await withLines(system.game.addresses.tcp, async (client) => {
      await client.readLine();
      await client.ask(`LOGIN ${PLAYER1.username} ${PLAYER1.password}`);
      await client.readLine();
      await kick(system, PLAYER1.username);
      assertEquals(
        await client.readLine(),
        "SERVER: An operator has taken you out of the match.",
      );
    });
  });
});

Deno.test("A player who is kicked is told so in the binary protocol", async () => {
  await withSystem({}, async (system) => {
    const player = await playBinary(system.game.addresses.udp, { playerId: "p1" });
    try {
      await kick(system, "p1");
      await player.until("the end", () => player.client.state.kind === "ended");
      assert(/kicked/.test(player.doing), player.doing);
    } finally {
      await player.client.close();
    }
  });
});
