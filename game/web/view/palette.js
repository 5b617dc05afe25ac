const NAMES = /** @type {const} */ ([
  "ground",
  "grid",
  "edge",
  "wall",
  "wall-top",
  "me",
  "ally",
  "enemy",
  "shell",
  "text",
  "halo",
  "track",
  "spark",
]);

/** @typedef {Readonly<Record<typeof NAMES[number], string>>} Palette */

/**
 * The canvas's colours, which the style sheet has for both schemes.
 *
 * @returns {Palette}
 */
export function readPalette() {
  const style = getComputedStyle(document.documentElement);
  const colours = NAMES.map((name) => [name, style.getPropertyValue(`--arena-${name}`).trim()]);
  return /** @type {Palette} */ (Object.fromEntries(colours));
}
