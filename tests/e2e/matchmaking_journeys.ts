import { assert, assertEquals } from "@std/assert";
import type { JsonObject, JsonValue } from "../../core/json.ts";
import { tryJsonObject } from "../../core/json.ts";
import type { GameClient } from "../clients/game_client.ts";
import { listAt, objectAt, textAt } from "../clients/json_fields.ts";
import { withPlayers } from "../clients/with_players.ts";
import { eventually } from "../contract/eventually.ts";
import type { TestSystem } from "../harness.ts";
import {
  type Answer,
  askSearch,
  awaitMatch,
  enlist,
  find,
  type OwnMatchmaker,
  type Seeker,
  type TestMatchmaker,
} from "./matchmaking_system.ts";

const RANKED = { game_mode: "ranked_duel" };

/**
 * Two players of equal skill ask different matchmakers, meet in one match on different teams, and are
 * rated for it once.
 */
export async function playRankedDuel(
  system: TestSystem,
  [one, other]: readonly TestMatchmaker[],
): Promise<void> {
  assert(one !== undefined && other !== undefined);
  const events: JsonValue[] = [];
  const heard = await system.ports.workQueue.subscribeFanout("searcher_service.events", (event) => {
    events.push(event);
    return Promise.resolve();
  });
  const [ann, bob] = await enlist(system, "duellist", 2);
  assert(ann !== undefined && bob !== undefined);
  const first = await find(one, ann, RANKED);
  assertEquals([first.status, first.body.state], [202, "waiting"]);
  const second = await find(other, bob, RANKED);
  // Each is answered by whichever matchmaker is asked.
  const [annId, bobId] = [textAt(first.body, "search_id"), textAt(second.body, "search_id")];
  const found = [await awaitMatch(other, ann, annId), await awaitMatch(one, bob, bobId)];
  const [matchId, ...others] = found.map((body) => textAt(body, "match_id"));
  assert(matchId !== undefined);
  assertEquals(others, [matchId]);
  const joins = [ann, bob].map((seeker, index) => joinOf(seeker, found[index] ?? {}));
  await withPlayers(system.game.addresses.udp, joins, async (...clients: GameClient[]) => {
    assertEquals(clients.map(({ sessionId }) => sessionId), [matchId, matchId]);
    const teams = await Promise.all(clients.map(teamOf));
    assertEquals(teams.toSorted(), [1, 2]);
    await assertRatedOnce(system, { matchId, winner: teams[0] ?? 0, seekers: [ann, bob] });
  });
  await eventually(() => {
    const mine = events.filter((event) => [annId, bobId].some((id) => speaksOf(event, id)));
    const types = mine.map((event) => tryJsonObject(event)?.event_type);
    assertEquals(types.toSorted(), ["opponent_found", "search_started", "search_started"]);
  });
  await heard.close();
}

/** A party of three plays on one team once each of them has asked for it, and nobody sooner. */
export async function playAsParty(
  system: TestSystem,
  matchmakers: readonly TestMatchmaker[],
): Promise<void> {
  const [one] = matchmakers;
  assert(one !== undefined);
  const [leader, second, third, named] = await enlist(system, "member", 4);
  assert(leader !== undefined && second !== undefined);
  assert(third !== undefined && named !== undefined);
  const members = [leader, second, third];
  const party = members.map(({ accountId }) => accountId);
  const fields = { game_mode: "team", party_id: "friends", party };
  // Whoever is named by others and asks alone is in nobody's party.
  const eager = { ...fields, party: [named.accountId] };
  assertEquals((await find(one, leader, eager)).status, 202);
  const alone = await find(one, named, { game_mode: "team" });
  assertEquals(alone.status, 200);
  const asked: Answer[] = [];
  for (const [index, member] of members.entries()) {
    const matchmaker = matchmakers[index % matchmakers.length] ?? one;
    asked.push(await find(matchmaker, member, fields));
  }
  assertEquals(asked.map(({ status }) => status), [202, 202, 200]);
  const found = await Promise.all(members.map(async (member, index) => {
    const { status, body } = asked[index] ?? { status: 0, body: {} };
    return status === 200 ? body : await awaitMatch(one, member, textAt(body, "search_id"));
  }));
  const joins = members.map((member, index) => joinOf(member, found[index] ?? {}));
  await withPlayers(system.game.addresses.udp, joins, async (...clients: GameClient[]) => {
    assertEquals(new Set(clients.map(({ sessionId }) => sessionId)).size, 1);
    assertEquals(new Set(await Promise.all(clients.map(teamOf))).size, 1);
  });
}

/** Somebody stops to search, and nobody else can do that for them. */
export async function stopSearching(
  system: TestSystem,
  [one, other]: readonly TestMatchmaker[],
): Promise<void> {
  assert(one !== undefined && other !== undefined);
  const [ann, eve] = await enlist(system, "waverer", 2);
  assert(ann !== undefined && eve !== undefined);
  const searchId = textAt((await find(one, ann, RANKED)).body, "search_id");
  const about = { searchId, method: "DELETE" } as const;
  const foreign = await askSearch(other, eve, about);
  assertEquals([foreign.status, objectAt(foreign.body, "error").code], [404, "unknown_search"]);
  const stopped = await askSearch(other, ann, about);
  assertEquals([stopped.status, stopped.body.state], [200, "stopped"]);
  assertEquals((await askSearch(one, ann, { searchId })).status, 404);
  // Whoever is given a match at once waits for no other, whichever matchmaker has given it.
  for (const matchmaker of [one, other]) {
    const waiting = textAt((await find(one, ann, RANKED)).body, "search_id");
    assertEquals((await find(matchmaker, ann, { game_mode: "team" })).status, 200);
    assertEquals((await askSearch(one, ann, { searchId: waiting })).status, 404);
  }
}

/** Who leads goes away while somebody waits; whoever leads then finds them a match. */
export async function outliveLeader(
  system: TestSystem,
  [leader, heir]: readonly OwnMatchmaker[],
): Promise<void> {
  assert(leader !== undefined && heir !== undefined);
  const [ann, bob] = await enlist(system, "survivor", 2);
  assert(ann !== undefined && bob !== undefined);
  const searchId = textAt((await find(leader, ann, RANKED)).body, "search_id");
  await leader.close();
  const second = await find(heir, bob, RANKED);
  assertEquals(second.status, 202);
  const found = [
    await awaitMatch(heir, ann, searchId),
    await awaitMatch(heir, bob, textAt(second.body, "search_id")),
  ];
  assertEquals(new Set(found.map((body) => textAt(body, "match_id"))).size, 1);
}

function joinOf(seeker: Seeker, found: JsonObject): { playerId: string; token: string } {
  return { playerId: seeker.username, token: textAt(found, "token") };
}

async function teamOf(client: GameClient): Promise<number> {
  const snapshot = await client.until("its tank", ({ tanks }) => tanks.has(client.tankId));
  return snapshot.tanks.get(client.tankId)?.team ?? 0;
}

/** As the game server writes it at the end, and again, as a log that delivers at least once may. */
async function assertRatedOnce(
  { ports }: TestSystem,
  about: { readonly matchId: string; readonly winner: number; readonly seekers: readonly Seeker[] },
): Promise<void> {
  const { matchId, winner, seekers } = about;
  for (let time = 0; time < 3; time++) {
    ports.eventLog.append({
      topic: "game_events",
      key: matchId,
      value: { event_type: "match_over", match_id: matchId, winner, players: [] },
    });
  }
  await ports.eventLog.flush();
  const ratings = async (): Promise<(readonly [number, number])[]> => {
    const rows = await Promise.all(seekers.map(({ accountId }) =>
      ports.database.query(
        "SELECT rating, matches FROM matchmaking_ratings WHERE account_id = $1",
        [accountId],
      )
    ));
    return rows.flat().map(({ rating, matches }) => [Math.round(Number(rating)), Number(matches)]);
  };
  await eventually(async () => {
    assertEquals((await ratings()).length, 2);
  });
  // The last of the three has been heard when one that comes after them has.
  const after = `${matchId}-after`;
  await ports.database.execute(
    `INSERT INTO matchmaking_matches (match_id, mode, players, created_at_ms)
     VALUES ($1, 'ranked_duel', '[]', 0)`,
    [after],
  );
  const value = { event_type: "match_over", match_id: after, winner: null, players: [] };
  ports.eventLog.append({ topic: "game_events", key: matchId, value });
  await eventually(async () => {
    const [row] = await ports.database.query(
      "SELECT settled_at_ms FROM matchmaking_matches WHERE match_id = $1",
      [after],
    );
    assert(row?.settled_at_ms !== null);
  });
  assertEquals(await ratings(), [[1662, 1], [1338, 1]]);
}

function speaksOf(event: JsonValue, searchId: string): boolean {
  const fields = tryJsonObject(event) ?? {};
  if (fields.search_id === searchId) return true;
  return fields.event_type === "opponent_found" && listAt(fields, "search_ids").includes(searchId);
}
