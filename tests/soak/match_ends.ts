import type { MatchStory } from "../cluster/match_history.ts";
import type { LedgerLine, LedgerSources } from "./ledger_line.ts";

/** Why a match may end without a result. One that was played to its end has a `match_over` of its own. */
const ENDS_ALLOWED: ReadonlySet<string> = new Set(["empty", "nobody_came"]);

/**
 * A match into which a player came ends: with a result, or because everybody left it. One that a server took
 * with it, when it was killed or closed or failed, has no such end. A match into which nobody came may be
 * lost: nobody loses by it.
 */
export function matchesEnd(
  { players, events }: Pick<LedgerSources, "players" | "events">,
): LedgerLine {
  const { stories } = events.matches;
  const told = new Set(
    players.flatMap(({ outcomes }) =>
      outcomes.flatMap((outcome) => outcome.kind === "finished" ? [outcome.result.matchId] : [])
    ),
  );
  const played = players.flatMap(({ record }) =>
    record.matches.flatMap(({ matchId, memory }) => memory.frame === undefined ? [] : [matchId])
  );
  const joined = [...stories].flatMap(([matchId, { isJoined }]) => isJoined ? [matchId] : []);
  const begun = new Set([...joined, ...played]);
  const faults = [...begun].flatMap((matchId) => {
    const story = stories.get(matchId);
    if (story === undefined || story.begun.length === 0) return [`${matchId} began unlogged`];
    return told.has(matchId) || hasEnd(story) ? [] : [`${matchId} has no end: ${describe(story)}`];
  });
  const rule = "Every match that began has a result, or was left by everybody";
  return { rule, checked: begun.size, faults };
}

function hasEnd({ over, removed }: MatchStory): boolean {
  return over.length > 0 || removed.some((reason) => ENDS_ALLOWED.has(reason));
}

function describe({ begun, removed, parts }: MatchStory): string {
  const last = parts.toSorted((left, right) => left.lastS - right.lastS).at(-1);
  const why = removed.length === 0 ? "never removed" : `removed as ${removed.join(", ")}`;
  return `begun as ${begun.join(", ")}; ${why}; last ${last?.lastType} of ${last?.serverId}`;
}
