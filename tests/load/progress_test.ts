import { assert, assertEquals } from "@std/assert";
import { LOAD_DEFAULTS } from "./load_options.ts";
import { LoadTally } from "./load_tally.ts";
import { progressText, tryProgressJson } from "./progress.ts";
import { resultJson } from "./result_json.ts";
import type { LoadResult } from "./run_load.ts";
import { judgeSlos, parseSlos } from "./slo.ts";
import { summaryText } from "./summary.ts";
import { ValueHistogram } from "./value_histogram.ts";

function openTally(): LoadTally {
  const tally = new LoadTally();
  tally.move(undefined, "playing");
  for (let ms = 1; ms <= 100; ms++) tally.measure("input_to_state", ms);
  tally.count("inputs_applied", 100);
  tally.count("joins", 3);
  tally.fail("busy");
  return tally;
}

function openResult(): LoadResult {
  const options = { ...LOAD_DEFAULTS, runId: "abc" };
  const total = openTally();
  return {
    ...{ options, startedAtMs: 0, tookMs: 10_000, total, playersPeak: 1, ledger: [], rows: [] },
  };
}

Deno.test("Progress is a line a second for a person, and JSON every five for a program", () => {
  const progress = { second: 5, latest: openTally(), total: openTally() };
  const text = progressText(progress);
  for (const part of ["    5 s", "playing 1", "joins 3", "p50 50 p99 99 ms", "errors 1"]) {
    assert(text.includes(part), `${part} in ${text}`);
  }
  const json = JSON.parse(tryProgressJson(progress) ?? "{}");
  assertEquals([json.second, json.joins_total, json.errors], [5, 3, { busy: 1 }]);
  assertEquals(tryProgressJson({ ...progress, second: 6 }), undefined);
});

Deno.test("A result says what was missed, as a table and as JSON that can be merged", () => {
  const result = openResult();
  const verdicts = judgeSlos(
    parseSlos("errors_total<1,joins_total>=3,login_p99_ms<5").slos,
    result,
  );
  const text = summaryText(result, verdicts);
  for (
    const line of [
      "MISSED errors_total<1: 1",
      "held   joins_total>=3: 3",
      "MISSED login_p99_ms<5: -",
      "errors 1: busy 1",
      "applied 100 (10.0/s)",
    ]
  ) assert(text.includes(line), `${line} in ${text}`);
  const json = JSON.parse(resultJson(result, verdicts));
  assertEquals(json.slos.map(({ is_met }: { is_met: boolean }) => is_met), [false, true, false]);
  assertEquals(json.slos[2].value, null);
  const again = new ValueHistogram(json.measures.input_to_state.hdr);
  assertEquals([again.count, Math.round(again.max / 1_000)], [100, 100]);
});
