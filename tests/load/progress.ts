import type { LoadProgress } from "./run_load.ts";
import { withoutZeros } from "./load_tally.ts";
import { scaleOf } from "./measure.ts";

/** Where there is no terminal, every so many seconds there is a line. */
const LINE_EVERY_S = 5;

/** A line for a person, once a second. */
export function progressText({ second, latest, total }: LoadProgress): string {
  const { phases, counts, histograms } = latest;
  const latency = histograms.input_to_state;
  const ms = (percentile: number): string =>
    latency.count === 0 ? "-" : (latency.at(percentile) / scaleOf("input_to_state")).toFixed(0);
  return [
    `${String(second).padStart(5)} s`,
    `playing ${phases.playing}`,
    `entering ${phases.entering}`,
    `thinking ${phases.thinking}`,
    `joins ${total.counts.joins}`,
    `inputs/s ${counts.inputs_applied}`,
    `states/s ${counts.snapshots}`,
    `input to state p50 ${ms(50)} p99 ${ms(99)} ms`,
    `errors ${total.errorsTotal}`,
  ].join("  ");
}

/** A JSON line for a program, every few seconds; undefined in between. */
export function tryProgressJson({ second, latest, total }: LoadProgress): string | undefined {
  if (second % LINE_EVERY_S !== 0) return undefined;
  const latency = latest.histograms.input_to_state;
  const scale = scaleOf("input_to_state");
  return JSON.stringify({
    event: "load_progress",
    second,
    phases: latest.phases,
    inputs_per_second: latest.counts.inputs_applied,
    snapshots_per_second: latest.counts.snapshots,
    input_to_state_p50_ms: latency.count === 0 ? null : latency.at(50) / scale,
    input_to_state_p99_ms: latency.count === 0 ? null : latency.at(99) / scale,
    joins_total: total.counts.joins,
    errors: withoutZeros(total.errors),
  });
}
