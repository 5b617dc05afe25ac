import { assert, assertAlmostEquals, assertEquals } from "@std/assert";
import { NEW_RATING, updateRating } from "./glicko.ts";
import { rateMatch } from "./match_ratings.ts";
import { outcomeOf, type RatedMatch } from "./rated_match.ts";
import { tryReadResult } from "./rating_store.ts";

const DUEL: RatedMatch = {
  matchId: "m1",
  mode: "ranked_duel",
  players: [{ accountId: "a", team: 1 }, { accountId: "b", team: 2 }],
};

Deno.test("Glicko-2 gives the figures of its author's example", () => {
  // http://www.glicko.net/glicko/glicko2.pdf, page 4.
  const games = [[1400, 30, 1], [1550, 100, 0], [1700, 300, 0]].map(
    ([rating = 0, deviation = 0, outcome = 0]) => ({ opponent: { rating, deviation }, outcome }),
  );
  const after = updateRating({ rating: 1500, deviation: 200, volatility: 0.06 }, games);
  assertAlmostEquals(after.rating, 1464.06, 0.02);
  assertAlmostEquals(after.deviation, 151.52, 0.02);
  assertAlmostEquals(after.volatility, 0.05999, 0.0001);
  assertEquals(updateRating(NEW_RATING, []), NEW_RATING);
});

Deno.test("A win raises, a loss lowers as much, a draw of equals changes nothing but the doubt", () => {
  const rate = (winner: number | undefined): number[] => {
    const after = rateMatch(DUEL, { matchId: "m1", winner, scores: new Map() }, new Map());
    return ["a", "b"].map((id) => Math.round((after.get(id)?.rating ?? 0) - 1500));
  };
  const [won = 0, lost = 0] = rate(1);
  assert(won > 100 && lost === -won, `${won} ${lost}`);
  assertEquals(rate(2), [lost, won]);
  assertEquals(rate(undefined), [0, 0]);
});

Deno.test("A team match counts once for each player, against the other team's average", () => {
  const players = ["a", "b", "c", "d"].map((accountId, index) => ({
    accountId,
    team: index < 2 ? 1 : 2,
  }));
  const match = { ...DUEL, players };
  const result = { matchId: "m1", winner: 1, scores: new Map() };
  const single = rateMatch(DUEL, result, new Map()).get("a");
  assertEquals(rateMatch(match, result, new Map()).get("b"), single);
});

Deno.test("Who plays alone is judged by points, and who left is behind everybody", () => {
  const player = (accountId: string) => ({ accountId, team: 0 });
  const scores = new Map([["a", 5], ["b", 3], ["c", 3]]);
  const result = { matchId: "m1", winner: 4, scores };
  const against = (one: string, other: string): number =>
    outcomeOf(player(one), player(other), result);
  assertEquals(
    [against("a", "b"), against("b", "c"), against("c", "left"), against("left", "c")],
    [1, 0.5, 1, 0],
  );
  // Two teams that lost to a third are equals.
  const [one, two] = [{ accountId: "a", team: 1 }, { accountId: "b", team: 2 }];
  assertEquals(outcomeOf(one, two, { ...result, winner: 3 }), 0.5);
});

Deno.test("A result is read from match_over and from nothing else", () => {
  const event = {
    event_type: "match_over",
    match_id: "m1",
    winner: 2,
    players: [{ account_id: "a", score: 4 }, { player_id: "guest", score: 9 }, null],
  };
  assertEquals(tryReadResult(event), { matchId: "m1", winner: 2, scores: new Map([["a", 4]]) });
  assertEquals(tryReadResult({ ...event, winner: null })?.winner, undefined);
  for (
    const other of [null, [], { ...event, event_type: "tank_shot" }, { ...event, match_id: 7 }]
  ) {
    assertEquals(tryReadResult(other), undefined);
  }
});
