import { type MeasureName, MEASURES, scaleOf } from "../measure.ts";
import type { ValueHistogram } from "../value_histogram.ts";
import { linePlotHtml } from "./line_plot.ts";

/** The axis goes by how many values are above, each tick a tenth of those before. */
const TICKS = [0, 90, 99, 99.9, 99.99, 99.999] as const;
const POINTS_PER_TICK = 24;

/** A measure's values by percentile, the last of them as wide as the first: where few wait long, it shows. */
export function distributionPlotHtml(measure: MeasureName, histogram: ValueHistogram): string {
  // Beyond this there is only the greatest.
  const decades = Math.min(Math.max(Math.log10(histogram.count), 1), TICKS.length - 1);
  const pointCount = Math.ceil(decades * POINTS_PER_TICK);
  const points = Array.from({ length: pointCount + 1 }, (_, index) => {
    const at = (index * decades) / pointCount;
    return [at, histogram.at(100 * (1 - 10 ** -at)) / scaleOf(measure)] as const;
  });
  return linePlotHtml({
    title: "By percentile",
    unit: MEASURES[measure].unit,
    lines: [{ name: MEASURES[measure].title, points }],
    xMax: decades,
    xTicks: TICKS.slice(0, Math.floor(decades) + 1).map((tick, at) => ({ at, text: `${tick} %` })),
  });
}
