// Long because all that one server says is put in its places here.
import { pagePart } from "../menu/page_part.js";
import { openDropTable } from "./drop_table.js";
import { figureText } from "./figure_format.js";
import { showTiles } from "./figure_tile.js";
import { setText } from "./keyed_children.js";
import { showMatches } from "./match_cards.js";
import { showProblems } from "./problem_list.js";
import { problemsOf } from "./problems.js";
import { brokerList } from "./service_card.js";
import { barsOf, drawBars, HistogramPast } from "./tick_bars.js";

/** @typedef {import("./ops_message.js").Overview} Overview */
/** @typedef {import("./ops_message.js").ServerRow} ServerRow */
/** @typedef {import("./ops_message.js").ServerMessage} ServerMessage */
/** @typedef {import("./ops_message.js").GameDescription} GameDescription */
/** @typedef {import("./ops_language.js").OpsLanguage} OpsLanguage */
/** @typedef {import("./ops_actions.js").OpsActions} OpsActions */
/** @typedef {import("./trends.js").Trends} Trends */
/** @typedef {import("./trends.js").Sightings} Sightings */

/** What is of one server alone. */
const CLEARED = /** @type {const} */ ([
  ...["server-about", "matches-note", "tick-note", "matches"],
  ...["server-totals", "tick-bars", "late-bars", "brokers"],
]);
const RATE_WINDOW_MS = 10_000;
/** Why players left is no loss. */
const LEFT_METRIC = "game_players_left_total";

/** One game server: what it does, with whom, and what can be done to it. */
export class ServerScreen {
  #options;
  #drops;
  /** @type {string | undefined} */
  #serverId;
  /** @type {ServerRow | undefined} */
  #row;
  #nowMs = 0;
  #ticks = new HistogramPast();
  #lateness = new HistogramPast();

  /**
   * @param {{
   *   language: OpsLanguage, trends: Trends, sightings: Sightings, actions: OpsActions,
   *   onFilter: (filter: string) => void, onWatch: (matchId: string) => void,
   * }} options
   */
  constructor(options) {
    this.#options = options;
    const { actions, onFilter } = options;
    pagePart("drain", HTMLElement).addEventListener("click", () => {
      if (this.#serverId !== undefined) void actions.drain(this.#serverId);
    });
    const filter = pagePart("filter", HTMLInputElement);
    filter.addEventListener("input", () => onFilter(filter.value.trim()));
    this.#drops = openDropTable(options.language);
  }

  /** What is looked for. */
  get filter() {
    return pagePart("filter", HTMLInputElement).value.trim();
  }

  /**
   * Shows another server from now on.
   *
   * @param {string | undefined} serverId
   * @returns {void}
   */
  open(serverId) {
    if (serverId === this.#serverId) return;
    this.#serverId = serverId;
    this.#row = undefined;
    this.#ticks = new HistogramPast();
    this.#lateness = new HistogramPast();
    pagePart("filter", HTMLInputElement).value = "";
    setText(pagePart("server-name", HTMLElement), serverId ?? "");
    for (const id of CLEARED) pagePart(id, HTMLElement).replaceChildren();
    this.#drops.show([]);
  }

  /**
   * @param {Overview} overview
   * @returns {void}
   */
  onOverview({ servers, now_ms: nowMs }) {
    this.#nowMs = nowMs;
    this.#row = servers.find(({ server_id: id }) => id === this.#serverId);
    const { language, sightings } = this.#options;
    showProblems(
      pagePart("server-problems", HTMLElement),
      this.#row === undefined ? [] : problemsOf(this.#row),
      { language, sightings, nowMs, isLinked: false },
    );
    pagePart("drain", HTMLButtonElement).disabled = this.#row?.state !== "up";
  }

  /**
   * @param {ServerMessage} message
   * @returns {void}
   */
  onServer(message) {
    if (message.server_id !== this.#serverId) return;
    const { language } = this.#options;
    const about = pagePart("server-about", HTMLElement);
    about.classList.toggle("bad", !message.ok);
    if (!message.ok) {
      const { reason } = message;
      return setText(about, language.text("serverUnanswered", { reason }));
    }
    const { region = "–", city = "–", address = "–" } = this.#row ?? {};
    const { version } = message.about;
    setText(about, language.text("serverAbout", { region, city, address, version }));
    this.#showTotals(message.about);
    this.#showMatches(message.about, message.filter);
    this.#showTicks(message.about);
    this.#showDrops(message.about);
    pagePart("brokers", HTMLElement).replaceChildren(brokerList(message.about, language));
  }

  /** @param {GameDescription} about */
  #showTotals({ figures, drops }) {
    const { language, trends } = this.#options;
    const id = this.#serverId;
    const nowMs = this.#nowMs;
    const lost = Object.entries(drops).filter(([metric]) => metric !== LEFT_METRIC);
    const dropped = lost.flatMap(([, reasons]) => Object.values(reasons))
      .reduce((total, value) => total + value, 0);
    trends.add(`${id}:received`, figures.total_datagrams_received_game ?? 0, nowMs);
    trends.add(`${id}:dropped`, dropped, nowMs);
    const shown = /** @type {const} */ ([
      ["players", figures.game_players_count ?? 0],
      ["matches", figures.active_sessions_game ?? 0],
      ["tick", this.#row?.tick_p99_ms ?? 0],
      ["ticksLost", figures.game_ticks_lost_total ?? 0],
      ["datagrams", trends.rate(`${id}:received`, RATE_WINDOW_MS)],
      ["dropsRate", trends.rate(`${id}:dropped`, RATE_WINDOW_MS)],
    ]);
    showTiles(
      pagePart("server-totals", HTMLElement),
      shown.map(([key, value]) => {
        trends.add(`${id}:${key}`, value, nowMs);
        const values = trends.values(`${id}:${key}`);
        return { id: key, name: language.text(key), text: figureText(value), values };
      }),
    );
  }

  /**
   * @param {GameDescription} about
   * @param {string} filter
   */
  #showMatches({ matches, matches_count: count, is_cut: isCut }, filter) {
    const { language, actions, onWatch } = this.#options;
    const found = filter === ""
      ? language.text(count === 0 ? "noMatches" : "matchesAll", { count })
      : language.text("matchesFound", { found: matches.length, count, filter });
    const cut = isCut ? ` ${language.text("matchesCut")}` : "";
    setText(pagePart("matches-note", HTMLElement), found + cut);
    const serverId = this.#serverId ?? "";
    showMatches(pagePart("matches", HTMLElement), matches, {
      language,
      onWatch,
      onKick: (whom) => void actions.kick(serverId, whom),
      onDisable: ({ accountId, name }) =>
        void actions.shut("disable", { account_id: accountId }, name),
    });
  }

  /** @param {GameDescription} about */
  #showTicks({ histograms, tick_rate: tickRate }) {
    const { language } = this.#options;
    const budgetMs = 1_000 / tickRate;
    const note = language.text("tickNote", { budget: budgetMs.toFixed(1) });
    setText(pagePart("tick-note", HTMLElement), note);
    for (
      const [id, past, histogram] of /** @type {const} */ ([
        ["tick-bars", this.#ticks, histograms.game_tick_duration_seconds],
        ["late-bars", this.#lateness, histograms.game_tick_lateness_seconds],
      ])
    ) {
      if (histogram === undefined) continue;
      const bars = barsOf(histogram, past.take(histogram.counts, this.#nowMs), budgetMs);
      drawBars(pagePart(id, HTMLElement), bars, language);
    }
  }

  /** @param {GameDescription} about */
  #showDrops({ drops }) {
    const { language, trends } = this.#options;
    const rows = Object.entries(drops).filter(([metric]) => metric !== LEFT_METRIC)
      .flatMap(([metric, reasons]) =>
        Object.entries(reasons).map(([reason, total]) => {
          const id = `${this.#serverId}:${metric}:${reason}`;
          trends.add(id, total, this.#nowMs);
          const source = language.word("drops", metric);
          return { id, source, reason, total, rate: trends.rate(id, RATE_WINDOW_MS) };
        })
      );
    this.#drops.show(rows);
    pagePart("no-drops", HTMLElement).hidden = rows.length > 0;
  }
}
