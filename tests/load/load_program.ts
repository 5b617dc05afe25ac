import { type Clock, systemClock } from "../../core/clock.ts";
import { unreachable } from "../../core/unreachable.ts";
import { LOAD_USAGE, parseLoadArguments } from "./load_arguments.ts";
import type { LoadCommand } from "./load_options.ts";
import { progressText, tryProgressJson } from "./progress.ts";
import { htmlReport } from "./report/html_report.ts";
import { resultJson } from "./result_json.ts";
import { type LoadProgress, type LoadResult, runLoad } from "./run_load.ts";
import { judgeSlos } from "./slo.ts";
import { summaryText } from "./summary.ts";

/** Everything held. */
export const EXIT_HELD = 0;
/** An SLO was missed, or nobody could play. */
export const EXIT_MISSED = 1;
/** The arguments are no good. */
export const EXIT_REFUSED = 2;

/** What the program writes to, and what ends it. */
export interface LoadProgramDeps {
  /** All time; the machine's by default. */
  readonly clock?: Clock;
  /** What a person or program asked for: the summary, or with `--json -` the result. */
  readonly write: (text: string) => void;
  /** How it goes, and what is wrong. */
  readonly writeAside: (text: string) => void;
  /** Whether a person reads that on a terminal. */
  readonly isTerminal: boolean;
  /** Ends the load early. */
  readonly signal: AbortSignal;
  /** Sets apart the accounts of this run. */
  readonly runId: string;
}

const STANDARD_OUTPUT = "-";

/** Runs a load as the arguments say, and gives the exit code. */
export async function runLoadProgram(
  args: readonly string[],
  deps: LoadProgramDeps,
): Promise<number> {
  const request = parseLoadArguments(args, deps.runId);
  switch (request.kind) {
    case "help":
      deps.write(LOAD_USAGE);
      return EXIT_HELD;
    case "refused":
      for (const problem of request.problems) deps.writeAside(`Cannot load: ${problem}\n`);
      deps.writeAside("deno task load --help says what there is\n");
      return EXIT_REFUSED;
    case "run":
      return await runCommand(request.command, deps);
    default:
      return unreachable(request);
  }
}

async function runCommand(command: LoadCommand, deps: LoadProgramDeps): Promise<number> {
  const { load, slos, reportPath, jsonPath } = command;
  const { clock = systemClock, signal, writeAside } = deps;
  // Not after two hours: what cannot be written is known at once.
  for (const path of [reportPath, jsonPath]) {
    if (path === undefined || path === STANDARD_OUTPUT) continue;
    const problem = await whyNotWritable(path);
    if (problem === undefined) continue;
    writeAside(`Cannot load: ${path} cannot be written: ${problem}\n`);
    return EXIT_REFUSED;
  }
  const result = await runLoad(load, {
    clock,
    signal,
    onProgress: (progress) => tellProgress(progress, deps),
    onFault: (error) => writeAside(`A fault of the load generator's own: ${String(error)}\n`),
  });
  const verdicts = judgeSlos(slos, result);
  const json = resultJson(result, verdicts);
  if (reportPath !== undefined) {
    await Deno.writeTextFile(reportPath, htmlReport(result, verdicts));
  }
  if (jsonPath === STANDARD_OUTPUT) deps.write(json);
  else {
    if (jsonPath !== undefined) await Deno.writeTextFile(jsonPath, json);
    deps.write(`\n${summaryText(result, verdicts)}`);
  }
  return verdicts.every(({ isMet }) => isMet) && hasPlayed(result) ? EXIT_HELD : EXIT_MISSED;
}

function tellProgress(
  progress: LoadProgress,
  { isTerminal, writeAside }: LoadProgramDeps,
): void {
  const line = isTerminal ? progressText(progress) : tryProgressJson(progress);
  if (line !== undefined) writeAside(`${line}\n`);
}

function hasPlayed({ total }: LoadResult): boolean {
  return total.counts.joins > 0;
}

/** Makes the file where there is none; undefined where it can be written. */
async function whyNotWritable(path: string): Promise<string | undefined> {
  try {
    const file = await Deno.open(path, { write: true, create: true });
    file.close();
    return undefined;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}
