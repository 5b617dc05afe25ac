/** A match whose result changes how good its players are taken to be. */
export interface RatedMatch {
  /** The match. */
  readonly matchId: string;
  /** Ratings are kept by mode. */
  readonly mode: string;
  /** Everybody who was brought together for it, whether they came, left, or played to the end. */
  readonly players: readonly RatedPlayer[];
}

/** Somebody in such a match. */
export interface RatedPlayer {
  /** Who. */
  readonly accountId: string;
  /** On which team; 0 where everybody plays alone. */
  readonly team: number;
}

/** How a match ended. */
export interface MatchResult {
  /** The match. */
  readonly matchId: string;
  /** The team that won; undefined for a draw. */
  readonly winner: number | undefined;
  /** The points of each account that played to the end. */
  readonly scores: ReadonlyMap<string, number>;
}

/** What became of a result: `unknown` is that of a match which is not rated. */
export type SettleOutcome = "rated" | "already_rated" | "unknown";

/** A result of one player against another: 1 for a win, 0.5 for a draw, 0 for a loss. */
export type Outcome = 0 | 0.5 | 1;

/** Points of who left before the end: below everybody who stayed. */
const LEFT = -1;

/**
 * How a player did against another of another team: by the winning team, or where everybody plays alone
 * by points. Of two who lost to a third team neither is better.
 */
export function outcomeOf(one: RatedPlayer, other: RatedPlayer, result: MatchResult): Outcome {
  if (one.team === 0) {
    const points = result.scores.get(one.accountId) ?? LEFT;
    const others = result.scores.get(other.accountId) ?? LEFT;
    return points === others ? 0.5 : points > others ? 1 : 0;
  }
  if (result.winner === one.team) return 1;
  return result.winner === other.team ? 0 : 0.5;
}
