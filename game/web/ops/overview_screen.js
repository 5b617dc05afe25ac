import { makeElement, pagePart } from "../menu/page_part.js";
import { figureText } from "./figure_format.js";
import { showTiles } from "./figure_tile.js";
import { setText, syncChildren } from "./keyed_children.js";
import { showProblems } from "./problem_list.js";
import { findProblems } from "./problems.js";
import { openRegionTable, openServerTable } from "./server_tables.js";
import { fillService } from "./service_card.js";

/** @typedef {import("./ops_message.js").Overview} Overview */
/** @typedef {import("./ops_message.js").ServerRow} ServerRow */
/** @typedef {import("./ops_language.js").OpsLanguage} OpsLanguage */
/** @typedef {import("./trends.js").Trends} Trends */
/** @typedef {import("./trends.js").Sightings} Sightings */

const TICK_BUDGET_MS = 1_000 / 30;
/** How many are told in the tab's name, whatever is looked at. */
const TITLE = "Tanks Blitz";

/** Everything at a glance: what is wrong first. */
export class OverviewScreen {
  #language;
  #trends;
  #sightings;
  #servers;
  #regions;
  #nowMs = 0;

  /** @param {{ language: OpsLanguage, trends: Trends, sightings: Sightings }} options */
  constructor({ language, trends, sightings }) {
    this.#language = language;
    this.#trends = trends;
    this.#sightings = sightings;
    this.#servers = openServerTable(language, () => this.#nowMs);
    this.#regions = openRegionTable(language);
    setText(pagePart("health-title", HTMLElement), language.text("waitingForNews"));
  }

  /**
   * @param {Overview} overview
   * @returns {void}
   */
  show(overview) {
    this.#nowMs = overview.now_ms;
    this.#showProblems(overview);
    this.#showTotals(overview);
    this.#servers.show(overview.servers);
    this.#regions.show(overview.regions);
    syncChildren(pagePart("services", HTMLElement), overview.services, {
      key: ({ service }) => service,
      make: () => makeElement("article", { classes: "service" }),
      update: (card, row) => fillService(card, row, this.#language, overview.now_ms),
    });
  }

  /** @param {Overview} overview */
  #showProblems(overview) {
    const language = this.#language;
    const problems = findProblems(overview);
    this.#sightings.see(problems.map(({ id }) => id), overview.now_ms);
    const count = problems.filter(({ severity }) => severity !== "note").length;
    const title = pagePart("health-title", HTMLElement);
    title.dataset.severity = problems.some(({ severity }) => severity === "bad")
      ? "bad"
      : count > 0
      ? "warn"
      : "good";
    const text = count === 0
      ? language.text("allWell")
      : count === 1
      ? language.text("problemsOne")
      : language.text("problemsMany", { count });
    setText(title, text);
    document.title = count === 0
      ? `${TITLE} · ${language.text("title")}`
      : `(${count}) ${TITLE} · ${language.text("title")}`;
    showProblems(pagePart("problems", HTMLElement), problems, {
      language,
      sightings: this.#sightings,
      nowMs: overview.now_ms,
      isLinked: true,
    });
  }

  /** @param {Overview} overview */
  #showTotals({ servers, now_ms: nowMs }) {
    const alive = servers.filter(({ state }) => state === "up" || state === "draining");
    const sum = (/** @type {(row: ServerRow) => number} */ of) =>
      alive.reduce((total, row) => total + of(row), 0);
    const worstMs = Math.max(0, ...alive.map(({ tick_p99_ms: p99 }) => p99));
    const figures = /** @type {const} */ ([
      ["players", sum(({ players }) => players)],
      ["matches", sum(({ matches }) => matches)],
      ["servers", alive.length],
      ["worstTick", worstMs],
    ]).map(([key, value]) => {
      this.#trends.add(`all:${key}`, value, nowMs);
      const isTick = key === "worstTick";
      return {
        id: key,
        name: this.#language.text(key),
        text: isTick ? this.#language.text("ms", { value: figureText(value) }) : figureText(value),
        values: this.#trends.values(`all:${key}`),
        ...(isTick && value > TICK_BUDGET_MS && { severity: /** @type {const} */ ("bad") }),
      };
    });
    showTiles(pagePart("totals", HTMLElement), figures);
  }
}
