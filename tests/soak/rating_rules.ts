import { tryParseJson } from "../../core/json.ts";
import type { SqlRow } from "../../core/ports/sql_database.ts";
import type { LedgerLine, LedgerSources } from "./ledger_line.ts";

const MODE_RATED = "ranked_duel";

type RatingSources = Pick<LedgerSources, "players" | "events"> & {
  readonly ports: Pick<LedgerSources["ports"], "database">;
};

/** Every ranked match that is over, as players were told or as the log has it, has been rated. */
export async function matchesRated(
  { players, events, ports: { database } }: RatingSources,
): Promise<LedgerLine> {
  const rows = await database.query("SELECT match_id, settled_at_ms FROM matchmaking_matches");
  const settled = new Map(rows.map((row) => [String(row.match_id), row.settled_at_ms]));
  const told = players.filter(({ record }) => record.mode === MODE_RATED).flatMap(({ outcomes }) =>
    outcomes.flatMap((outcome) => outcome.kind === "finished" ? [outcome.result.matchId] : [])
  );
  const over = [...settled.keys()].filter((matchId) => events.matches.isOver(matchId));
  const ranked = new Set([...told, ...over]);
  const faults = [...ranked].flatMap((matchId) =>
    settled.get(matchId)
      ? []
      : [`${matchId} is ${settled.has(matchId) ? "not settled" : "unknown"}`]
  );
  return { rule: "Every ranked match that is over has been rated", checked: ranked.size, faults };
}

/** Each account has as many rated matches in a mode as there are settled ones with it: none twice, none lost. */
export async function ratingsCount(
  { ports: { database } }: Pick<RatingSources, "ports">,
): Promise<LedgerLine> {
  const matches = await database.query(
    "SELECT mode, players FROM matchmaking_matches WHERE settled_at_ms IS NOT NULL",
  );
  const settled = new Map<string, number>();
  for (const key of matches.flatMap(placesIn)) settled.set(key, (settled.get(key) ?? 0) + 1);
  const ratings = await database.query("SELECT account_id, mode, matches FROM matchmaking_ratings");
  const rated = new Map(
    ratings.map((row) => [`${row.account_id} in ${row.mode}`, Number(row.matches)]),
  );
  const accounts = new Set([...settled.keys(), ...rated.keys()]);
  const faults = [...accounts].flatMap((key) => {
    const [had, counted] = [settled.get(key) ?? 0, rated.get(key) ?? 0];
    return had === counted ? [] : [`${key} had ${had} rated matches, of which ${counted} count`];
  });
  return { rule: "A rated match counts once for each player", checked: accounts.size, faults };
}

function placesIn({ mode, players }: SqlRow): string[] {
  const places = tryParseJson(String(players));
  return (Array.isArray(places) ? places : []).map((place) =>
    `${Array.isArray(place) ? place[0] : place} in ${mode}`
  );
}
