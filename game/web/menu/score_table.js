import { makeElement } from "./page_part.js";

/**
 * Who plays, from one player's side.
 *
 * @typedef {Readonly<{
 *   tanks: readonly import("../net/match_message.js").Tank[], myTankId: string | undefined,
 *   isAlly: (tankId: string) => boolean, nameOf: (tankId: string) => string,
 * }>} Roster
 */
/** @typedef {import("./language.js").Language} Language */

/**
 * Fills a table with who has how many points, best first.
 *
 * @param {HTMLElement} table
 * @param {{ battle: Roster, language: Language }} options
 * @returns {void}
 */
export function fillScoreTable(table, { battle, language }) {
  const header = makeElement("tr", {
    parts: [
      makeElement("th", { text: language.text("player") }),
      makeElement("th", { text: language.text("score") }),
    ],
  });
  const tanks = battle.tanks.toSorted((a, b) => b.score - a.score);
  const rows = tanks.map(({ tank_id, score, alive }) => {
    const isMe = tank_id === battle.myTankId;
    const side = isMe ? "me" : battle.isAlly(tank_id) ? "ally" : "enemy";
    const name = makeElement("td", {
      parts: [
        makeElement("span", { classes: `dot ${side}` }),
        document.createTextNode(battle.nameOf(tank_id)),
      ],
    });
    return makeElement("tr", {
      classes: `${isMe ? "me" : ""}${alive ? "" : " gone"}`.trim(),
      parts: [name, makeElement("td", { text: String(score) })],
    });
  });
  table.replaceChildren(
    makeElement("thead", { parts: [header] }),
    makeElement("tbody", { parts: rows }),
  );
}

/**
 * The points of the own side and of the best other one.
 *
 * @param {Roster} battle
 * @returns {{ mine: number, theirs: number, isAlone: boolean }} `isAlone`: nobody else is on the own side
 */
export function sumScores(battle) {
  /** @type {Map<number, number>} */
  const byTeam = new Map();
  for (const { team, score } of battle.tanks) byTeam.set(team, (byTeam.get(team) ?? 0) + score);
  const me = battle.tanks.find(({ tank_id }) => tank_id === battle.myTankId);
  const mine = byTeam.get(me?.team ?? 0) ?? 0;
  const others = [...byTeam].filter(([team]) => team !== me?.team).map(([, score]) => score);
  return { mine, theirs: Math.max(0, ...others), isAlone: byTeam.size > 2 };
}
