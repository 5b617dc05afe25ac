import { axisTicks, tickText } from "./axis.ts";
import { escapeHtml } from "./escape_html.ts";

/** One line of a plot. */
export interface PlotLine {
  /** For the legend. */
  readonly name: string;
  /** From left to right; where a value is missing the line has a gap. */
  readonly points: readonly (readonly [x: number, y: number | undefined])[];
}

/** A plot. */
export interface LinePlot {
  /** Above it. */
  readonly title: string;
  /** Of what is upward, such as `ms`. */
  readonly unit: string;
  /** At most {@linkcode PLOT_LINES_MAX}. */
  readonly lines: readonly PlotLine[];
  /** What is written below, and where. */
  readonly xTicks: readonly { readonly at: number; readonly text: string }[];
  /** How far it goes to the right. */
  readonly xMax: number;
}

/** Lines that can be told apart, by colour and by dash. */
export const PLOT_LINES_MAX = 4;

/** In units of the drawing, which is as wide as there is room: small, so that text is legible on a phone. */
const SIZE = { width: 400, height: 210 } as const;
const EDGE = { left: 42, right: 12, top: 16, bottom: 24 } as const;
const INNER_WIDTH = SIZE.width - EDGE.left - EDGE.right;
const INNER_HEIGHT = SIZE.height - EDGE.top - EDGE.bottom;
const Y_TICKS = 4;

/** A plot as HTML: a figure with a drawing and a legend, without any script. */
export function linePlotHtml(plot: LinePlot): string {
  const { title, unit, lines, xTicks, xMax } = plot;
  const values = lines.flatMap(({ points }) => points.flatMap(([, y]) => y ?? []));
  const ticks = axisTicks(values.reduce((most, value) => Math.max(most, value), 0), Y_TICKS);
  const yMax = ticks.at(-1) ?? 1;
  const place: Place = {
    x: (value) => EDGE.left + (xMax > 0 ? value / xMax : 0) * INNER_WIDTH,
    y: (value) => EDGE.top + (1 - value / yMax) * INNER_HEIGHT,
  };
  const name = escapeHtml(title);
  return `<figure class="plot"><figcaption>${name} <small>${escapeHtml(unit)}</small></figcaption>
<svg viewBox="0 0 ${SIZE.width} ${SIZE.height}" role="img" aria-label="${name}">
${ticks.map((tick) => yTickSvg(tick, place)).join("\n")}
${xTicks.map(({ at, text }) => xTickSvg(at, text, place)).join("\n")}
${lines.map((line, index) => lineSvg(line, index, place)).join("\n")}
</svg>${legendHtml(lines)}</figure>`;
}

interface Place {
  readonly x: (value: number) => number;
  readonly y: (value: number) => number;
}

function yTickSvg(value: number, place: Place): string {
  const y = place.y(value).toFixed(1);
  return `<line class="grid" x1="${EDGE.left}" x2="${
    SIZE.width - EDGE.right
  }" y1="${y}" y2="${y}"/>` +
    `<text class="tick end" x="${EDGE.left - 5}" y="${y}" dy="0.33em">${tickText(value)}</text>`;
}

function xTickSvg(at: number, text: string, place: Place): string {
  const x = place.x(at).toFixed(1);
  const bottom = SIZE.height - EDGE.bottom;
  // The last would stand half outside.
  const side = place.x(at) > SIZE.width - 2 * EDGE.right ? "end" : "middle";
  return `<line class="grid" x1="${x}" x2="${x}" y1="${bottom}" y2="${bottom + 4}"/>` +
    `<text class="tick ${side}" x="${x}" y="${bottom + 16}">${escapeHtml(text)}</text>`;
}

function lineSvg({ name, points }: PlotLine, index: number, place: Place): string {
  let path = "";
  for (const [at, [x, y]] of points.entries()) {
    if (y === undefined) continue;
    const isFirst = points[at - 1]?.[1] === undefined;
    path += `${isFirst ? "M" : "L"}${place.x(x).toFixed(1)} ${place.y(y).toFixed(1)}`;
    // One by itself is a line of no length, which its round ends make a dot.
    if (isFirst && points[at + 1]?.[1] === undefined) path += "h0";
  }
  return `<path class="line line-${index + 1}" d="${path}"><title>${
    escapeHtml(name)
  }</title></path>`;
}

function legendHtml(lines: readonly PlotLine[]): string {
  if (lines.length < 2) return "";
  const items = lines.map(({ name }, index) =>
    `<li><svg viewBox="0 0 24 8" aria-hidden="true"><path class="line line-${index + 1}" ` +
    `d="M2 4H22"/></svg>${escapeHtml(name)}</li>`
  );
  return `<ul class="legend">${items.join("")}</ul>`;
}
