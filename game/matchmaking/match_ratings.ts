import { NEW_RATING, type RatedGame, type Rating, updateRating } from "./glicko.ts";
import { type MatchResult, outcomeOf, type RatedMatch, type RatedPlayer } from "./rated_match.ts";

/**
 * Everybody's rating after a match. Against a team one has played its average: several wins of one match
 * would count as several matches. Who plays alone has played each of the others.
 */
export function rateMatch(
  { players }: RatedMatch,
  result: MatchResult,
  ratings: ReadonlyMap<string, Rating>,
): ReadonlyMap<string, Rating> {
  const before = ({ accountId }: RatedPlayer): Rating => ratings.get(accountId) ?? NEW_RATING;
  return new Map(players.map((player) => {
    const games = opponentsOf(player, players).flatMap((team): RatedGame[] => {
      const [first] = team;
      if (first === undefined) return [];
      return [{ opponent: average(team.map(before)), outcome: outcomeOf(player, first, result) }];
    });
    return [player.accountId, updateRating(before(player), games)];
  }));
}

/** The other teams; where everybody plays alone each other player is one. */
function opponentsOf(
  player: RatedPlayer,
  players: readonly RatedPlayer[],
): readonly (readonly RatedPlayer[])[] {
  const others = players.filter(({ accountId }) => accountId !== player.accountId);
  if (player.team === 0) return others.map((other) => [other]);
  const enemies = others.filter(({ team }) => team !== player.team);
  return [...Map.groupBy(enemies, ({ team }) => team).values()];
}

/** The mean strength, and the root mean square of the doubts. */
function average(team: readonly Rating[]): Pick<Rating, "rating" | "deviation"> {
  const mean = (values: readonly number[]): number =>
    values.reduce((sum, value) => sum + value, 0) / values.length;
  return {
    rating: mean(team.map(({ rating }) => rating)),
    deviation: Math.sqrt(mean(team.map(({ deviation }) => deviation ** 2))),
  };
}
