import { assert, assertEquals, assertRejects } from "@std/assert";
import { ManualClock } from "../../core/manual_clock.ts";
import { MemoryKvStore } from "../../core/ports/memory_kv_store.ts";
import { migrate } from "../../core/ports/migrations.ts";
import type { SqlDatabase } from "../../core/ports/sql_database.ts";
import { openSqliteDatabase } from "../../core/ports/sqlite_database.ts";
import { NEW_RATING } from "./glicko.ts";
import type { RatedMatch } from "./rated_match.ts";
import { RATING_MIGRATIONS, RATING_SCHEMA } from "./rating_migrations.ts";
import { RatingStore } from "./rating_store.ts";

const MATCH: RatedMatch = {
  matchId: "m1",
  mode: "ranked_duel",
  players: [{ accountId: "a", team: 1 }, { accountId: "b", team: 2 }],
};
const WON = { matchId: "m1", winner: 1, scores: new Map() };

async function withStore(
  work: (store: RatingStore, clock: ManualClock, database: SqlDatabase) => Promise<void>,
): Promise<void> {
  const clock = new ManualClock();
  const database = openSqliteDatabase({ path: ":memory:", fullSync: false });
  const kvStore = new MemoryKvStore({ clock });
  try {
    await migrate(database, { name: RATING_SCHEMA, steps: RATING_MIGRATIONS, clock });
    await work(new RatingStore({ database, kvStore, clock }), clock, database);
  } finally {
    await database.close();
  }
}

Deno.test("RatingStore rates a match once, however often its end is heard", async () => {
  await withStore(async (store) => {
    await store.expect(MATCH);
    const outcomes = await Promise.all([1, 2, 3, 4].map(() => store.settle(WON)));
    assertEquals(outcomes.toSorted(), [
      "already_rated",
      "already_rated",
      "already_rated",
      "rated",
    ]);
    const [a, b] = [await store.ratingOf("a", MATCH.mode), await store.ratingOf("b", MATCH.mode)];
    assert(a.rating > 1_600 && b.rating < 1_400 && a.deviation < 350, `${a.rating} ${b.rating}`);
    assertEquals(await store.settle({ ...WON, winner: 2 }), "already_rated");
    assertEquals(await store.ratingOf("a", MATCH.mode), a);
    // Each mode has ratings of its own.
    assertEquals(await store.ratingOf("a", "ranked_team"), NEW_RATING);
  });
});

Deno.test("RatingStore rates no match that it was not told to expect", async () => {
  await withStore(async (store) => {
    assertEquals(await store.settle(WON), "unknown");
    assertEquals(await store.ratingOf("a", MATCH.mode), NEW_RATING);
    await store.expect(MATCH);
    await store.expect({ ...MATCH, mode: "other" });
    assertEquals(await store.settle(WON), "rated");
    assertEquals(await store.ratingOf("a", "other"), NEW_RATING);
  });
});

Deno.test("RatingStore goes on from the ratings that there are", async () => {
  await withStore(async (store) => {
    const ratings: number[] = [];
    for (const matchId of ["m1", "m2", "m3"]) {
      await store.expect({ ...MATCH, matchId });
      await store.settle({ ...WON, matchId });
      ratings.push((await store.ratingOf("a", MATCH.mode)).rating);
    }
    assertEquals(ratings, ratings.toSorted((one, other) => one - other));
    assertEquals(new Set(ratings).size, 3);
  });
});

Deno.test("RatingStore forgets matches that never ended", async () => {
  await withStore(async (store, clock) => {
    await store.expect(MATCH);
    await clock.advance(1_000);
    assertEquals([await store.forget(1_000), await store.forget(999)], [0, 1]);
    assertEquals(await store.settle(WON), "unknown");
  });
});

Deno.test("RatingStore rates a match that began while the database was away, once", async () => {
  await withStore(async (_, clock, database) => {
    let isAway = true;
    const kvStore = new MemoryKvStore({ clock });
    const store = new RatingStore({
      database: {
        ...{
          dialect: database.dialect,
          query: (...query) => database.query(...query),
          close: () => database.close(),
        },
        transaction: (work) => database.transaction(work),
        execute: (...query) =>
          isAway ? Promise.reject(new Error("away")) : database.execute(...query),
      },
      kvStore,
      clock,
    });
    await store.expect(MATCH);
    await assertRejects(() => store.settle(WON), Error, "away");
    isAway = false;
    assertEquals(await store.settle(WON), "rated");
    assertEquals(await store.settle(WON), "already_rated");
    assert((await store.ratingOf("a", MATCH.mode)).rating > NEW_RATING.rating);
    assertEquals(await store.settle({ ...WON, matchId: "m2" }), "unknown");
    isAway = true;
    await kvStore.close();
    await assertRejects(() => store.expect({ ...MATCH, matchId: "m3" }), Error);
  });
});
