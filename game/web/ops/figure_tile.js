import { makeElement } from "../menu/page_part.js";
import { setText, syncChildren } from "./keyed_children.js";

const SVG = "http://www.w3.org/2000/svg";
const WIDTH = 100;
const HEIGHT = 24;
const VALUES_MIN = 2;

/**
 * A figure with its name and how it has gone.
 *
 * @typedef {Readonly<{
 *   id: string, name: string, text: string, values: readonly number[], severity?: "bad" | "warn" | undefined,
 * }>} Figure
 */

/**
 * Shows figures, each in a tile.
 *
 * @param {HTMLElement} parent
 * @param {readonly Figure[]} figures
 * @returns {void}
 */
export function showTiles(parent, figures) {
  syncChildren(parent, figures, { key: ({ id }) => id, make: makeTile, update: fillTile });
}

/**
 * A tile without anything in it.
 *
 * @returns {HTMLElement}
 */
function makeTile() {
  const svg = document.createElementNS(SVG, "svg");
  svg.setAttribute("viewBox", `0 0 ${WIDTH} ${HEIGHT}`);
  svg.setAttribute("preserveAspectRatio", "none");
  svg.setAttribute("aria-hidden", "true");
  const line = document.createElementNS(SVG, "polyline");
  line.setAttribute("vector-effect", "non-scaling-stroke");
  svg.append(line);
  const tile = makeElement("div", {
    classes: "tile",
    parts: [
      makeElement("span", { classes: "name" }),
      makeElement("strong", { classes: "value" }),
      svg,
    ],
  });
  return tile;
}

/**
 * @param {HTMLElement} tile
 * @param {Figure} figure
 * @returns {void}
 */
function fillTile(tile, { name, text, values, severity }) {
  setText(tile.querySelector(".name"), name);
  setText(tile.querySelector(".value"), text);
  tile.dataset.severity = severity ?? "";
  tile.querySelector("polyline")?.setAttribute("points", pointsOf(values));
}

/**
 * From 0 up, so that what hardly moves looks so.
 *
 * @param {readonly number[]} values
 * @returns {string}
 */
export function pointsOf(values) {
  if (values.length < VALUES_MIN) return "";
  const most = Math.max(...values) || 1;
  return values.map((value, index) => {
    const x = index / (values.length - 1) * WIDTH;
    const y = HEIGHT - 1 - value / most * (HEIGHT - 2);
    return `${x.toFixed(1)},${y.toFixed(1)}`;
  }).join(" ");
}
