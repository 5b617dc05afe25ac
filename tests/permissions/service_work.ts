import { assertEquals, assertStringIncludes } from "@std/assert";
import { loginToken, PLAYER1 } from "../clients/auth_requests.ts";
import { GameClient } from "../clients/game_client.ts";
import { LineClient } from "../clients/line_client.ts";
import type { LoggedProcess } from "../deploy/logged_process.ts";

/** What a service is there for, in short, for a process that runs it. @throws Error where it fails */
export type Work = (running: LoggedProcess) => Promise<void>;

/** The work of each service. */
export const WORK: Readonly<Record<string, Work>> = {
  auth: async (running) => {
    await loginToken(await running.address("auth", "tcp"), PLAYER1);
  },
  game: async (running) => {
    const tcp = await running.address("game", "tcp");
    const udp = await running.address("game", "udp");
    const player = await GameClient.join(udp, { playerId: "guest" });
    await player.next("the first state");
    await player.leave();
    player.close();
    const lines = await LineClient.connect(tcp);
    assertEquals(await lines.readLine(), "SERVER_ACK_CONNECTED");
    await lines.close();
  },
  gateway: async (running) => {
    const address = await running.address("gateway", "http");
    assertStringIncludes(await ask(address, "/"), "<html");
    assertStringIncludes(await ask(address, "/openapi.json"), '"openapi"');
  },
  matchmaker: async (running) => {
    await ask(await running.address("matchmaker", "http"), "/matchmaking/search/none", 401);
  },
  "status-worker": async (running) => {
    const address = await running.address("status-worker", "http");
    assertStringIncludes(await ask(address, "/api/server/status"), '"server_status"');
  },
};

async function ask(
  { hostname, port }: { readonly hostname: string; readonly port: number },
  path: string,
  status = 200,
): Promise<string> {
  const response = await fetch(`http://${hostname}:${port}${path}`);
  const text = await response.text();
  assertEquals(response.status, status, text);
  return text;
}
