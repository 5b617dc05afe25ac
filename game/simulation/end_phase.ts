import type { MatchState } from "./match_state.ts";
import type { EndReason } from "./world_event.ts";

/** Ends the match when a team has the score, or else when its time is up. */
export function endMatch(state: MatchState): void {
  let best = 0;
  let winner = 0;
  for (let team = 1; team < state.scores.length; team++) {
    const score = state.scores[team] ?? 0;
    if (score > best) {
      best = score;
      winner = team;
    } else if (score === best) {
      // Two with the same: a draw, unless a better one follows.
      winner = 0;
    }
  }
  const reason: EndReason | undefined = best >= state.rules.scoreLimit
    ? "score"
    : state.tick >= state.timeLimitTicks
    ? "time"
    : undefined;
  if (reason === undefined) return;
  state.outcome = { winner, reason };
  state.events.push({ kind: "ended", winner, reason });
}
