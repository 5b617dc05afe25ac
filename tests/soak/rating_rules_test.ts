import { assertEquals } from "@std/assert";
import type { SqlDatabase } from "../../core/ports/sql_database.ts";
import { openSqliteDatabase } from "../../core/ports/sqlite_database.ts";
import { matchesRated, ratingsCount } from "./rating_rules.ts";
import { openSoakPlayerRecord, readSoakEvents } from "./testing.ts";

const OVER = { event_type: "match_over", match_id: "m1", scores: {}, winner: 1 };
/** What the rules look at of the matchmaker's tables. */
const TABLES = [
  "CREATE TABLE matchmaking_ratings (account_id TEXT, mode TEXT, matches INTEGER)",
  "CREATE TABLE matchmaking_matches (match_id TEXT, mode TEXT, players TEXT, settled_at_ms BIGINT)",
];

/** Two duels of the same two, the first of which was settled, and what a test does to that. */
async function withDuels(
  work: (database: SqlDatabase, settleSecond: () => Promise<void>) => Promise<void>,
): Promise<void> {
  const database = openSqliteDatabase({ path: ":memory:", fullSync: false });
  try {
    for (const table of TABLES) await database.execute(table, []);
    for (const [matchId, settledAtMs] of [["m1", 1], ["m2", null]] as const) {
      await database.execute("INSERT INTO matchmaking_matches VALUES ($1, $2, $3, $4)", [
        matchId,
        "ranked_duel",
        '[["a",1],["b",2]]',
        settledAtMs,
      ]);
    }
    for (const accountId of ["a", "b"]) {
      await database.execute("INSERT INTO matchmaking_ratings VALUES ($1, 'ranked_duel', 1)", [
        accountId,
      ]);
    }
    await work(database, async () => {
      await database.execute("UPDATE matchmaking_matches SET settled_at_ms = 2", []);
      await database.execute("UPDATE matchmaking_ratings SET matches = 2", []);
    });
  } finally {
    await database.close();
  }
}

Deno.test("ratingsCount takes each settled match once for each of its players", async () => {
  await withDuels(async (database, settleSecond) => {
    const line = await ratingsCount({ ports: { database } });
    assertEquals([line.checked, line.faults], [2, []]);
    await settleSecond();
    assertEquals((await ratingsCount({ ports: { database } })).faults, []);
  });
});

Deno.test("ratingsCount finds a match that was rated twice, or settled and not rated", async () => {
  await withDuels(async (database) => {
    const a = "account_id = 'a'";
    await database.execute(`UPDATE matchmaking_ratings SET matches = 2 WHERE ${a}`, []);
    const judge = async (): Promise<readonly string[]> =>
      (await ratingsCount({ ports: { database } })).faults;
    assertEquals(await judge(), ["a in ranked_duel had 1 rated matches, of which 2 count"]);
    await database.execute(`DELETE FROM matchmaking_ratings WHERE ${a}`, []);
    assertEquals(await judge(), ["a in ranked_duel had 1 rated matches, of which 0 count"]);
  });
});

Deno.test("matchesRated finds a match that is over and not settled, whoever was told of its end", async () => {
  await withDuels(async (database) => {
    const ports = { database };
    const judge = async (matchId: string): Promise<readonly string[]> => {
      const events = await readSoakEvents([{ ...OVER, match_id: matchId }]);
      return (await matchesRated({ players: [], events, ports })).faults;
    };
    assertEquals(await judge("m1"), []);
    assertEquals(await judge("m2"), ["m2 is not settled"]);
    const player = openSoakPlayerRecord();
    player.outcomes.push({ kind: "finished", result: { matchId: "m3", winner: 1, scores: {} } });
    const events = await readSoakEvents([]);
    const { faults } = await matchesRated({ players: [player], events, ports });
    assertEquals(faults, ["m3 is unknown"]);
  });
});
