import { makeElement } from "../menu/page_part.js";
import { durationText } from "./figure_format.js";
import { setText, syncChildren } from "./keyed_children.js";

/** @typedef {import("./ops_message.js").MatchDescription} MatchDescription */
/** @typedef {import("./ops_message.js").PlayerDescription} PlayerDescription */
/** @typedef {import("./ops_language.js").OpsLanguage} OpsLanguage */
/**
 * @typedef {Readonly<{
 *   language: OpsLanguage,
 *   onWatch: (matchId: string) => void,
 *   onKick: (whom: { matchId: string, playerId: string }) => void,
 *   onDisable: (account: { accountId: string, name: string }) => void,
 * }>} MatchCardsOptions
 */

const COLUMNS = /** @type {const} */ (["player", "team", "score", "hp", "connection", "actions"]);
const FIGURES = /** @type {const} */ (["team", "score", "hp"]);

/**
 * Shows matches with their players, and what can be done to them.
 *
 * @param {HTMLElement} parent
 * @param {readonly MatchDescription[]} matches
 * @param {MatchCardsOptions} options
 * @returns {void}
 */
export function showMatches(parent, matches, options) {
  syncChildren(parent, matches, {
    key: ({ match_id: matchId }) => matchId,
    make: (match) => makeCard(match, options),
    update: (card, match) => fillCard(card, match, options),
  });
}

/**
 * @param {MatchDescription} match
 * @param {MatchCardsOptions} options
 */
function makeCard({ match_id: matchId }, { onWatch }) {
  const watch = makeElement("button", { classes: "watch-button" });
  watch.setAttribute("type", "button");
  watch.addEventListener("click", () => onWatch(matchId));
  const title = makeElement("h3");
  const about = makeElement("p", { classes: "quiet about" });
  const id = makeElement("p", { classes: "quiet id", text: matchId });
  const names = makeElement("div", { parts: [title, about, id] });
  const header = makeElement("header", { parts: [names, watch] });
  const head = makeElement("tr", {
    parts: COLUMNS.map((key) => {
      const cell = makeElement("th", { classes: classOf(key) });
      cell.dataset.column = key;
      cell.setAttribute("scope", "col");
      return cell;
    }),
  });
  const table = makeElement("table", {
    classes: "grid players",
    parts: [makeElement("thead", { parts: [head] }), makeElement("tbody")],
  });
  return makeElement("article", { classes: "match", parts: [header, table] });
}

/**
 * @param {HTMLElement} card
 * @param {MatchDescription} match
 * @param {MatchCardsOptions} options
 */
function fillCard(card, match, options) {
  const { language } = options;
  const { mode, arena, over, age_s: ageS, scores, players } = match;
  const score = Object.keys(scores).length <= 3 ? Object.values(scores).join(" : ") : "";
  const title = `${mode} ${score}${over ? ` · ${language.text("matchOver")}` : ""}`.trim();
  setText(card.querySelector("h3"), title);
  const about = language.text("matchAbout", {
    arena,
    age: durationText(ageS * 1_000, language.name),
    players: match.players_count,
    bots: match.bots_count,
  });
  const { spectators_count: count } = match;
  const watched = count === 0 ? "" : ` · ${language.text("matchWatched", { count })}`;
  setText(card.querySelector(".about"), about + watched);
  setText(card.querySelector(".watch-button"), language.text("watch"));
  for (const cell of card.querySelectorAll("th")) {
    const key = COLUMNS.find((name) => name === cell.dataset.column);
    if (key !== undefined) setText(cell, language.text(key));
  }
  const body = card.querySelector("tbody");
  if (body === null) return;
  syncChildren(body, players, {
    // Another account under the same name is somebody else.
    key: ({ player_id, account_id }) => `${player_id}\n${account_id}`,
    make: (player) => makePlayer(player, match.match_id, options),
    update: (row, player) => fillPlayer(row, player, language),
  });
  const table = card.querySelector("table");
  if (table !== null) table.hidden = players.length === 0;
}

/**
 * @param {PlayerDescription} player
 * @param {string} matchId
 * @param {MatchCardsOptions} options
 */
function makePlayer({ player_id: playerId, account_id: accountId }, matchId, options) {
  const { onKick, onDisable } = options;
  const cells = COLUMNS.map((key) => {
    const cell = makeElement("td", { classes: classOf(key) });
    cell.dataset.column = key;
    return cell;
  });
  const kick = makeButton("kick", () => onKick({ matchId, playerId }));
  cells.at(-1)?.append(kick);
  if (accountId !== null) {
    cells.at(-1)?.append(makeButton("disable", () => onDisable({ accountId, name: playerId })));
  }
  return makeElement("tr", { parts: cells });
}

/**
 * @param {HTMLElement} row
 * @param {PlayerDescription} player
 * @param {OpsLanguage} language
 */
function fillPlayer(row, player, language) {
  const cell = (/** @type {string} */ key) => row.querySelector(`[data-column="${key}"]`);
  const guest = player.account_id === null ? ` (${language.text("guest")})` : "";
  setText(cell("player"), player.player_id + guest);
  for (const key of FIGURES) {
    setText(cell(key), String(player[key]));
    // Where there is little room there is no header.
    cell(key)?.setAttribute("data-name", language.text(key));
  }
  setText(cell("connection"), player.transport);
  setText(row.querySelector(".kick"), language.text("kick"));
  setText(row.querySelector(".disable"), language.text("disableShort"));
}

/**
 * @param {string} classes
 * @param {() => void} onClick
 */
function makeButton(classes, onClick) {
  const button = makeElement("button", { classes: `small danger ${classes}` });
  button.setAttribute("type", "button");
  button.addEventListener("click", onClick);
  return button;
}

/** @param {string} key */
function classOf(key) {
  return key === "team" || key === "score" || key === "hp"
    ? `number${key === "hp" ? " minor" : ""}`
    : key === "connection"
    ? "minor"
    : "";
}
