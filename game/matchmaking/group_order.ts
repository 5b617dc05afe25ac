import type { GroupOrder } from "./match_order.ts";
import type { FormedGroup, PoolUnit } from "./pool.ts";
import type { RatedMatch } from "./rated_match.ts";
import { claimOf, type Search } from "./search.ts";

/** A player or a complete party who wait together. */
export interface SearchUnit extends PoolUnit {
  /** One for each member. */
  readonly searches: readonly Search[];
}

/** The searches of those who belong together as one unit; there is one at least. */
export function unitOf(searches: readonly [Search, ...Search[]]): SearchUnit {
  const [first] = searches;
  return {
    id: first.id,
    mode: first.order.mode,
    size: searches.length,
    rating: searches.reduce((sum, { rating }) => sum + rating, 0) / searches.length,
    // A party waits since its last member came.
    sinceMs: Math.max(...searches.map(({ startedAtMs }) => startedAtMs)),
    searches,
  };
}

/** The match that a group is to have. */
export function orderOf(group: FormedGroup<SearchUnit>): GroupOrder {
  const searches = searchesOf(group);
  const botTeams = botTeamsOf(group);
  return {
    gameMode: group.mode.game.name,
    accounts: searches.map(({ order }) => order.accountId),
    teams: teamsOf(group),
    ...(botTeams !== undefined && { botTeams }),
    travellers: searches.map(({ order }) => order.traveller),
    explain: searches.some(({ order }) => order.explain),
  };
}

/** Everybody's searches. */
export function searchesOf({ teams }: FormedGroup<SearchUnit>): Search[] {
  return teams.flat().flatMap(({ searches }) => searches);
}

/** What the match is to say about who is how good; undefined where it says nothing: bots play. */
export function ratedMatchOf(
  group: FormedGroup<SearchUnit>,
  matchId: string,
): RatedMatch | undefined {
  const { mode, bots } = group;
  const searches = searchesOf(group);
  if (bots || mode.game.rules.botTeam || searches.length < 2) return undefined;
  const teams = teamsOf(group);
  return {
    matchId,
    mode: mode.name,
    players: searches.map(({ order: { accountId } }) => ({
      accountId,
      team: teams.get(accountId) ?? 0,
    })),
  };
}

/** Whether two searches are for the same, so that one of them is enough. */
export function isSameSearch(a: Pick<Search, "order">, b: Pick<Search, "order">): boolean {
  const [one, other] = [claimOf(a), claimOf(b)];
  return one.mode === other.mode && one.partyId === other.partyId &&
    new Set(one.members).symmetricDifference(new Set(other.members)).size === 0;
}

function teamsOf({ mode, teams }: FormedGroup<SearchUnit>): ReadonlyMap<string, number> {
  return new Map(teams.flatMap((units, index) => {
    const team = mode.teams[index];
    if (team === undefined) return [];
    const accounts = units.flatMap(({ searches }) => searches);
    return accounts.map(({ order }): [string, number] => [order.accountId, team]);
  }));
}

/** One for each place that bots take; none at all where bots have a team that the server fills. */
function botTeamsOf(
  { mode, teams, bots }: FormedGroup<SearchUnit>,
): readonly number[] | undefined {
  if (mode.game.rules.botTeam) return undefined;
  if (!bots) return [];
  return teams.flatMap((units, index) => {
    const free = mode.teamSize - units.reduce((sum, { size }) => sum + size, 0);
    // Where everybody plays alone only how many they are counts.
    return new Array<number>(free).fill(mode.teams[index] ?? 1);
  });
}
