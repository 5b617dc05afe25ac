import type { SeriesPoint } from "../history_series.ts";
import { type Html, html } from "./html.ts";
import { formatClock, formatPercent } from "./page_format.ts";

const BAR_PITCH = 10;
const BAR_WIDTH = 8;
const HEIGHT = 32;
/** What is less than this is shown as interrupted, part of 1. */
const UP_MIN = 0.999;
const DOWN_MAX = 0.5;

type BarState = "up" | "part" | "down" | "none";

/** Uptime as a row of bars, one for each point. The lower a bar, the worse: not by colour alone. */
export function uptimeStrip(points: readonly SeriesPoint[], total: number | null): Html {
  const label = total === null
    ? "Uptime over the last 24 hours: nothing is known yet"
    : `Uptime over the last 24 hours: ${formatPercent(total)} of the time that is known`;
  return html`
    <svg class="strip" viewBox="0 0 ${points.length *
      BAR_PITCH} ${HEIGHT}" preserveAspectRatio="none" role="img"
      aria-label="${label}">${points.map(barOf)}</svg>
  `;
}

const HEIGHTS: Readonly<Record<BarState, number>> = { up: HEIGHT, part: 22, down: 12, none: 4 };

function barOf({ at, uptime }: SeriesPoint, index: number): Html {
  const state = stateOf(uptime);
  const height = HEIGHTS[state];
  const words = uptime === null ? "not known" : `up ${formatPercent(uptime)} of the time`;
  return html`
    <rect class="${state}" x="${index * BAR_PITCH + (BAR_PITCH - BAR_WIDTH) / 2}" y="${HEIGHT -
      height}" width="${BAR_WIDTH}" height="${height}">
      <title>From ${formatClock(at)} UTC: ${words}</title>
    </rect>
  `;
}

function stateOf(uptime: number | null): BarState {
  if (uptime === null) return "none";
  if (uptime >= UP_MIN) return "up";
  return uptime > DOWN_MAX ? "part" : "down";
}
