/** Players who stay together, on one team. */
export interface Unit {
  /** How many they are. */
  readonly size: number;
  /** How good they are on the average. */
  readonly rating: number;
}

/** How many teams there are, and how many players each takes. */
export interface TeamShape {
  /** 1 or more. */
  readonly teamCount: number;
  /** Players a team at most. */
  readonly teamSize: number;
}

/**
 * Splits units over teams, none torn apart, so that the teams are about as good as one another: the
 * largest first, each to the team with the fewest rating points that has room. Undefined where they do
 * not fit in this way.
 */
export function splitTeams<Member extends Unit>(
  units: readonly Member[],
  { teamCount, teamSize }: TeamShape,
): Member[][] | undefined {
  const teams = Array.from({ length: teamCount }, () => ({
    members: [] as Member[],
    size: 0,
    points: 0,
  }));
  const largestFirst = units.toSorted((a, b) => b.size - a.size || b.rating - a.rating);
  for (const unit of largestFirst) {
    let best: typeof teams[number] | undefined;
    for (const team of teams) {
      if (team.size + unit.size > teamSize) continue;
      if (best === undefined || isWeaker(team, best)) best = team;
    }
    if (best === undefined) return undefined;
    best.members.push(unit);
    best.size += unit.size;
    best.points += unit.size * unit.rating;
  }
  return teams.map(({ members }) => members);
}

interface Tally {
  readonly size: number;
  readonly points: number;
}

function isWeaker(a: Tally, b: Tally): boolean {
  return a.points < b.points || (a.points === b.points && a.size < b.size);
}
