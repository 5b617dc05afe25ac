import { assert, assertEquals } from "@std/assert";
import { encodeServerCommand } from "../../core/protocol/server_command.ts";
import { MatchReplay } from "../../game/replay/match_replay.ts";
import { hurryClock } from "../clients/hurry_clock.ts";
import { numberAt, textAt } from "../clients/json_fields.ts";
import { WebPlayer } from "../clients/web_player.ts";
import { eventually } from "../contract/eventually.ts";
import { type MatchServers, untilEqual, withMatchServers } from "./match_servers.ts";

const MATCH = "match-1";
/** Of play, that may be lost. */
const LOST_TICKS_MAX = 60;

/** A match on `game-0` with two players behind the gateway, both of whom are seen by the other. */
async function openMatch(system: MatchServers): Promise<[WebPlayer, WebPlayer]> {
  await system.prepare("game-0", { matchId: MATCH, players: ["a", "b"] });
  const players = await Promise.all(["a", "b"].map(async (playerId) => {
    const token = await system.ticket(MATCH, playerId);
    return await WebPlayer.join(system.webSocketUrl, { matchId: MATCH, token });
  }));
  const [a, b] = players;
  assert(a !== undefined && b !== undefined);
  await untilEqual(() => system.ownerOf(MATCH), "game-0 1");
  return [a, b];
}

function tickOf(player: WebPlayer): number {
  return numberAt(player.latest ?? {}, "tick");
}

/** What is recorded of the match on both servers plays again, as far as it has come, hash for hash. */
async function assertReplays({ ports }: MatchServers): Promise<void> {
  await ports.eventLog.flush();
  const replay = new MatchReplay(MATCH);
  for await (const { value } of ports.eventLog.read("match_inputs", { key: MATCH })) {
    for (const _world of replay.play(value));
  }
  assertEquals([replay.difference, replay.start?.part], [undefined, 1]);
  assert(replay.hashCount > 0);
}

async function untilPlaying(player: WebPlayer): Promise<void> {
  const count = player.stateCount;
  await eventually(() => assert(player.stateCount > count + 5), 5_000);
}

Deno.test("Survival: a match goes on at one other server when its owner is cut off, and only there", async () => {
  await withMatchServers({ count: 3 }, async (system) => {
    const [a, b] = await openMatch(system);
    await eventually(() => assert(tickOf(a) > 60), 10_000);
    const [owner] = system.servers;
    assert(owner !== undefined);
    const before = tickOf(a);
    owner.ports.cut(true);
    for (const player of [a, b]) {
      const moved = await player.next("MATCH_MOVED");
      assertEquals(moved.match_id, MATCH);
    }
    await untilPlaying(a);
    await untilPlaying(b);
    const [serverId, epoch] = (await system.ownerOf(MATCH)).split(" ");
    assert(serverId === "game-1" || serverId === "game-2", serverId);
    assertEquals(epoch, "2");
    assert(tickOf(a) > before - LOST_TICKS_MAX, `${tickOf(a)} after ${before}`);
    a.send({ type: "PLAYER_INPUT", seq: 1, throttle: 1, turn: 0 });
    await eventually(() => assertEquals(numberAt(a.latest ?? {}, "ack_seq"), 1), 5_000);
    // The old owner finds out, and lets go of it without a word to the log.
    owner.ports.cut(false);
    await untilEqual(() => owner.metric("matches_fenced_total"), 1);
    assertEquals(await owner.metric("active_sessions_game"), 0);
    assertEquals(await system.epochsOf(MATCH), [
      "match_started game-0 1",
      `match_restored ${serverId} 2`,
    ]);
    await eventually(() => assertReplays(system), 10_000);
    await a.close();
    await b.close();
  });
});

Deno.test("Survival: a drained server hands its matches over and loses nothing", async () => {
  await withMatchServers({ count: 2 }, async (system) => {
    const [a, b] = await openMatch(system);
    await untilPlaying(a);
    const before = tickOf(a);
    const [owner] = system.servers;
    const reply = await system.ports.pubSub.request(
      "server.command.game-0",
      encodeServerCommand({ command: "drain" }),
      { deadlineMs: 1_000 },
    );
    assertEquals(reply, '{"ok":true}');
    const moved = await a.next("MATCH_MOVED");
    assertEquals([moved.match_id, typeof textAt(moved, "tank_id")], [MATCH, "string"]);
    await b.next("MATCH_MOVED");
    const initial = Object(moved.initial_state);
    assert(initial.tick >= before, `${initial.tick} after ${before}`);
    await untilPlaying(b);
    assertEquals(await system.ownerOf(MATCH), "game-1 2");
    assertEquals(await owner?.metric("matches_handed_over_total"), 1);
    assertEquals(await owner?.metric("active_sessions_game"), 0);
    await eventually(() => assertReplays(system), 10_000);
    await a.close();
    await b.close();
  });
});

Deno.test("Survival: an outage of the store alone stops no match and moves none", async () => {
  await withMatchServers({ count: 2 }, async (system) => {
    const [a, b] = await openMatch(system);
    const [owner, other] = system.servers;
    assert(owner !== undefined);
    await untilPlaying(a);
    owner.ports.isStoreCut = true;
    const before = tickOf(a);
    // Longer than a lease counts.
    await eventually(() => assert(tickOf(a) > before + 30 * 5), 12_000);
    owner.ports.isStoreCut = false;
    await untilEqual(() => system.ownerOf(MATCH), "game-0 1");
    assertEquals(await other?.metric("matches_restored_total"), 0);
    await a.close();
    await b.close();
  });
});

Deno.test("Survival: a match that nobody can go on with is lost, and its players are told", async () => {
  // A gateway looks for another owner for 15 s.
  await withMatchServers({ count: 1, clock: hurryClock(5) }, async (system) => {
    const [a, b] = await openMatch(system);
    const [owner] = system.servers;
    owner?.ports.cut(true);
    const lost = await a.next("MATCH_LOST", 25_000);
    assertEquals([lost.type, (await a.closed).code], ["MATCH_LOST", 4404]);
    await b.closed;
  });
});
