import { type Html, html } from "./html.ts";

/** A count as people read it: `1,234`. */
export function formatCount(count: number): string {
  return Math.round(count).toLocaleString("en");
}

/** A part of 1 in per cent, cut and not rounded: what was interrupted is never 100 %. Never broken in two. */
export function formatPercent(part: number): string {
  const percent = Math.floor(part * 10_000 + 1e-6) / 100;
  return `${percent.toLocaleString("en", { maximumFractionDigits: 2 })}\u00a0%`;
}

/** A time span in its two largest units, a minute at least. */
export function formatSpan(seconds: number): string {
  const minutes = Math.max(1, Math.floor(seconds / 60));
  if (minutes < 60) return `${minutes} min`;
  const rest = minutes % 60;
  return rest === 0 ? `${Math.floor(minutes / 60)} h` : `${Math.floor(minutes / 60)} h ${rest} min`;
}

/** Hours and minutes in UTC. */
export function formatClock(atS: number): string {
  return isoOf(atS).slice(11, 16);
}

/** A moment of the last day; in a browser with scripts it becomes the time of the visitor. */
export function clockTime(atS: number): Html {
  return html`<time datetime="${isoOf(atS)}" data-clock>${formatClock(atS)}</time>`;
}

function isoOf(atS: number): string {
  return new Date(atS * 1_000).toISOString();
}
