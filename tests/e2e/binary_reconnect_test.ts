/** Losing the connection, changing networks, and leaving, with the binary protocol over real sockets. */
import { assert, assertEquals, assertNotEquals } from "@std/assert";
import { withSystem } from "../harness.ts";
import { scrape } from "../clients/scrape.ts";
import { PERFECT_LINK } from "../network/simulated_link.ts";
import { UdpRelay } from "../network/udp_relay.ts";
import { AHEAD, type BinaryPlayer, openBinaryPlayer, playBinary } from "./binary_players.ts";

/** Runs `work` with a player behind a relay. */
async function withPlayer(
  env: Readonly<Record<string, string>>,
  work: (about: {
    readonly player: BinaryPlayer;
    readonly relay: UdpRelay;
    readonly ops: { readonly hostname: string; readonly port: number };
  }) => Promise<void>,
): Promise<void> {
  await withSystem({ env }, async ({ game }) => {
    const server = { hostname: "127.0.0.1", port: game.addresses.udp.port };
    const relay = new UdpRelay({ server, conditions: { ...PERFECT_LINK, delayMs: 5 }, seed: 3 });
    const player = await playBinary(relay.address, { playerId: "ann", silenceMs: 400 })
      .catch(async (error) => {
        await relay.close();
        throw error;
      });
    try {
      player.client.setInput(AHEAD);
      await work({ player, relay, ops: game.addresses.ops });
    } finally {
      await player.client.close();
      await relay.close();
    }
  });
}

function statesOf({ events }: BinaryPlayer): string[] {
  return events.flatMap((event) => event.kind === "state" ? [event.state.kind] : []);
}

async function untilMoreSnapshots(player: BinaryPlayer, count: number): Promise<void> {
  const from = player.hashes.size;
  await player.until(`${count} snapshots`, () => player.hashes.size >= from + count);
}

for (const backend of ["auto", "datagram"]) {
  const env = { GAME_UDP_BACKEND: backend };
  Deno.test(`A player whose address changes plays on by the same connection (${backend})`, async () => {
    await withPlayer(env, async ({ player, relay }) => {
      for (let turn = 0; turn < 3; turn++) {
        await untilMoreSnapshots(player, 15);
        relay.moveClients();
      }
      await untilMoreSnapshots(player, 30);
      assertEquals(statesOf(player), ["connecting", "playing"], "it was not even noticed");
    });
  });
}

Deno.test("A player who lost the connection is back in its tank within the time that the tank waits", async () => {
  await withPlayer({}, async ({ player, relay, ops }) => {
    const { tankId, matchId } = player.client.match ?? {};
    await untilMoreSnapshots(player, 15);
    relay.cut();
    await player.until("the loss", () => player.client.state.kind === "resuming");
    relay.mend();
    await player.until("the return", () => player.client.state.kind === "playing");
    await untilMoreSnapshots(player, 15);
    const { match } = player.client;
    assertEquals([match?.tankId, match?.matchId, match?.isResumed], [tankId, matchId, true]);
    assertEquals(statesOf(player), ["connecting", "playing", "resuming", "playing"]);
    assertEquals((await scrape(ops)).get("total_players_joined_game"), 1);
  });
});

Deno.test("A player is back in its tank from another address too", async () => {
  await withPlayer({}, async ({ player, relay }) => {
    const { tankId } = player.client.match ?? {};
    relay.cut();
    await player.until("the loss", () => player.client.state.kind === "resuming");
    relay.moveClients();
    await player.until("the return", () => player.client.state.kind === "playing");
    await untilMoreSnapshots(player, 15);
    assertEquals(player.client.match?.tankId, tankId);
  });
});

Deno.test("A tank waits no longer than it is set to, and its player is told so", async () => {
  await withPlayer({ GAME_RESUME_MS: "600" }, async ({ player, relay, ops }) => {
    const { tankId } = player.client.match ?? {};
    relay.cut();
    await player.until("the loss", () => player.client.state.kind === "resuming");
    for (let isThere = true; isThere;) isThere = (await scrape(ops)).get("tanks_in_use_game") !== 0;
    relay.mend();
    await player.until("the end", () => player.client.state.kind === "ended");
    assertEquals(player.doing, "resume_expired");
    const again = openBinaryPlayer(relay.address, { playerId: "ann" });
    again.client.join();
    await again.until("another tank", () => again.hashes.size > 0);
    assertNotEquals(again.client.match?.tankId, tankId);
    await again.client.close();
  });
});

Deno.test("A player who leaves is gone at once, and others see it", async () => {
  await withPlayer({}, async ({ player, relay, ops }) => {
    const other = await playBinary(relay.address, { playerId: "bob" });
    await other.until("two tanks", () => other.client.frame?.tanks.size === 2);
    player.client.leave();
    await player.until("the end", () => player.client.state.kind === "ended");
    assertEquals(player.doing, "asked");
    await other.until("one tank", () => other.client.frame?.tanks.size === 1);
    assertEquals((await scrape(ops)).get("tanks_in_use_game"), 1);
    await other.client.close();
  });
});

Deno.test("Players are told when the server stops", async () => {
  let player: BinaryPlayer | undefined;
  await withSystem({}, async ({ game }) => {
    const server = { hostname: "127.0.0.1", port: game.addresses.udp.port };
    player = await playBinary(server, { playerId: "ann", silenceMs: 10_000 });
  });
  assert(player !== undefined);
  await player.until("the end", () => player?.client.state.kind === "ended");
  assertEquals(player.doing, "server_stopping");
  await player.client.close();
});
