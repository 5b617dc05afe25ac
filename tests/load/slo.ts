import type { LoadTally } from "./load_tally.ts";
import { MEASURE_NAMES, type MeasureName, MEASURES, scaleOf } from "./measure.ts";

/** What of a measure can be held to something, with its percentile; 100 is the greatest. */
const PERCENTILES = { p50: 50, p90: 90, p99: 99, p999: 99.9, max: 100 } as const;

/** A whole load: its sums, and how long it took. */
export interface SloSubject {
  /** All of it. */
  readonly total: LoadTally;
  /** From the start to the end. */
  readonly tookMs: number;
  /** The most players that played at once. */
  readonly playersPeak: number;
}

/** What can be held to something besides measures. */
const FIGURES: Readonly<Record<string, (subject: SloSubject) => number>> = {
  errors_total: ({ total }) => total.errorsTotal,
  inputs_lost_total: ({ total }) => total.counts.inputs_lost,
  inputs_lost_share: ({ total: { counts } }) => counts.inputs_lost / counts.inputs_due,
  joins_total: ({ total }) => total.counts.joins,
  joins_per_second: ({ total, tookMs }) => perSecond(total.counts.joins, tookMs),
  inputs_per_second: ({ total, tookMs }) => perSecond(total.counts.inputs_applied, tookMs),
  snapshots_per_second: ({ total, tookMs }) => perSecond(total.counts.snapshots, tookMs),
  players_peak: ({ playersPeak }) => playersPeak,
};

/** How a value is held against a bound. */
export type SloOperator = "<" | "<=" | ">" | ">=";

const OPERATORS: Readonly<Record<SloOperator, (value: number, bound: number) => boolean>> = {
  "<": (value, bound) => value < bound,
  "<=": (value, bound) => value <= bound,
  ">": (value, bound) => value > bound,
  ">=": (value, bound) => value >= bound,
};

/** Something that must hold of a load. */
export interface Slo {
  /** As it was written. */
  readonly text: string;
  /** One of {@linkcode SLO_NAMES}. */
  readonly name: string;
  /** How it is held against the bound. */
  readonly operator: SloOperator;
  /** In the unit of its name. */
  readonly bound: number;
}

/** Whether it did. */
export interface SloVerdict {
  /** What must hold. */
  readonly slo: Slo;
  /** What was; NaN where nothing was measured, of which nothing holds. */
  readonly value: number;
  /** Whether it held. */
  readonly isMet: boolean;
}

/** All that can be held to something. */
export const SLO_NAMES: readonly string[] = [
  ...MEASURE_NAMES.flatMap((measure) =>
    Object.keys(PERCENTILES).map((percentile) => sloNameOf(measure, percentile))
  ),
  ...Object.keys(FIGURES),
];

/** Reads `input_to_state_p99_ms<80,errors_total<1`: what must hold, and what of the text is none. */
export function parseSlos(
  text: string,
): { readonly slos: readonly Slo[]; readonly problems: string[] } {
  const slos: Slo[] = [];
  const problems: string[] = [];
  for (const item of text.split(",").map((part) => part.trim()).filter((part) => part !== "")) {
    const [, name = "", operator = "", number = ""] =
      /^([a-z0-9_]+)\s*(<=|>=|<|>)\s*(\d+(?:\.\d+)?)$/.exec(item) ?? [];
    if (!isOperator(operator)) problems.push(`${JSON.stringify(item)} is no name<number`);
    else if (!SLO_NAMES.includes(name)) problems.push(`there is no ${name}`);
    else slos.push({ text: item, name, operator, bound: Number(number) });
  }
  if (slos.length === 0 && problems.length === 0) problems.push("it names nothing");
  return { slos, problems };
}

/** Whether each holds. */
export function judgeSlos(slos: readonly Slo[], subject: SloSubject): SloVerdict[] {
  return slos.map((slo) => {
    const value = sloValue(slo.name, subject);
    return { slo, value, isMet: OPERATORS[slo.operator](value, slo.bound) };
  });
}

function sloValue(name: string, subject: SloSubject): number {
  const figure = FIGURES[name];
  if (figure !== undefined) return figure(subject);
  for (const measure of MEASURE_NAMES) {
    const histogram = subject.total.histograms[measure];
    for (const [percentile, share] of Object.entries(PERCENTILES)) {
      if (sloNameOf(measure, percentile) !== name) continue;
      return histogram.count === 0 ? NaN : histogram.at(share) / scaleOf(measure);
    }
  }
  return NaN;
}

function sloNameOf(measure: MeasureName, percentile: string): string {
  const suffix = MEASURES[measure].unit === "ms" ? "_ms" : "";
  return `${measure}_${percentile}${suffix}`;
}

function perSecond(count: number, tookMs: number): number {
  return tookMs === 0 ? NaN : (count * 1_000) / tookMs;
}

function isOperator(text: string): text is SloOperator {
  return Object.hasOwn(OPERATORS, text);
}
