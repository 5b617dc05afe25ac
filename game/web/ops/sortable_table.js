import { makeElement } from "../menu/page_part.js";
import { setText, syncChildren } from "./keyed_children.js";

/** @typedef {import("./ops_language.js").OpsLanguage} OpsLanguage */
/** @typedef {import("./ops_language.js").OpsTextKey} OpsTextKey */
/**
 * @template Row
 * @typedef {Readonly<{
 *   key: OpsTextKey,
 *   value: (row: Row) => number | string,
 *   fill?: (cell: HTMLElement, row: Row) => void,
 *   isNumber?: boolean,
 *   isMinor?: boolean,
 * }>} Column `value` sorts, and is shown unless `fill` does; a minor one is left out where there is little room.
 */

/**
 * A table whose headers sort it.
 *
 * @template Row
 */
export class SortableTable {
  #table;
  #options;
  /** @type {HTMLElement} */
  #head = makeElement("tr");
  #body = makeElement("tbody");
  /** @type {number | undefined} */
  #sortedBy;
  #isDescending = false;
  /** @type {readonly Row[]} */
  #rows = [];

  /**
   * @param {HTMLElement} table
   * @param {{
   *   columns: readonly Column<Row>[], id: (row: Row) => string, language: OpsLanguage,
   *   sortedBy?: number,
   * }} options
   */
  constructor(table, options) {
    this.#table = table;
    this.#options = options;
    this.#sortedBy = options.sortedBy;
    table.replaceChildren(makeElement("thead", { parts: [this.#head] }), this.#body);
    for (const [index, column] of options.columns.entries()) {
      const button = makeElement("button", { classes: "sort" });
      button.setAttribute("type", "button");
      button.addEventListener("click", () => this.#sortBy(index));
      const header = makeElement("th", { classes: classesOf(column), parts: [button] });
      header.setAttribute("scope", "col");
      this.#head.append(header);
    }
  }

  /**
   * @param {readonly Row[]} rows
   * @returns {void}
   */
  show(rows) {
    this.#rows = rows;
    const { columns, id, language } = this.#options;
    for (const [index, header] of [...this.#head.children].entries()) {
      const column = columns[index];
      if (column === undefined) continue;
      setText(header.firstElementChild, language.text(column.key));
      const isSorted = index === this.#sortedBy;
      const order = !isSorted ? "none" : this.#isDescending ? "descending" : "ascending";
      header.setAttribute("aria-sort", order);
    }
    syncChildren(this.#body, this.#sorted(), {
      key: id,
      make: () =>
        makeElement("tr", {
          parts: columns.map((column) => makeElement("td", { classes: classesOf(column) })),
        }),
      update: (element, row) => {
        for (const [index, cell] of [...element.children].entries()) {
          const column = columns[index];
          if (column === undefined || !(cell instanceof HTMLElement)) continue;
          if (column.fill !== undefined) column.fill(cell, row);
          else setText(cell, String(column.value(row)));
        }
      },
    });
    this.#table.hidden = rows.length === 0;
  }

  /** @param {number} index */
  #sortBy(index) {
    const isSame = this.#sortedBy === index;
    // Of figures the largest are wanted first.
    this.#isDescending = isSame
      ? !this.#isDescending
      : this.#options.columns[index]?.isNumber === true;
    this.#sortedBy = index;
    this.show(this.#rows);
  }

  /** @returns {readonly Row[]} */
  #sorted() {
    const column = this.#sortedBy === undefined ? undefined : this.#options.columns[this.#sortedBy];
    if (column === undefined) return this.#rows;
    const sign = this.#isDescending ? -1 : 1;
    return this.#rows.toSorted((a, b) => {
      const [one, other] = [column.value(a), column.value(b)];
      return (one < other ? -1 : one > other ? 1 : 0) * sign;
    });
  }
}

/**
 * @param {{ isNumber?: boolean, isMinor?: boolean }} column
 * @returns {string}
 */
function classesOf({ isNumber, isMinor }) {
  return `${isNumber ? "number" : ""} ${isMinor ? "minor" : ""}`.trim();
}
