// Long because it is the one list of what must hold at the end.
import { resultOf } from "../cluster/match_history.ts";
import type { LedgerLine, LedgerSources } from "./ledger_line.ts";
import { matchesEnd } from "./match_ends.ts";
import { matchesRated, ratingsCount } from "./rating_rules.ts";

/** Compares what players were told with what is stored. @throws Error where a store cannot be read */
export async function balanceLedger(sources: LedgerSources): Promise<LedgerLine[]> {
  return [
    everybodyTold(sources),
    await accountsKept(sources),
    loginsKept(sources),
    logoutsKept(sources),
    matchesEnd(sources),
    resultsKept(sources),
    oneOwner(sources),
    scoresKept(sources),
    oneDriver(sources),
    await matchesRated(sources),
    await ratingsCount(sources),
    {
      rule: "A revoked token is refused within 5 s",
      checked: sources.probes.revoked,
      faults: sources.probes.revokedFaults,
    },
    {
      rule: "A ticket is redeemed once",
      checked: sources.probes.raced,
      faults: sources.probes.raceFaults,
    },
  ];
}

/** A rule that was looked at nowhere has not held: the run has not shown what it is to show. */
export function faultUnseen(line: LedgerLine): LedgerLine {
  const isUnseen = line.checked === 0 && line.faults.length === 0;
  return isUnseen ? { ...line, faults: [`${line.rule}: nothing was looked at`] } : line;
}

function everybodyTold({ players }: LedgerSources): LedgerLine {
  const outcomes = players.flatMap(({ outcomes, record }) =>
    outcomes.map((outcome) => ({ outcome, name: record.username }))
  );
  return {
    rule: "Every round ends in a finished match, or with a word of why not",
    checked: outcomes.length,
    faults: outcomes.flatMap(({ outcome, name }) =>
      outcome.kind === "untold" ? [`${name}: ${outcome.why}`] : []
    ),
  };
}

async function accountsKept({ players, ports, events }: LedgerSources): Promise<LedgerLine> {
  const rows = await ports.database.query("SELECT account_id, username FROM accounts");
  const stored = new Map(
    rows.map(({ username, account_id: id }) => [String(username), String(id)]),
  );
  const told = players.filter(({ isRegistered }) => isRegistered);
  const faults = told.flatMap(({ record: { username, accountId } }) => {
    const id = stored.get(username);
    if (id === undefined) return [`${username} is not stored`];
    if (accountId !== undefined && id !== accountId) {
      return [`${username} is ${id}, not ${accountId}`];
    }
    const count = events.count("user_registered", username);
    return count === 1 ? [] : [`${username}: user_registered ${count} times in the log`];
  });
  return {
    rule: "Every account that was told of is stored and logged once",
    checked: told.length,
    faults,
  };
}

function loginsKept({ players, events }: LedgerSources): LedgerLine {
  const faults = players.flatMap(({ record: { username }, loginCount }) => {
    const count = events.count("user_logged_in", username);
    return count >= loginCount
      ? []
      : [`${username} logged in ${loginCount} times, logged ${count}`];
  });
  const checked = players.reduce((sum, { loginCount }) => sum + loginCount, 0);
  return { rule: "Every login that was told of is in the event log", checked, faults };
}

/** A logout whose answer was lost is logged, and not told of. */
function logoutsKept({ players, events }: LedgerSources): LedgerLine {
  const faults = players.flatMap(({ record: { username }, logoutCount }) => {
    const count = events.count("user_logged_out", username);
    return count >= logoutCount
      ? []
      : [`${username} logged out ${logoutCount} times, logged ${count}`];
  });
  const checked = players.reduce((sum, { logoutCount }) => sum + logoutCount, 0);
  return { rule: "Every logout that was told of is in the event log", checked, faults };
}

function resultsKept({ players, events }: LedgerSources): LedgerLine {
  const { stories } = events.matches;
  const told = players.flatMap(({ outcomes }) =>
    outcomes.flatMap((outcome) => outcome.kind === "finished" ? [outcome.result] : [])
  );
  const differing = told.flatMap((result) => {
    const stored = JSON.stringify(resultOf(stories.get(result.matchId)));
    const shown = JSON.stringify(result);
    return stored === shown ? [] : [`told ${shown}, stored ${stored}`];
  });
  const twice = [...stories].flatMap(([matchId, { over }]) =>
    over.length > 1 ? [`${matchId} was over ${over.length} times`] : []
  );
  const rule = "Every result that was told of is in the event log, the same and once";
  return { rule, checked: told.length, faults: [...new Set(differing), ...twice] };
}

function oneOwner({ events, watch }: LedgerSources): LedgerLine {
  const { stories } = events.matches;
  const epochs = [...stories].flatMap(([matchId, { begun }]) =>
    new Set(begun.map((owner) => owner.split(" ")[1])).size === begun.length
      ? []
      : [`${matchId} has two servers in one epoch: ${begun.join(", ")}`]
  );
  return {
    rule: "A match has one owner at a time",
    checked: stories.size,
    faults: [...watch.faults, ...events.matches.overlaps(), ...epochs],
  };
}

function scoresKept({ players }: LedgerSources): LedgerLine {
  const matches = players.flatMap(({ record }) => record.matches);
  const falls = matches.flatMap(({ memory }) => memory.falls).map((fall) =>
    `${fall.matchId}: ${fall.tankId} had ${fall.from} and has ${fall.to} at tick ${fall.tick}`
  );
  const missing = players.flatMap(({ record, outcomes }) =>
    outcomes.flatMap((outcome) =>
      outcome.kind !== "finished"
        ? []
        : record.matches.filter(({ matchId }) => matchId === outcome.result.matchId)
          .flatMap(({ memory }) => memory.missingIn(outcome.result))
    )
  );
  return {
    rule: "Scores never fall",
    checked: matches.length,
    faults: [...new Set([...falls, ...missing])],
  };
}

function oneDriver({ events }: LedgerSources): LedgerLine {
  const checked = events.matches.stories.size;
  return { rule: "A tank has one driver", checked, faults: events.sharedTanks() };
}
