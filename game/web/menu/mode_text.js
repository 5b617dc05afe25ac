/** @typedef {import("./texts_ru.js").Texts} Texts */

/** @type {Readonly<Record<string, keyof Texts>>} */
const KEYS = {
  pve_heist: "modePvePlain",
  team: "modeTeam",
  ffa: "modeFfa",
  duel: "modeDuelPlain",
  ranked_duel: "modeDuel",
};

/**
 * What a mode is called; one that the page has no word for by its own name.
 *
 * @param {string} mode
 * @param {import("./language.js").Language} language
 * @returns {string}
 */
export function modeText(mode, language) {
  const key = KEYS[mode];
  return key === undefined ? mode : language.text(key);
}
