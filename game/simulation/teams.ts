import type { MatchState } from "./match_state.ts";
import type { MatchRules } from "./rules.ts";

/** The team with the fewest tanks, of equals the lowest, never the bots' own; alone: slot + 1. */
export function chooseTeam(state: MatchState, slot: number): number {
  const { teamCount, botTeam } = state.rules;
  if (teamCount === 0) return slot + 1;
  let chosen = 0;
  let least = Infinity;
  for (let team = 1; team <= teamCount; team++) {
    if (team === botTeam) continue;
    const size = state.tanks.filter((tank) => tank.team === team).length;
    if (size >= least) continue;
    chosen = team;
    least = size;
  }
  return chosen;
}

/** Whether a tank in that slot may be of that team. */
export function isTeamOf(rules: MatchRules, slot: number, team: number): boolean {
  if (rules.teamCount === 0) return team === slot + 1;
  return Number.isInteger(team) && team >= 1 && team <= rules.teamCount;
}
