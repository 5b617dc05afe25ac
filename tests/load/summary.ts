import { withoutZeros } from "./load_tally.ts";
import { MEASURE_NAMES, type MeasureName, MEASURES, scaleOf } from "./measure.ts";
import type { LoadResult } from "./run_load.ts";
import type { SloVerdict } from "./slo.ts";
import type { ValueHistogram } from "./value_histogram.ts";

/** What a measure came to, in its unit. */
export interface MeasureSummary {
  /** Values, those that stand for what was not asked included. */
  readonly count: number;
  /** In the measure's unit, as all that follow. */
  readonly mean: number;
  /** What half of them are not above. */
  readonly p50: number;
  /** 90 %. */
  readonly p90: number;
  /** 99 %. */
  readonly p99: number;
  /** 99.9 %. */
  readonly p999: number;
  /** The greatest. */
  readonly max: number;
}

const COLUMNS = ["count", "mean", "p50", "p90", "p99", "p999", "max"] as const;
const NAME_WIDTH = 22;
const COLUMN_WIDTH = 10;

/** What a histogram came to. */
export function summaryOf(measure: MeasureName, histogram: ValueHistogram): MeasureSummary {
  const scale = scaleOf(measure);
  const at = (percentile: number): number => histogram.at(percentile) / scale;
  return {
    count: histogram.count,
    mean: histogram.mean / scale,
    p50: at(50),
    p90: at(90),
    p99: at(99),
    p999: at(99.9),
    max: histogram.max / scale,
  };
}

/** What a load came to, as a table for a person. */
export function summaryText(result: LoadResult, verdicts: readonly SloVerdict[]): string {
  const { total, options, tookMs, playersPeak } = result;
  const seconds = tookMs / 1_000;
  const { counts } = total;
  const rate = (count: number): string => (count / seconds).toFixed(1);
  const lines = [
    `${options.players} players, ${playersPeak} at once, ${seconds.toFixed(1)} s`,
    "",
    tableLine("", COLUMNS),
  ];
  for (const name of MEASURE_NAMES) {
    const histogram = total.histograms[name];
    if (histogram.count === 0) continue;
    const summary = summaryOf(name, histogram);
    lines.push(
      tableLine(
        `${name} ${MEASURES[name].unit}`,
        COLUMNS.map((column) => numberText(summary[column], column === "count" ? 0 : 1)),
      ),
    );
  }
  lines.push(
    "",
    `joins ${counts.joins} (${rate(counts.joins)}/s), left ${counts.matches_left}, ` +
      `over ${counts.matches_over}, moved ${counts.matches_moved}`,
    `inputs due ${counts.inputs_due}, applied ${counts.inputs_applied} ` +
      `(${rate(counts.inputs_applied)}/s), lost ${counts.inputs_lost}`,
    `states ${counts.snapshots} (${rate(counts.snapshots)}/s), ` +
      `${rate(counts.bytes_received / 1_000)} kB/s received, ` +
      `${rate(counts.bytes_sent / 1_000)} kB/s sent`,
    `errors ${total.errorsTotal}${errorList(withoutZeros(total.errors))}`,
  );
  for (const { slo, value, isMet } of verdicts) {
    lines.push(`${isMet ? "held  " : "MISSED"} ${slo.text}: ${numberText(value, 3)}`);
  }
  return `${lines.join("\n")}\n`;
}

/** A number for a person; a dash where there is none. */
export function numberText(value: number, digits: number): string {
  if (!Number.isFinite(value)) return "-";
  return Number.isInteger(value) ? String(value) : value.toFixed(digits);
}

function tableLine(name: string, cells: readonly string[]): string {
  return name.padEnd(NAME_WIDTH) + cells.map((cell) => cell.padStart(COLUMN_WIDTH)).join("");
}

function errorList(errors: Readonly<Record<string, number>>): string {
  const items = Object.entries(errors).map(([reason, count]) => `${reason} ${count}`);
  return items.length === 0 ? "" : `: ${items.join(", ")}`;
}
