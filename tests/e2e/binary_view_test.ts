/** What players of the binary protocol see, against what the server's own record of the match says. */
import { assert, assertEquals } from "@std/assert";
import type { EventLog } from "../../core/ports/event_log.ts";
import { CLIENT_DROPS, type ClientDrop } from "../../game/client/client_drops.ts";
import { MatchReplay } from "../../game/replay/match_replay.ts";
import { frameHash } from "../../game/wire/frame_hash.ts";
import { SnapshotFrame } from "../../game/wire/snapshot_frame.ts";
import { captureFrame, worldLayout } from "../../game/wire/world_frame.ts";
import { GameClient as JsonDatagramClient } from "../clients/game_client.ts";
import { withSystem } from "../harness.ts";
import { UdpRelay } from "../network/udp_relay.ts";
import { AHEAD, type BinaryPlayer, playBinary, STILL } from "./binary_players.ts";

const SNAPSHOTS = 150;
/** How a client counts what has come before. */
const REPEATS: ReadonlySet<ClientDrop> = new Set(["replayed", "unexpected"]);

/** The fingerprint of the match at each tick, from what the server wrote of it. */
async function serverHashes(
  eventLog: Pick<EventLog, "read" | "flush">,
  matchId: string,
): Promise<Map<number, string>> {
  await eventLog.flush();
  const replay = new MatchReplay(matchId);
  const frame = new SnapshotFrame();
  const hashes = new Map<number, string>();
  for await (const { value } of eventLog.read("match_inputs", { key: matchId })) {
    for (const world of replay.play(value)) {
      captureFrame(world, frame);
      hashes.set(world.tick, frameHash(frame, worldLayout(world)));
    }
  }
  assertEquals(replay.difference, undefined);
  return hashes;
}

/** Asserts that each snapshot that a player had was just what the server had at that tick. */
function assertSameView(player: BinaryPlayer, server: ReadonlyMap<number, string>): void {
  let compared = 0;
  // What the network repeats is dropped; nothing else is wrong with what comes.
  const { drops } = player.core;
  const refused = CLIENT_DROPS.filter((drop) => drops.count(drop) > 0 && !REPEATS.has(drop));
  assertEquals(refused, []);
  for (const [tick, hash] of player.hashes) {
    const atServer = server.get(tick);
    // The tick in which a player came or went is recorded before and after it.
    if (atServer === undefined) continue;
    assertEquals(hash, atServer, `tick ${tick}`);
    compared++;
  }
  assert(compared >= SNAPSHOTS - 2, `${compared} snapshots compared`);
}

async function leave(player: BinaryPlayer): Promise<void> {
  player.client.leave();
  await player.until("the end", () => player.client.state.kind === "ended");
  assertEquals(player.doing, "asked");
  await player.client.close();
}

Deno.test("At 5 % loss and 100 ms there and back a client sees what the server has, hash for hash", async () => {
  await withSystem({ env: { GAME_BOT_COUNT: "3" } }, async ({ game, ports }) => {
    const conditions = {
      lossShare: 0.05,
      delayMs: 50,
      jitterMs: 10,
      duplicateShare: 0.02,
      reorderShare: 0.02,
    };
    const server = { hostname: "127.0.0.1", port: game.addresses.udp.port };
    await using relay = disposable(new UdpRelay({ server, conditions, seed: 11 }));
    const player = await playBinary(relay.value.address, { playerId: "ann" });
    const { matchId = "" } = player.client.match ?? {};
    player.client.setInput(AHEAD);
    await player.until("snapshots", () => player.hashes.size >= SNAPSHOTS);
    player.client.setInput(STILL);
    const stoppedAt = Math.max(...player.hashes.keys());
    await player.until("calm", () => Math.max(...player.hashes.keys()) > stoppedAt + 60);
    const tankId = player.client.match?.tankId ?? "";
    const own = player.client.frame?.tanks.get(tankId);
    assert(own !== undefined);
    assertEquals(player.doing, "playing");
    const rttMs = player.client.rttMs ?? 0;
    assert(rttMs > 90 && rttMs < 400, `${rttMs} ms`);
    await leave(player);
    assertSameView(player, await serverHashes(ports.eventLog, matchId));
    const { there, back } = relay.value.tally;
    assert(there.lost > 2 && back.lost > 2, "the network was bad");
  });
});

Deno.test("Players in binary, in JSON datagrams and in lines share a match and see one another", async () => {
  await withSystem({}, async ({ game, ports }) => {
    const server = { hostname: "127.0.0.1", port: game.addresses.udp.port };
    const ann = await playBinary(server, { playerId: "ann" });
    const bob = await JsonDatagramClient.join(server, { playerId: "bob" });
    const line = await joinByLine({ hostname: "127.0.0.1", port: game.addresses.tcp.port }, "cid");
    try {
      await ann.until("three tanks", () => ann.client.frame?.tanks.size === 3);
      const { matchId = "", tankId = "" } = ann.client.match ?? {};
      assertEquals(bob.sessionId, matchId);
      const names = ann.client.frame?.tanks.values().map((tank) => tank.playerId).toArray() ?? [];
      assertEquals(names.toSorted(), ["ann", "bob", "cid"]);
      const before = bob.own(await bob.until("a state"));
      await bob.until("all tanks", ({ tanks }) => tanks.size === 3 && tanks.has(tankId));
      const annBefore = (await bob.next("a state")).tanks.get(tankId);
      ann.client.setInput({ throttle: 127, turn: 0, turret: 0, fire: false });
      await bob.act("input", { seq: 1, throttle: 1, turn: 0, turret: 1, fire: false });
      await bob.until("ann to drive", ({ tanks }) => {
        const { x = 0, y = 0 } = tanks.get(tankId) ?? {};
        return Math.hypot(x - (annBefore?.x ?? 0), y - (annBefore?.y ?? 0)) > 1;
      });
      await ann.until("bob to drive", () => {
        const { xM = before.x, yM = before.y } = ann.client.frame?.tanks.get(bob.tankId) ?? {};
        return Math.hypot(xM - before.x, yM - before.y) > 1;
      });
      await ann.until("snapshots", () => ann.hashes.size >= SNAPSHOTS);
      await line.leave();
      await bob.leave();
      // The last to go: what is recorded of the match is written by then.
      await leave(ann);
      assertSameView(ann, await serverHashes(ports.eventLog, matchId));
    } finally {
      line.close();
      await bob.close();
      await ann.client.close();
    }
  });
});

/** A player in JSON lines over TCP, which lets states pass unread. */
async function joinByLine(
  address: { readonly hostname: string; readonly port: number },
  playerId: string,
): Promise<{ leave(): Promise<void>; close(): void }> {
  const connection = await Deno.connect(address);
  const say = async (action: string): Promise<void> => {
    const line = JSON.stringify({ action, player_id: playerId });
    await connection.write(new TextEncoder().encode(`${line}\n`));
  };
  const decoder = new TextDecoder();
  const buffer = new Uint8Array(65_536);
  await say("join_game");
  return {
    async leave(): Promise<void> {
      await say("leave_game");
      for (let text = ""; !text.includes("left_game");) {
        const count = await connection.read(buffer);
        assert(count !== null, "the connection ended before the reply");
        text = text.slice(-100) + decoder.decode(buffer.subarray(0, count), { stream: true });
      }
    },
    close: () => connection.close(),
  };
}

function disposable<T extends { close(): Promise<void> }>(value: T): AsyncDisposable & {
  readonly value: T;
} {
  return { value, [Symbol.asyncDispose]: () => value.close() };
}
