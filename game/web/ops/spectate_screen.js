import { makeElement, pagePart } from "../menu/page_part.js";
import { Effects } from "../view/effects.js";
import { Renderer } from "../view/renderer.js";
import { durationText } from "./figure_format.js";
import { setText, syncChildren } from "./keyed_children.js";
import { SpectatedMatch } from "./spectated_match.js";

/** @typedef {import("./ops_message.js").OpsMessage} OpsMessage */
/** @typedef {import("./ops_message.js").Spectating} Spectating */
/** @typedef {import("./ops_language.js").OpsLanguage} OpsLanguage */
/** @typedef {import("../net/match_message.js").MatchEvent} MatchEvent */

/** What stands over the canvas, CSS pixels. */
const BAR_PX = 84;
const MARGIN_PX = 16;
const STILL = matchMedia("(prefers-reduced-motion: reduce)");

/** A match that is watched: the whole arena, and who has how many points. */
export class SpectateScreen {
  #language;
  /** @type {Renderer | undefined} */
  #renderer;
  #effects = new Effects(() => STILL.matches);
  /** @type {SpectatedMatch | undefined} */
  #match;
  /** @type {string | undefined} */
  #matchId;

  /** @param {{ language: OpsLanguage, onClose: () => void }} options */
  constructor({ language, onClose }) {
    this.#language = language;
    pagePart("watch-close", HTMLElement).addEventListener("click", onClose);
    addEventListener("keydown", ({ key }) => {
      if (key === "Escape" && this.#matchId !== undefined) onClose();
    });
  }

  /** The match that is shown. */
  get match() {
    return this.#match;
  }

  /**
   * @param {string | undefined} matchId undefined: none is watched any more
   * @returns {void}
   */
  open(matchId) {
    if (matchId === this.#matchId) return;
    this.#matchId = matchId;
    this.#match = undefined;
    pagePart("watch", HTMLElement).hidden = matchId === undefined;
    pagePart("page", HTMLElement).inert = matchId !== undefined;
    if (matchId === undefined) return;
    this.#renderer ??= new Renderer(pagePart("arena", HTMLCanvasElement));
    this.#renderer.resize();
    for (const id of ["watch-title", "watch-about"]) setText(pagePart(id, HTMLElement), "");
    pagePart("watch-score", HTMLElement).replaceChildren();
    this.#note(this.#language.text("watchWaiting"));
    pagePart("watch-close", HTMLElement).focus();
    requestAnimationFrame(this.#frame);
  }

  /**
   * @param {OpsMessage} message
   * @returns {void}
   */
  onMessage(message) {
    const nowMs = performance.now();
    const language = this.#language;
    switch (message.type) {
      case "SPECTATING":
        if (message.match_id === this.#matchId) this.#enter(message);
        break;
      case "WORLD_STATE":
        this.#match?.onState(message, nowMs);
        for (const event of message.events) this.#onEvent(event, nowMs);
        break;
      case "MATCH_OVER": {
        const { winner } = message;
        this.#note(language.text(winner ? "watchOver" : "watchDraw", { winner: winner ?? "" }));
        break;
      }
      case "SPECTATE_ENDED":
        if (message.match_id !== this.#matchId) break;
        this.#note(language.text("watchEnded", { reason: message.reason.replaceAll("_", " ") }));
        break;
    }
  }

  /** @param {Spectating} about */
  #enter(about) {
    const isSame = this.#match !== undefined && this.#match.about.epoch === about.epoch;
    if (isSame) this.#match?.learn(about);
    else {
      this.#match = new SpectatedMatch(about);
      this.#note(undefined);
    }
    const { mode, arena } = about;
    const title = this.#language.text("watching", { mode, arena: arena.name });
    setText(pagePart("watch-title", HTMLElement), title);
  }

  /**
   * @param {MatchEvent} event
   * @param {number} startMs
   */
  #onEvent({ event, tank_id: tankId, damage }, startMs) {
    const place = this.#match?.tankOf(tankId);
    if (place === undefined) return;
    const { x, y } = place;
    if (event === "tank_shot") this.#effects.add({ kind: "muzzle", x, y, startMs });
    if (event === "tank_destroyed") this.#effects.add({ kind: "blast", x, y, startMs });
    if (event !== "tank_took_damage") return;
    this.#effects.add({ kind: "hit", x, y, startMs, text: `−${damage ?? ""}` });
  }

  #frame = () => {
    if (this.#matchId === undefined) return;
    requestAnimationFrame(this.#frame);
    const match = this.#match;
    const renderer = this.#renderer;
    if (match === undefined || renderer === undefined) return;
    const nowMs = performance.now();
    const { arena, server_id: server } = match.about;
    renderer.camera.fit(arena, { topPx: BAR_PX, bottomPx: MARGIN_PX });
    renderer.draw(match.sceneAt(nowMs), { effects: this.#effects, nowMs });
    const left = durationText(match.leftMs, this.#language.name);
    const about = this.#language.text("watchingAbout", { server, left });
    setText(pagePart("watch-about", HTMLElement), about);
    this.#showScore(match);
  };

  /** @param {SpectatedMatch} match */
  #showScore(match) {
    syncChildren(pagePart("watch-score", HTMLElement), match.standings, {
      key: ({ tank_id: tankId }) => tankId,
      make: ({ team }) =>
        makeElement("tr", {
          parts: [
            makeElement("td", {
              parts: [
                makeElement("span", { classes: `dot ${team % 2 === 1 ? "ally" : "enemy"}` }),
                makeElement("span", { classes: "name" }),
              ],
            }),
            makeElement("td", { classes: "number" }),
          ],
        }),
      update: (row, { name, score, alive }) => {
        row.classList.toggle("gone", !alive);
        setText(row.querySelector(".name"), name);
        setText(row.lastElementChild, String(score));
      },
    });
  }

  /** @param {string | undefined} text */
  #note(text) {
    const note = pagePart("watch-note", HTMLElement);
    note.hidden = text === undefined;
    setText(note, text ?? "");
  }
}
