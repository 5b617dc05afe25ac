/** Players who speak JSON over UDP, and what has them come (back) into their match: PROTOCOL section 2. */
import { assert, assertEquals } from "@std/assert";
import type { JsonObject } from "../../core/json.ts";
import { encodeServerCommand } from "../../core/protocol/server_command.ts";
import { systemClock } from "../../core/clock.ts";
import { GameClient } from "../../game/client/game_client.ts";
import { JsonClient, type JsonClientOptions } from "../../game/client/json_client.ts";
import type { Transport, TransportEvents } from "../../game/client/transport.ts";
import { openUdpTransport, type ServerAddress } from "../../game/client/udp_transport.ts";
import { numberAt, objectAt, textAt } from "../clients/json_fields.ts";
import { PERFECT_LINK } from "../network/simulated_link.ts";
import { UdpRelay } from "../network/udp_relay.ts";
import { type MatchServer, type MatchServers, withMatchServers } from "./match_servers.ts";

const MATCH = "match-1";
const DEADLINE_MS = 30_000;
const PLAYER_COUNT = 6;

function addressOf({ game }: MatchServer): ServerAddress {
  return { hostname: "127.0.0.1", port: game.addresses.udp.port };
}

function serversOf({ servers }: MatchServers): [MatchServer, MatchServer] {
  const [first, second] = servers;
  assert(first !== undefined && second !== undefined);
  return [first, second];
}

/** A way to a server on which the first reply that names a tank is lost. */
function openWithoutFirstTank(server: ServerAddress, events: TransportEvents): Transport {
  let isLost = false;
  const decoder = new TextDecoder();
  const onBytes = (bytes: Uint8Array): void => {
    if (isLost || !decoder.decode(bytes).startsWith('{"status":"joined"')) events.onBytes(bytes);
    else isLost = true;
  };
  return openUdpTransport(server, { ...events, onBytes });
}

/** A JSON client that sees its match, with all that it was told beside states. */
async function play(
  server: ServerAddress,
  options: JsonClientOptions,
  openTransport = openUdpTransport,
): Promise<{ readonly client: GameClient; readonly told: JsonObject[] }> {
  const client = new GameClient({
    core: new JsonClient({ joinMs: DEADLINE_MS, ...options }),
    clock: systemClock,
    openTransport: (events) => openTransport(server, events),
  });
  const told: JsonObject[] = [];
  client.on((event) => {
    if (event.kind === "message") told.push(event.message);
  });
  client.join();
  const isSettled = (): boolean => client.frame !== undefined || client.state.kind === "ended";
  await client.until(isSettled, AbortSignal.timeout(DEADLINE_MS));
  return { client, told };
}

Deno.test("JSON players each get the tank that was theirs first, though the reply that named it is lost", async () => {
  await withMatchServers({ count: 1 }, async (system) => {
    const [server] = system.servers;
    assert(server !== undefined);
    const players = Array.from({ length: PLAYER_COUNT }, (_, index) => `p${index}`);
    await system.prepare(server.serverId, { matchId: MATCH, players });
    await using opened = new AsyncDisposableStack();
    const conditions = { ...PERFECT_LINK, lossShare: 0.1 };
    const relay = new UdpRelay({ server: addressOf(server), conditions, seed: 7 });
    opened.defer(() => relay.close());
    const states = await Promise.all(players.map(async (playerId) => {
      // Counts once: what is asked for a second time is not had by it.
      const token = await system.ticket(MATCH, playerId);
      const { client } = await play(relay.address, { playerId, token }, openWithoutFirstTank);
      opened.defer(() => client.close());
      return client.state.kind;
    }));
    assertEquals(new Set(states), new Set(["playing"]));
    assertEquals(await server.metric("tanks_in_use_game"), PLAYER_COUNT);
    assertEquals(await server.metric("total_players_joined_game"), PLAYER_COUNT);
  });
});

Deno.test("JSON players follow their match to another server, and find their tanks there", async () => {
  const env = { GAME_ALLOW_GUESTS: "true" };
  await withMatchServers({ count: 2, env }, async (system) => {
    const [one, two] = serversOf(system);
    await system.prepare(one.serverId, { matchId: MATCH, players: ["ann"] });
    await using opened = new AsyncDisposableStack();
    const before = await Promise.all([
      play(addressOf(one), { playerId: "ann", token: await system.ticket(MATCH, "ann") }),
      play(addressOf(one), { playerId: "guest" }),
    ]);
    for (const { client } of before) opened.defer(() => client.close());
    await system.ports.pubSub.request(
      `server.command.${one.serverId}`,
      encodeServerCommand({ command: "drain" }),
      { deadlineMs: 1_000 },
    );
    for (const [index, playerId] of ["ann", "guest"].entries()) {
      const { client, told } = before[index] ?? before[0];
      await client.until(
        () => told.some(({ type }) => type === "match_moved"),
        AbortSignal.timeout(DEADLINE_MS),
      );
      const moved = told.find(({ type }) => type === "match_moved") ?? {};
      const udp = objectAt(moved, "udp");
      const server = { hostname: textAt(udp, "host"), port: numberAt(udp, "port") };
      assertEquals(server, addressOf(two));
      const after = await play(server, {
        playerId,
        token: textAt(moved, "token"),
        matchId: textAt(moved, "match_id"),
      });
      opened.defer(() => after.client.close());
      assertEquals(after.client.state.kind, "playing");
      assertEquals(
        [after.client.match?.matchId, after.client.match?.tankId],
        [client.match?.matchId, client.match?.tankId],
      );
    }
    assertEquals(await two.metric("total_players_joined_game"), 0);
  });
});
