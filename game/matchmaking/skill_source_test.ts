import { assertEquals } from "@std/assert";
import { silentLog } from "../../core/log.ts";
import { Metrics } from "../../core/metrics.ts";
import { NEW_RATING } from "./glicko.ts";
import { openMatchmakerMetrics } from "./matchmaker_metrics.ts";
import type { RatedMatch } from "./rated_match.ts";
import { openSkillSource } from "./skill_source.ts";

const MATCH: RatedMatch = { matchId: "m", mode: "ranked_duel", players: [] };

Deno.test("SkillSource takes everybody for average without the database, and counts that", async () => {
  const metrics = openMatchmakerMetrics(new Metrics({ process: false }), {
    servers: () => 0,
    openMatches: () => 0,
    searches: () => 0,
    isLeader: () => true,
  });
  const expected: RatedMatch[] = [];
  let isAway = false;
  const answer = <T>(value: T): Promise<T> =>
    isAway ? Promise.reject(new Error("away")) : Promise.resolve(value);
  const skill = openSkillSource({
    store: {
      ratingOf: () => answer({ ...NEW_RATING, rating: 1_700 }),
      expect: async (match) => void expected.push(await answer(match)),
    },
    log: silentLog,
    metrics,
  });
  assertEquals(await skill.ratingOf("a", "ranked_duel"), 1_700);
  await skill.expect(MATCH);
  isAway = true;
  assertEquals(await skill.ratingOf("a", "ranked_duel"), NEW_RATING.rating);
  await skill.expect(MATCH);
  assertEquals([expected, metrics.ratings.failed.value], [[MATCH], 2]);
});
