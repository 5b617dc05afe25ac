import type { JsonObject } from "../../core/json.ts";
import { MEASURE_NAMES } from "./measure.ts";
import type { LoadResult } from "./run_load.ts";
import type { SloVerdict } from "./slo.ts";
import { summaryOf } from "./summary.ts";

/** The number of this shape; another shape has another. */
const RESULT_VERSION = 1;

/** What a load came to, for other programs. */
export function resultJson(result: LoadResult, verdicts: readonly SloVerdict[]): string {
  const { options, startedAtMs, tookMs, total, rows, playersPeak, ledger } = result;
  const measures = MEASURE_NAMES.flatMap((name) => {
    const histogram = total.histograms[name];
    if (histogram.count === 0) return [];
    return [[name, { ...summaryOf(name, histogram), hdr: histogram.encode() }] as const];
  });
  const fields = {
    version: RESULT_VERSION,
    options,
    started_at: new Date(startedAtMs).toISOString(),
    took_ms: tookMs,
    players_peak: playersPeak,
    measures: Object.fromEntries(measures),
    counts: total.counts,
    errors: total.errors,
    errors_total: total.errorsTotal,
    slos: verdicts.map(({ slo, value, isMet }): JsonObject => ({
      slo: slo.text,
      value: Number.isFinite(value) ? value : null,
      is_met: isMet,
    })),
    timeline: rows,
    ledger,
  };
  return `${JSON.stringify(fields)}\n`;
}
