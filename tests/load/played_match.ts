import type { ErrorReason, MatchEnd } from "./error_reason.ts";
import type { ToldScores } from "./last_scores.ts";
import type { MatchMove } from "./match_move.ts";

/** How a match was for one player. */
export interface PlayedMatch {
  /** Undefined where it got no tank. */
  readonly matchId: string | undefined;
  /** How it ended. */
  readonly end: MatchEnd;
  /** Why that is an error; undefined: all is well. */
  readonly error: ErrorReason | undefined;
  /** What it was told of the scores last. */
  readonly scores: ToldScores;
  /** Where the match goes on, if it does. */
  readonly movedTo: MatchMove | undefined;
}
