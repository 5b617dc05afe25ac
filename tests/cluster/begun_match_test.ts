import { assertEquals } from "@std/assert";
import { encodeServerCommand } from "../../core/protocol/server_command.ts";
import { type MatchServers, withMatchServers } from "../e2e/match_servers.ts";

const MATCH = "match-1";

async function order({ ports }: MatchServers, serverId: string, matchId: string): Promise<string> {
  const command = { command: "prepare_match", matchId, mode: "team", players: ["a"] } as const;
  return await ports.pubSub.request(`server.command.${serverId}`, encodeServerCommand(command), {
    deadlineMs: 2_000,
  });
}

Deno.test("A match that goes on elsewhere is not begun anew by an order that comes too late", async () => {
  await withMatchServers({ count: 2 }, async (system) => {
    assertEquals(await order(system, "game-0", MATCH), `{"ok":true,"match_id":"${MATCH}"}`);
    assertEquals(await order(system, "game-1", MATCH), '{"ok":false,"reason":"match_over"}');
    // The owner itself takes more players.
    assertEquals(await order(system, "game-0", MATCH), `{"ok":true,"match_id":"${MATCH}"}`);
    assertEquals(await system.ownerOf(MATCH), "game-0 1");
    assertEquals(await system.epochsOf(MATCH), ["match_started game-0 1"]);
    assertEquals(await order(system, "game-1", "another"), '{"ok":true,"match_id":"another"}');
  });
});
