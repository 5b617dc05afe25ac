/** A figure beside a baseline that was measured in the same run. */
export interface Figure {
  /** What was measured. */
  readonly name: string;
  /** Of the value and of the baseline's. */
  readonly unit: string;
  /** The median of the rounds. */
  readonly value: number;
  /** What it is held against, and the median of its rounds. */
  readonly baseline: { readonly name: string; readonly value: number };
  /** The value by the baseline. */
  readonly ratio: number;
  /** The ratios of single rounds, which say how far the figure can be trusted. */
  readonly ratioRange: readonly [min: number, max: number];
  /** The ratio that is wanted; undefined: none, the baseline is for comparison. */
  readonly aim: number | undefined;
  /** Whether the aim is a ratio that is not to be exceeded, as of a time, rather than reached. */
  readonly lowerIsBetter: boolean;
  /** What a reader should know about this run. */
  readonly notes: readonly string[];
}

/** A case that could not be measured here. */
export interface Skipped {
  /** What would have been measured. */
  readonly name: string;
  /** Why it was not. */
  readonly reason: string;
}

/** One measurement of both. */
export interface Round {
  /** What is measured. */
  readonly value: number;
  /** What it is held against. */
  readonly baseline: number;
}

/** The middle of the values, of an even number the mean of the two; NaN of none. */
export function median(values: readonly number[]): number {
  const sorted = values.toSorted((left, right) => left - right);
  const middle = sorted.length >> 1;
  const [low = NaN, high = NaN] = [sorted[middle - 1], sorted[middle]];
  return sorted.length % 2 === 0 ? (low + high) / 2 : high;
}

/** The figure that rounds give. */
export function figureOf(
  text: Pick<Figure, "name" | "unit" | "notes"> & {
    readonly baseline: string;
    readonly aim?: number;
    readonly lowerIsBetter?: boolean;
  },
  rounds: readonly Round[],
): Figure {
  const { name, unit, notes, baseline, aim, lowerIsBetter = false } = text;
  const value = median(rounds.map((round) => round.value));
  const baselineValue = median(rounds.map((round) => round.baseline));
  const ratios = rounds.map((round) => round.value / round.baseline);
  return {
    name,
    unit,
    value,
    baseline: { name: baseline, value: baselineValue },
    ratio: value / baselineValue,
    ratioRange: [Math.min(...ratios), Math.max(...ratios)],
    aim,
    lowerIsBetter,
    notes,
  };
}

/** What 99 of 100 of the values are at most, for 0.99; NaN of none. */
export function percentile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((left, right) => left - right);
  return sorted[Math.max(0, Math.ceil(sorted.length * share) - 1)] ?? NaN;
}

/** The figures as a table for a person, below it their notes and what was skipped. */
export function tableOf(figures: readonly Figure[], skipped: readonly Skipped[] = []): string {
  const rows = [
    ["figure", "value", "baseline", "value", "ratio", "rounds", "aim", "met"],
    ...figures.map(rowOf),
  ];
  const widths =
    rows[0]?.map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0))) ?? [];
  const lines = rows.map((row) =>
    `| ${row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join(" | ")} |`
  );
  const rule = `| ${widths.map((width) => "-".repeat(width)).join(" | ")} |`;
  const notes = figures.flatMap(({ name, notes }) => notes.map((note) => `- ${name}: ${note}`));
  const left = skipped.map(({ name, reason }) => `- ${name}: skipped, ${reason}`);
  return [...lines.toSpliced(1, 0, rule), "", ...notes, ...left].join("\n");
}

function rowOf(figure: Figure): string[] {
  const { name, unit, value, baseline, ratio, ratioRange: [min, max], aim, lowerIsBetter } = figure;
  const [sign, isMet] = lowerIsBetter
    ? ["<=", ratio <= (aim ?? NaN)]
    : [">=", ratio >= (aim ?? NaN)];
  return [
    name,
    `${numberText(value)} ${unit}`,
    baseline.name,
    `${numberText(baseline.value)} ${unit}`,
    ratio.toFixed(2),
    `${min.toFixed(2)}..${max.toFixed(2)}`,
    aim === undefined ? "" : `${sign} ${aim.toFixed(2)}`,
    aim === undefined ? "" : isMet ? "yes" : "no",
  ];
}

function numberText(value: number): string {
  if (value < 100) return value.toFixed(2);
  return Math.round(value).toLocaleString("en").replaceAll(",", " ");
}
