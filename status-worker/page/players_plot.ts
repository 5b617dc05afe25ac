import type { SeriesPoint } from "../history_series.ts";
import { type Html, html } from "./html.ts";
import { clockTime, formatClock, formatCount } from "./page_format.ts";

/** Units of the drawing for one point, and its height; it is stretched to the page's width. */
const POINT_WIDTH = 10;
const HEIGHT = 100;
const TICKS_MAX = 4;
/** Labels below the plot, from its left edge to its right. */
const TIME_LABELS = 5;

/** The values at which a scale from 0 has its lines: round numbers, the last one at or above `max`. */
export function scaleTicks(max: number): number[] {
  const top = Math.max(max, TICKS_MAX);
  let step = 1;
  for (let power = 1; step * TICKS_MAX < top; power *= 10) {
    step = [1, 2, 5].map((digit) => digit * power).find((size) => size * TICKS_MAX >= top) ?? step;
  }
  return Array.from({ length: Math.ceil(top / step) + 1 }, (_, index) => index * step);
}

/** Players online as an area and a line; broken where nobody knows. */
export function playersPlot(points: readonly SeriesPoint[], stepS: number): Html {
  const ticks = scaleTicks(Math.max(0, ...points.map((point) => point.players_online_max ?? 0)));
  const top = ticks.at(-1) ?? TICKS_MAX;
  const width = points.length * POINT_WIDTH;
  const lines = ticks.map((tick) => {
    const y = yOf(tick, top);
    return html`
      <line class="grid" x1="0" x2="${width}" y1="${y}" y2="${y}" />
    `;
  });
  const runs = runsOf(points);
  return html`
    <div class="plot">
      <div class="plot-y" aria-hidden="true">${ticks.toReversed().map((tick) =>
        html`<span>${formatCount(tick)}</span>`
      )}</div>
      <svg class="plot-area" viewBox="0 0 ${width} ${HEIGHT}" preserveAspectRatio="none" role="img"
        aria-label="${describePlot(points)}">${lines}${runs.map((run) => runOf(run, top))}${points
          .map((point, index) => hitArea(point, index))}</svg>
      <div class="plot-x" aria-hidden="true">${timeLabels(points, stepS)}</div>
    </div>
  `;
}

interface PlacedPoint {
  readonly x: number;
  readonly value: number;
}

/** The points that are known, in pieces without a gap. */
function runsOf(points: readonly SeriesPoint[]): PlacedPoint[][] {
  const runs: PlacedPoint[][] = [];
  let run: PlacedPoint[] = [];
  for (const [index, { players_online }] of points.entries()) {
    if (players_online === null) run = [];
    else {
      if (run.length === 0) runs.push(run);
      run.push({ x: (index + 0.5) * POINT_WIDTH, value: players_online });
    }
  }
  return runs;
}

function runOf(run: readonly PlacedPoint[], top: number): Html {
  const [first, last] = [run[0], run.at(-1)];
  if (first === undefined || last === undefined) return html``;
  const path = run.map(({ x, value }) => `${x} ${yOf(value, top)}`).join("L");
  // A point alone is a line of no length, which round ends make a dot.
  const [line, kind] = run.length === 1 ? [`${path}h0`, "line dot"] : [path, "line"];
  return html`
    <path class="area" d="M${first.x} ${HEIGHT}L${path}L${last.x} ${HEIGHT}Z" />
    <path class="${kind}" d="M${line}" />
  `;
}

/** What one points at: a column of the plot's full height, with its words. */
function hitArea(point: SeriesPoint, index: number): Html {
  const { at, players_online: mean, players_online_max: max } = point;
  if (mean === null || max === null) return html``;
  const words = max > mean
    ? `${formatCount(mean)} players, ${formatCount(max)} at most`
    : `${formatCount(mean)} players`;
  return html`
    <rect class="hit" x="${index * POINT_WIDTH}" y="0" width="${POINT_WIDTH}" height="${HEIGHT}"
      data-at="${at}" data-words="${words}">
      <title>${formatClock(at)} UTC: ${words}</title>
    </rect>
  `;
}

function timeLabels(points: readonly SeriesPoint[], stepS: number): Html[] {
  const fromS = points[0]?.at ?? 0;
  const rangeS = points.length * stepS;
  return Array.from(
    { length: TIME_LABELS },
    (_, index) =>
      index === TIME_LABELS - 1
        ? html`<span>now</span>`
        : clockTime(fromS + rangeS * index / (TIME_LABELS - 1)),
  );
}

function describePlot(points: readonly SeriesPoint[]): string {
  let peak: SeriesPoint | undefined;
  for (const point of points) {
    if (point.players_online_max === null) continue;
    if (peak === undefined || point.players_online_max > (peak.players_online_max ?? 0)) {
      peak = point;
    }
  }
  return peak === undefined
    ? "Players online over the last 24 hours: nothing is known yet"
    : `Players online over the last 24 hours, ${
      formatCount(peak.players_online_max ?? 0)
    } at most, about ${formatClock(peak.at)} UTC`;
}

function yOf(value: number, top: number): number {
  return Math.round((HEIGHT - value / top * HEIGHT) * 100) / 100;
}
