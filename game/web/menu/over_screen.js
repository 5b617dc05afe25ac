import { pagePart } from "./page_part.js";
import { fillScoreTable, sumScores } from "./score_table.js";

/**
 * Shows how a match ended.
 *
 * @param {import("../battle.js").Battle} battle
 * @param {{ winner: number | null, language: import("./language.js").Language }} options
 * @returns {void}
 */
export function showOver(battle, { winner, language }) {
  const me = battle.tanks.find(({ tank_id }) => tank_id === battle.myTankId);
  const { mine, theirs, isAlone } = sumScores(battle);
  const key = winner === null ? "draw" : winner === me?.team ? "victory" : "defeat";
  const title = pagePart("over-title", HTMLElement);
  title.textContent = language.text(key);
  title.className = key;
  pagePart("over-detail", HTMLElement).textContent = isAlone
    ? language.text("overAlone", { mine })
    : language.text("overScores", { mine, theirs });
  fillScoreTable(pagePart("over-score", HTMLElement), { battle, language });
}
