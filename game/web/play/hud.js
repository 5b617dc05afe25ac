import { makeElement, pagePart } from "../menu/page_part.js";
import { fillScoreTable, sumScores } from "../menu/score_table.js";
import { drawMinimap } from "../view/minimap.js";

/** @typedef {import("../battle.js").Battle} Battle */
/** @typedef {import("../battle.js").Scene} Scene */
/** @typedef {import("../menu/language.js").Language} Language */
/** @typedef {import("../view/renderer.js").Renderer} Renderer */

const FEED_LINES_MAX = 5;
const FEED_MS = 7_000;
const CHAT_LINES_MAX = 6;
const CHAT_MS = 15_000;
/** One more hit or two. */
const HP_LOW = 50;
/** Numbers are read a few times a second, not sixty. */
const PERIOD_MS = 200;

/** What stands over the arena: points, armour, who destroyed whom, chat. */
export class Hud {
  #language;
  #feed = pagePart("feed", HTMLElement);
  #chat = pagePart("chat-lines", HTMLElement);
  #banner = pagePart("banner", HTMLElement);
  #hp = pagePart("hp", HTMLProgressElement);
  #hpText = pagePart("hp-text", HTMLElement);
  #reload = pagePart("reload", HTMLProgressElement);
  #teams = pagePart("teams", HTMLElement);
  #minimap = pagePart("minimap", HTMLCanvasElement);
  #panel = pagePart("score-panel", HTMLElement);
  #score = pagePart("score", HTMLTableElement);
  #scoreButton = pagePart("open-score", HTMLButtonElement);
  #shownMs = 0;

  /** @param {Language} language */
  constructor(language) {
    this.#language = language;
  }

  /**
   * Shows a frame's figures.
   *
   * @param {Scene} scene
   * @param {{ battle: Battle, renderer: Renderer, nowMs: number }} options
   * @returns {void}
   */
  show(scene, { battle, renderer, nowMs }) {
    this.#reload.value = scene.reload;
    if (nowMs - this.#shownMs < PERIOD_MS) return;
    this.#shownMs = nowMs;
    const hp = scene.me?.alive ? scene.me.hp : 0;
    this.#hp.value = hp;
    this.#hp.classList.toggle("low", hp <= HP_LOW);
    this.#hpText.textContent = String(hp);
    const { mine, theirs } = sumScores(battle);
    this.#teams.replaceChildren(
      makeElement("span", { text: String(mine), classes: "ally" }),
      document.createTextNode(" : "),
      makeElement("span", { text: String(theirs), classes: "enemy" }),
    );
    drawMinimap(this.#minimap, scene, { palette: renderer.palette, view: renderer.camera.view });
    if (!this.#panel.hidden) fillScoreTable(this.#score, { battle, language: this.#language });
  }

  /**
   * @param {string | undefined} text undefined: nothing is shown
   * @returns {void}
   */
  setBanner(text) {
    this.#banner.hidden = text === undefined;
    if (text !== undefined && this.#banner.textContent !== text) this.#banner.textContent = text;
  }

  /**
   * Says who destroyed whom.
   *
   * @param {Battle} battle
   * @param {{ by: string | undefined, tankId: string | undefined }} who
   * @returns {void}
   */
  addKill(battle, { by, tankId }) {
    const name = (/** @type {string | undefined} */ id) => {
      const classes = id === battle.myTankId ? "me" : battle.isAlly(id) ? "ally" : "enemy";
      return makeElement("span", { text: battle.nameOf(id), classes });
    };
    const parts = [name(by), document.createTextNode(" ✕ "), name(tankId)];
    addLine(this.#feed, makeElement("li", { parts }), { linesMax: FEED_LINES_MAX, ms: FEED_MS });
  }

  /**
   * @param {string} from
   * @param {string} text
   * @returns {void}
   */
  addChat(from, text) {
    const parts = [makeElement("b", { text: from }), document.createTextNode(` ${text}`)];
    addLine(this.#chat, makeElement("li", { parts }), { linesMax: CHAT_LINES_MAX, ms: CHAT_MS });
  }

  /**
   * @param {boolean} isOpen
   * @returns {void}
   */
  openScore(isOpen) {
    this.#panel.hidden = !isOpen;
    this.#scoreButton.setAttribute("aria-expanded", String(isOpen));
    this.#shownMs = 0;
  }

  /** Whether the score table is open. */
  get isScoreOpen() {
    return !this.#panel.hidden;
  }

  /** Forgets the last match. */
  clear() {
    this.#feed.replaceChildren();
    this.#chat.replaceChildren();
    this.#teams.replaceChildren();
    this.setBanner(undefined);
    this.openScore(false);
  }
}

/**
 * @param {HTMLElement} list
 * @param {HTMLElement} line
 * @param {{ linesMax: number, ms: number }} bounds
 */
function addLine(list, line, { linesMax, ms }) {
  list.append(line);
  while (list.childElementCount > linesMax) list.firstElementChild?.remove();
  setTimeout(() => line.remove(), ms);
}
