import { assert, assertEquals } from "@std/assert";
import { MatchReplay } from "./replay/match_replay.ts";
import { openTestLink, openTestSessions, type TestSessions } from "./testing.ts";

const PVE = "pve_heist";
/** Of ten seats, in two teams. */
const CREW = 5;

/** Replays one match from what was appended to the event log. */
function replay({ events }: TestSessions, matchId: string): MatchReplay {
  const replay = new MatchReplay(matchId);
  for (const { topic, key, value } of events) {
    if (topic !== "match_inputs" || key !== matchId) continue;
    for (const _world of replay.play(value));
  }
  return replay;
}

function join(sessions: TestSessions, playerId: string, mode = PVE): string {
  const result = sessions.sessions.join({
    playerId,
    accountId: undefined,
    matchId: undefined,
    mode,
    link: openTestLink(playerId),
  });
  return result.kind === "joined" ? result.player.match.id : result.kind;
}

Deno.test("A PvE match is full of bots before its first player moves, and they are no players", () => {
  const game = openTestSessions();
  const id = join(game, "p1");
  const world = game.sessions.findSession(id)?.match.world;
  assertEquals(world?.tanks.map(({ team }) => team), [2, 2, 2, 2, 2, 1]);
  assertEquals([game.sessions.playerCount, game.pool.inUse], [1, CREW + 1]);
  assertEquals(game.eventsOf("player_joined_session").length, 1);
});

Deno.test("A PvE match is made with its bots on order too, and keeps the other team's seats", () => {
  const game = openTestSessions();
  const order = { matchId: "m", mode: PVE, players: ["a", "b"] };
  assertEquals(game.sessions.createOnOrder(order), { ok: true, isNew: true });
  assertEquals(game.pool.inUse, CREW);
  const more = { ...order, players: ["c", "d", "e"] };
  assertEquals(game.sessions.createOnOrder(more), { ok: true, isNew: false });
  const tooMany = { ...order, players: ["f"] };
  assertEquals(game.sessions.createOnOrder(tooMany), { ok: false, reason: "full" });
});

Deno.test("A match is played in the arena that was ordered, and in none that there is not", () => {
  const game = openTestSessions();
  const order = { matchId: "m", mode: "duel", map: "crossroads", players: ["a", "b"] };
  assertEquals(game.sessions.createOnOrder(order), { ok: true, isNew: true });
  assertEquals(game.sessions.findSession("m")?.match.world.arena.name, "crossroads");
  const elsewhere = { ...order, matchId: "n", map: "the moon" };
  assertEquals(game.sessions.createOnOrder(elsewhere), { ok: false, reason: "unknown_map" });
});

Deno.test("Bots fight, and are recorded as everybody is", async () => {
  const game = openTestSessions();
  const id = join(game, "p1");
  game.sessions.command("p1", { action: "shoot" });
  await game.clock.advance(90_000);
  const hits = game.eventsOf("tank_took_damage").filter(({ damage_taken }) => damage_taken !== 0);
  assert(hits.length >= 4, `${hits.length} hits`);
  game.sessions.leave("p1", "left");
  const { difference, end, hashCount, world } = replay(game, id);
  assertEquals([difference, end?.reason], [undefined, "empty"]);
  assert(hashCount > 90, `${hashCount} hashes`);
  // The player is the last to have left before the end.
  assertEquals(world?.tanks.length, CREW);
});

Deno.test("A match of bots alone ends as an empty one, and the pool has its tanks back", async () => {
  const game = openTestSessions({ emptyMs: 5_000 });
  join(game, "p1");
  game.sessions.leave("p1", "left");
  assertEquals([game.sessions.sessionCount, game.pool.inUse], [0, 0]);
  game.sessions.createOnOrder({ matchId: "m", mode: PVE, players: ["nobody"] });
  await game.clock.advance(3_000);
  assertEquals([game.sessions.sessionCount, game.pool.inUse], [1, CREW]);
  await game.clock.advance(2_000);
  game.sessions.expire();
  assertEquals([game.sessions.sessionCount, game.pool.inUse], [0, 0]);
  assertEquals(replay(game, "m").end?.reason, "nobody_came");
});

Deno.test("Bots leave with a match that is over, and the recording ended with it", async () => {
  const game = openTestSessions();
  const id = join(game, "p1");
  // Nobody resists them: the score limit is reached long before the time is up.
  await game.clock.advance(8 * 60_000);
  assertEquals([game.sessions.sessionCount, game.pool.inUse], [0, 0]);
  const { difference, end, world } = replay(game, id);
  assertEquals([difference, end?.reason], [undefined, "match_over"]);
  assertEquals(world?.outcome?.winner, 2);
});

Deno.test("Any match can be given bots, with a seat left for a player", () => {
  for (
    const [botCount, mode, bots] of [[3, "team", 3], [99, "team", 9], [99, "duel", 1]] as const
  ) {
    const game = openTestSessions({ botCount });
    const id = join(game, "p1", mode);
    assertEquals(game.pool.inUse, bots + 1, `${botCount} in ${mode}`);
    assertEquals(
      game.sessions.findSession(id)?.match.freeSlots,
      (mode === "duel" ? 2 : 10) - bots - 1,
    );
  }
});

Deno.test("A match takes no longer than the server allows, whatever its mode says", async () => {
  const game = openTestSessions({ matchMsMax: 10_000 });
  const id = join(game, "p1", "duel");
  await game.clock.advance(9_900);
  assertEquals(game.sessions.findSession(id)?.match.isOver, false);
  await game.clock.advance(200);
  assertEquals(game.sessions.findSession(id)?.match.isOver, true);
  assertEquals(game.eventsOf("match_over").map(({ reason }) => reason), ["time"]);
});
