import { pagePart } from "../menu/page_part.js";
import { durationText, timeText } from "./figure_format.js";
import { setText } from "./keyed_children.js";
import { serverHash } from "./problem_list.js";
import { SortableTable } from "./sortable_table.js";

/** @typedef {import("./ops_message.js").ServerRow} ServerRow */
/** @typedef {import("./ops_message.js").RegionRow} RegionRow */
/** @typedef {import("./ops_language.js").OpsLanguage} OpsLanguage */

/**
 * The table of game servers, by name at first.
 *
 * @param {OpsLanguage} language
 * @param {() => number} nowMs the gateway's time
 * @returns {SortableTable<ServerRow>}
 */
export function openServerTable(language, nowMs) {
  return new SortableTable(pagePart("servers", HTMLElement), {
    language,
    id: (/** @type {ServerRow} */ { server_id }) => server_id,
    sortedBy: 0,
    columns: [
      { key: "server", value: ({ server_id }) => server_id, fill: fillServerName },
      { key: "region", value: ({ region }) => region, isMinor: true },
      {
        key: "state",
        value: ({ state }) => state,
        fill: (cell, { state }) => {
          cell.dataset.state = state;
          setText(cell, language.word("state", state));
        },
      },
      { key: "players", value: ({ players }) => players, isNumber: true },
      {
        key: "matches",
        value: ({ matches }) => matches,
        isNumber: true,
        isMinor: true,
        fill: (cell, { matches, matches_max: most }) => setText(cell, `${matches} / ${most}`),
      },
      {
        key: "tick",
        value: ({ tick_p99_ms: p99 }) => p99,
        isNumber: true,
        fill: (cell, { tick_p99_ms: p99, tick_rate: rate = 30 }) => {
          cell.dataset.severity = p99 > 1_000 / rate ? "bad" : "";
          setText(cell, p99.toFixed(2));
        },
      },
      {
        key: "load",
        value: ({ figures }) => figures?.game_load_level ?? -1,
        isMinor: true,
        fill: (cell, { figures }) => {
          const level = figures?.game_load_level;
          setText(cell, level === undefined ? "–" : language.word("load", String(level)));
        },
      },
      {
        key: "sinceColumn",
        value: ({ since_ms }) => since_ms,
        isMinor: true,
        fill: (cell, { since_ms: sinceMs }) => {
          const duration = durationText(nowMs() - sinceMs, language.name);
          setText(cell, duration);
          cell.title = timeText(sinceMs, nowMs());
        },
      },
    ],
  });
}

/**
 * The table of regions, by name at first.
 *
 * @param {OpsLanguage} language
 * @returns {SortableTable<RegionRow>}
 */
export function openRegionTable(language) {
  return new SortableTable(pagePart("regions", HTMLElement), {
    language,
    id: (/** @type {RegionRow} */ { region }) => region,
    sortedBy: 0,
    columns: [
      { key: "region", value: ({ region }) => region },
      { key: "servers", value: ({ servers }) => servers, isNumber: true },
      { key: "draining", value: ({ draining }) => draining, isNumber: true, isMinor: true },
      { key: "lost", value: ({ lost }) => lost, isNumber: true },
      { key: "players", value: ({ players }) => players, isNumber: true },
      {
        key: "matches",
        value: ({ matches }) => matches,
        isNumber: true,
        isMinor: true,
        fill: (cell, { matches, matches_max: most }) => setText(cell, `${matches} / ${most}`),
      },
      {
        key: "tick",
        value: ({ tick_p99_ms: p99 }) => p99,
        isNumber: true,
        isMinor: true,
        fill: (cell, { tick_p99_ms: p99 }) => setText(cell, p99.toFixed(2)),
      },
    ],
  });
}

/**
 * @param {HTMLElement} cell
 * @param {ServerRow} row
 */
function fillServerName(cell, { server_id: serverId }) {
  if (cell.firstElementChild instanceof HTMLAnchorElement) return;
  const link = document.createElement("a");
  link.href = serverHash(serverId);
  link.textContent = serverId;
  cell.replaceChildren(link);
}
