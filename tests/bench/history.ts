import type { JsonObject } from "../../core/json.ts";
import { objectsAt } from "../clients/json_fields.ts";
import { type Figure, figureOf, type Round } from "./figure.ts";
import { numberOf, Program, scriptWords } from "./program.ts";

const ROUNDS = 3;

/**
 * The 99th percentile of a tick's duration while the event log is written, beside the same server's
 * while it is not; the two in turn, every two seconds.
 */
export async function measureHistory(dataDir: string): Promise<Figure[]> {
  // On any core: the event log's thread has one of its own where there is one.
  const program = new Program(
    scriptWords("history_ticks.ts", `${dataDir}/history`, ROUNDS),
    undefined,
  );
  const result = await program.result();
  const rounds = objectsAt(result, "rounds");
  const about = (name: string, sides: readonly [string, string]): readonly Round[] =>
    rounds.map((round) => ({
      value: numberOf(round, `${name}_${sides[0]}`),
      baseline: numberOf(round, `${name}_${sides[1]}`),
    }));
  const sides = ["on_ms", "off_ms"] as const;
  const text = { unit: "ms", baseline: "event log off", lowerIsBetter: true };
  return [
    figureOf(
      { ...text, name: "Tick's p99, event log on", aim: 1.05, notes: [describe(result)] },
      about("p99", sides),
    ),
    figureOf({ ...text, name: "Tick's median, event log on", notes: [] }, about("p50", sides)),
    figureOf(
      { ...text, name: "Tick's lateness p99, event log on", notes: [] },
      about("late", sides),
    ),
  ];
}

function describe(result: JsonObject): string {
  const [players, matches, ticks] = ["players", "matches", "ticks"].map((field) =>
    numberOf(result, field)
  );
  const perTick = numberOf(result, "events") / numberOf(result, "ticks_on");
  return `${players} players in ${matches} matches; ${ticks} ticks; ` +
    `${perTick.toFixed(0)} events a tick`;
}
