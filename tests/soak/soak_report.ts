import { percentile } from "../bench/figure.ts";
import type { PlayerMatch, PlayerRecord } from "../cluster/player_record.ts";
import type { FaultRecord } from "./fault_runner.ts";
import { type MemoryVerdict, WATCHED_MS_MIN } from "./memory_watch.ts";
import type { ProbeTally } from "./revocation_probe.ts";
import type { LedgerLine } from "./ledger_line.ts";
import type { SoakOptions } from "./soak_options.ts";
import type { SoakPlayerRecord } from "./soak_player.ts";

/** What a soak came to. */
export interface SoakResult {
  /** What was asked for. */
  readonly options: SoakOptions;
  /** What players did and were told. */
  readonly players: readonly SoakPlayerRecord[];
  /** What went wrong. */
  readonly faults: readonly FaultRecord[];
  /** What must hold. */
  readonly ledger: readonly LedgerLine[];
  /** What was probed. */
  readonly probes: ProbeTally;
  /** How memory was. */
  readonly memory: readonly MemoryVerdict[];
  /** Events that were stored, and that came again. */
  readonly events: { readonly count: number; readonly repeats: number };
  /** What a reader should know about this run. */
  readonly notes: readonly string[];
}

const SECOND_MS = 1_000;
const MINUTE_MS = 60_000;
const MEGABYTE = 1_048_576;
/** What a fault costs shows a while after it is mended too. */
const AFTER_MS = 10_000;
const FAULTS_SHOWN_MAX = 20;

/** The result as a page of Markdown. */
export function reportOf(result: SoakResult): string {
  const { options, players, faults, ledger, memory, probes, events, notes } = result;
  const matches = players.flatMap(({ record }) => record.matches);
  const outcomes = players.flatMap((player) => player.outcomes);
  const finished = outcomes.filter(({ kind }) => kind === "finished").length;
  const bad = ledger.filter((line) => line.faults.length > 0);
  return [
    "# Soak",
    "",
    `${
      options.durationMs / MINUTE_MS
    } minutes, ${options.players} players, seed ${options.seed}, ` +
    `a fault every ${options.faultEveryMs / SECOND_MS} s: **${
      bad.length === 0 ? "held" : "did not hold"
    }**.`,
    "",
    `${outcomes.length} rounds in ${
      new Set(matches.map(({ matchId }) => matchId)).size
    } matches, of which ` +
    `${finished} were finished and the others told why not; ${events.count} events stored, of which ` +
    `${events.repeats} came again; ${probes.revoked} tokens revoked, the slowest ${probes.slowestMs} ms; ` +
    `${probes.raced} tickets raced for; ${probes.missed} probes came to nothing.`,
    ...notes.map((note) => `\n${note}`),
    "",
    ...ledgerTable(ledger),
    "",
    ...faultTable(faults, players.map(({ record }) => record)),
    "",
    ...memoryTable(memory),
    "",
    ...reasons(players),
  ].join("\n");
}

function ledgerTable(ledger: readonly LedgerLine[]): string[] {
  return [
    ...["## What must hold", "", "| rule | looked at | not held |", "| --- | --- | --- |"],
    ...ledger.map(({ rule, checked, faults }) => `| ${rule} | ${checked} | ${faults.length} |`),
    "",
    ...ledger.flatMap(({ faults }) => faults.slice(0, FAULTS_SHOWN_MAX).map((text) => `- ${text}`)),
  ];
}

function faultTable(faults: readonly FaultRecord[], records: readonly PlayerRecord[]): string[] {
  return [
    "## What each outage cost",
    "",
    "| outage | lasted | players without states | half of them for | longest | requests tried again | until |",
    "| --- | --- | --- | --- | --- | --- | --- |",
    ...faults.map((fault) => `| ${faultRow(fault, records).join(" | ")} |`),
  ];
}

function faultRow(
  { kind, target, fromMs, toMs }: FaultRecord,
  records: readonly PlayerRecord[],
): string[] {
  const longest = records.flatMap(({ matches }) => {
    const gaps = matches.flatMap((match: PlayerMatch) => match.memory.gaps)
      .filter((gap) => gap.toMs > fromMs && gap.fromMs < toMs + AFTER_MS);
    return gaps.length === 0 ? [] : [Math.max(...gaps.map((gap) => gap.toMs - gap.fromMs))];
  });
  const missedMs = records.flatMap((record) => record.missedMs)
    .filter((atMs) => atMs >= fromMs && atMs < toMs + AFTER_MS);
  const seconds = (ms: number): string => `${(ms / SECOND_MS).toFixed(1)} s`;
  const none = longest.length === 0;
  return [
    `${kind} ${target}`,
    seconds(toMs - fromMs),
    String(longest.length),
    none ? "" : seconds(percentile(longest, 0.5)),
    none ? "" : seconds(Math.max(...longest)),
    String(missedMs.length),
    missedMs.length === 0 ? "" : seconds(Math.max(...missedMs) - fromMs),
  ];
}

function memoryTable(memory: readonly MemoryVerdict[]): string[] {
  return [
    "## Memory",
    "",
    `A slope over less than ${
      WATCHED_MS_MIN / MINUTE_MS
    } minutes of one life says nothing, and is left out.`,
    "",
    ...["| process | most | longest life | growth |", "| --- | --- | --- | --- |"],
    ...memory.map(({ serverId, mostBytes, watchedMs, slopeBytesPerHour }) => {
      const growth = watchedMs < WATCHED_MS_MIN
        ? ""
        : `${(slopeBytesPerHour / MEGABYTE).toFixed(1)} MiB/h`;
      const most = `${(mostBytes / MEGABYTE).toFixed(0)} MiB`;
      return `| ${serverId} | ${most} | ${(watchedMs / MINUTE_MS).toFixed(1)} min | ${growth} |`;
    }),
  ];
}

/** Why rounds did not end in a finished match, and what had to be asked again. */
function reasons(players: readonly SoakPlayerRecord[]): string[] {
  const counts = new Map<string, number>();
  const count = (text: string, by = 1): void => void counts.set(text, (counts.get(text) ?? 0) + by);
  for (const { outcomes, record } of players) {
    for (const outcome of outcomes) {
      if (outcome.kind !== "finished") count(`${outcome.kind}: ${outcome.why}`);
    }
    for (const [what, times] of record.misses) count(`tried again: ${what}`, times);
  }
  const lines = [...counts].toSorted((left, right) => right[1] - left[1]);
  return ["## Why not", "", ...lines.map(([text, times]) => `- ${times} x ${text}`)];
}
