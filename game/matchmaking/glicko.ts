import glicko2 from "glicko2-lite";

/** How good somebody is, by Glicko-2 (Glickman, http://www.glicko.net/glicko/glicko2.pdf). */
export interface Rating {
  /** The strength; 1500 is average. */
  readonly rating: number;
  /** How unsure that is: the strength is within twice this, at 95 %. */
  readonly deviation: number;
  /** How much the strength is expected to change. */
  readonly volatility: number;
}

/** A result against somebody. */
export interface RatedGame {
  /** How good the opponent was before it. */
  readonly opponent: Pick<Rating, "rating" | "deviation">;
  /** 1 for a win, 0.5 for a draw, 0 for a loss. */
  readonly outcome: number;
}

/** Of whom nothing is known. */
export const NEW_RATING: Rating = { rating: 1500, deviation: 350, volatility: 0.06 };

/** How much volatility may change: the paper recommends 0.3 to 1.2, less where chance plays a part. */
const TAU = 0.5;
/** So that a rating always moves a little, however much somebody plays. */
const DEVIATION_MIN = 30;

/** The rating after the games of one match, which count as played at once; unchanged without games. */
export function updateRating(before: Rating, games: readonly RatedGame[]): Rating {
  if (games.length === 0) return before;
  const { rating, rd, vol } = glicko2(
    before.rating,
    before.deviation,
    before.volatility,
    games.map(({ opponent, outcome }) => [opponent.rating, opponent.deviation, outcome]),
    { tau: TAU },
  );
  return {
    rating,
    deviation: Math.min(NEW_RATING.deviation, Math.max(DEVIATION_MIN, rd)),
    volatility: vol,
  };
}
