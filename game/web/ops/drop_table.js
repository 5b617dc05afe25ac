import { pagePart } from "../menu/page_part.js";
import { figureText } from "./figure_format.js";
import { setText } from "./keyed_children.js";
import { SortableTable } from "./sortable_table.js";

/** @typedef {import("./ops_language.js").OpsLanguage} OpsLanguage */
/** @typedef {Readonly<{ id: string, source: string, reason: string, total: number, rate: number }>} Drop */

/**
 * The table of what came to nothing.
 *
 * @param {OpsLanguage} language
 * @returns {SortableTable<Drop>}
 */
export function openDropTable(language) {
  return new SortableTable(pagePart("drops", HTMLElement), {
    language,
    id: (/** @type {Drop} */ { id }) => id,
    columns: [
      {
        key: "reason",
        value: ({ reason }) => reason,
        fill: (cell, { source, reason }) =>
          setText(cell, `${reason.replaceAll("_", " ")} (${source})`),
      },
      {
        key: "total",
        value: ({ total }) => total,
        isNumber: true,
        fill: (cell, { total }) => setText(cell, figureText(total)),
      },
      {
        key: "perSecond",
        value: ({ rate }) => rate,
        isNumber: true,
        fill: (cell, { rate }) => setText(cell, figureText(rate)),
      },
    ],
  });
}
