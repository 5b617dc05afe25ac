import { MEASURE_NAMES, type MeasureName, MEASURES } from "../measure.ts";
import { ROW_PERCENTILES, type TimelineRow } from "../timeline.ts";
import { axisTicks } from "./axis.ts";
import { type LinePlot, linePlotHtml, type PlotLine } from "./line_plot.ts";

const X_TICKS = 5;
const S_PER_MINUTE = 60;
/** A load that takes longer is told in minutes. */
const MINUTES_FROM_S = 300;

/** Plots of what was so in the course of a load. */
export class TimePlots {
  readonly #rows: readonly TimelineRow[];

  /** Of these rows. */
  constructor(rows: readonly TimelineRow[]) {
    this.#rows = rows;
  }

  /** Who did what. */
  players(): string {
    return this.#plot("Players", "at once", {
      "in a match": (row) => row.phases.playing,
      "on the way into one": (row) => row.phases.entering,
      "thinking": (row) => row.phases.thinking,
    });
  }

  /** How much went to and fro. */
  rates(): string {
    return this.#plot("Inputs and states", "a second", {
      "inputs applied": (row) => row.rates.inputs,
      "states received": (row) => row.rates.snapshots,
    });
  }

  /** What began, and what went wrong. */
  joins(): string {
    return this.#plot("Joins and errors", "a second", {
      "joins": (row) => row.rates.joins,
      "errors": (row) => row.rates.errors,
    });
  }

  /** Bytes, both ways. */
  traffic(): string {
    return this.#plot("Traffic", "kB a second, both ways", {
      "kB": (row) => row.rates.bytes / 1_000,
    });
  }

  /** Percentiles of a measure; undefined where it has no values. */
  tryMeasure(measure: MeasureName): string | undefined {
    if (!MEASURE_NAMES.includes(measure)) return undefined;
    if (this.#rows.every((row) => row.percentiles[measure] === undefined)) return undefined;
    const values: Record<string, (row: TimelineRow) => number | undefined> = {};
    for (const [place, percentile] of ROW_PERCENTILES.entries()) {
      const name = percentile === 100 ? "greatest" : `p${percentile}`;
      values[name] = (row) => row.percentiles[measure]?.[place];
    }
    return this.#plot("In the course of time", MEASURES[measure].unit, values);
  }

  #plot(
    title: string,
    unit: string,
    values: Readonly<Record<string, (row: TimelineRow) => number | undefined>>,
  ): string {
    const lines: PlotLine[] = Object.entries(values).map(([name, valueOf]) => ({
      name,
      points: this.#rows.map((row) => [row.at_s, valueOf(row)]),
    }));
    return linePlotHtml({ title, unit, lines, ...this.#timeAxis() });
  }

  #timeAxis(): Pick<LinePlot, "xTicks" | "xMax"> {
    const seconds = Math.max(1, this.#rows.at(-1)?.at_s ?? 1);
    const [unitS, unit] = seconds > MINUTES_FROM_S ? [S_PER_MINUTE, "min"] : [1, "s"];
    const ticks = axisTicks(seconds / unitS, X_TICKS).filter((tick) => tick * unitS <= seconds);
    return {
      xMax: seconds,
      xTicks: ticks.map((tick, index) => ({
        at: tick * unitS,
        text: index === ticks.length - 1 ? `${tick} ${unit}` : String(tick),
      })),
    };
  }
}
