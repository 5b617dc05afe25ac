import { makeElement } from "../menu/page_part.js";
import { figureText } from "./figure_format.js";
import { setText, syncChildren } from "./keyed_children.js";

/** @typedef {import("./ops_message.js").Histogram} Histogram */
/** @typedef {import("./ops_language.js").OpsLanguage} OpsLanguage */
/**
 * A bucket: what share of all values is in it, in all and of late.
 *
 * @typedef {Readonly<{ bound: number, isOver: boolean, isLast: boolean, all: number, late: number }>} Bar
 */

const WINDOW_MS = 60_000;
const READINGS_MAX = 61;

/** What a histogram was a while ago. */
export class HistogramPast {
  /** @type {{ atMs: number, counts: readonly number[] }[]} Oldest first. */
  #readings = [];

  /**
   * Takes a reading; gives what has come within the last minute, or since the first.
   *
   * @param {readonly number[]} counts
   * @param {number} nowMs
   * @returns {number[]}
   */
  take(counts, nowMs) {
    // It has begun anew.
    if (this.#readings.at(-1)?.counts.some((count, index) => count > (counts[index] ?? 0))) {
      this.#readings = [];
    }
    this.#readings.push({ atMs: nowMs, counts });
    const isOld = () => nowMs - (this.#readings[0]?.atMs ?? nowMs) > WINDOW_MS;
    while (this.#readings.length > READINGS_MAX || isOld()) this.#readings.shift();
    const [oldest] = this.#readings;
    return counts.map((count, index) => count - (oldest?.counts[index] ?? 0));
  }
}

/**
 * The bars of a histogram, as far as there is something in them; the budget's is always among them.
 *
 * @param {Histogram} histogram bounds in seconds
 * @param {readonly number[]} late
 * @param {number} budgetMs
 * @returns {Bar[]}
 */
export function barsOf({ bounds, counts }, late, budgetMs) {
  const sum = (/** @type {readonly number[]} */ values) =>
    values.reduce((total, value) => total + value, 0) || 1;
  const [allSum, lateSum] = [sum(counts), sum(late)];
  const lastFilled = counts.findLastIndex((count) => count > 0);
  const budgetAt = bounds.findIndex((bound) => bound * 1_000 >= budgetMs);
  const last = Math.max(lastFilled, budgetAt);
  return counts.slice(0, last + 1).map((count, index) => {
    const isLast = index === bounds.length;
    return {
      bound: (isLast ? bounds.at(-1) ?? 0 : bounds[index] ?? 0) * 1_000,
      // Its lower bound is the bound of the one before.
      isOver: (bounds[index - 1] ?? 0) * 1_000 >= budgetMs,
      isLast,
      all: count / allSum,
      late: (late[index] ?? 0) / lateSum,
    };
  });
}

/**
 * @param {HTMLElement} table
 * @param {readonly Bar[]} bars
 * @param {OpsLanguage} language
 * @returns {void}
 */
export function drawBars(table, bars, language) {
  syncChildren(table, bars, {
    key: ({ bound, isLast }) => `${bound}${isLast}`,
    make: () => {
      const header = makeElement("th");
      header.setAttribute("scope", "row");
      const tracks = ["all", "late"].map((classes) => makeElement("i", { classes }));
      const track = makeElement("td", {
        classes: "track",
        parts: [makeElement("span", { classes: "tracks", parts: tracks })],
      });
      return makeElement("tr", {
        parts: [header, track, makeElement("td", { classes: "number" })],
      });
    },
    update: (row, { bound, isOver, isLast, all, late }) => {
      const ms = language.text("ms", { value: figureText(bound) });
      setText(row.firstElementChild, language.text(isLast ? "above" : "upTo", { bound: ms }));
      row.classList.toggle("over", isOver);
      for (const [name, share] of /** @type {const} */ ([["all", all], ["late", late]])) {
        const bar = row.querySelector(`i.${name}`);
        if (!(bar instanceof HTMLElement)) continue;
        bar.hidden = share === 0;
        bar.style.width = `${(share * 100).toFixed(2)}%`;
      }
      setText(row.lastElementChild, percentText(late, all));
    },
  });
}

/**
 * @param {number} late
 * @param {number} all
 * @returns {string}
 */
function percentText(late, all) {
  const of = (/** @type {number} */ share) =>
    share === 0 ? "0" : share < 0.0005 ? "<0.1" : (share * 100).toFixed(1);
  return `${of(late)} % (${of(all)})`;
}
