import { makeElement, pagePart } from "../menu/page_part.js";
import { fillScoreTable } from "../menu/score_table.js";
import { drawMinimap } from "../view/minimap.js";

/** @typedef {import("./film.js").Film} Film */
/** @typedef {import("../battle.js").Scene} Scene */
/** @typedef {import("../view/renderer.js").Renderer} Renderer */

const FEED_LINES_MAX = 5;
/** How long a kill stands in the feed, in seconds of play. */
const FEED_S = 6;
const PERIOD_MS = 100;

/** What stands over a replay, all of it as of the moment that is shown. */
export class ReplayHud {
  #language;
  #feed = pagePart("feed", HTMLElement);
  #teams = pagePart("teams", HTMLElement);
  #minimap = pagePart("minimap", HTMLCanvasElement);
  #panel = pagePart("score-panel", HTMLElement);
  #score = pagePart("score", HTMLTableElement);
  #shownMs = 0;

  /** @param {import("../menu/language.js").Language} language */
  constructor(language) {
    this.#language = language;
  }

  /**
   * @param {Scene} scene
   * @param {{ film: Film, tick: number, renderer: Renderer, nowMs: number }} moment
   * @returns {void}
   */
  show(scene, { film, tick, renderer, nowMs }) {
    if (nowMs - this.#shownMs < PERIOD_MS) return;
    this.#shownMs = nowMs;
    const sides = new Map(scene.tanks.map((tank) => [tank.tank_id, sideOf(tank)]));
    this.#showFeed(film, tick, sides);
    this.#showTeams(film.frameAt(tick).scores, scene.me?.team);
    drawMinimap(this.#minimap, scene, { palette: renderer.palette, view: renderer.camera.view });
    if (this.#panel.hidden) return;
    const battle = {
      tanks: scene.tanks,
      myTankId: scene.me?.tank_id,
      isAlly: (/** @type {string} */ id) => sides.get(id) === "ally",
      nameOf: (/** @type {string} */ id) => film.nameAt(id, tick),
    };
    fillScoreTable(this.#score, { battle, language: this.#language });
  }

  /** Shows the next frame at once. */
  hurry() {
    this.#shownMs = 0;
  }

  /**
   * @param {Film} film
   * @param {number} tick
   * @param {ReadonlyMap<string, string>} sides
   */
  #showFeed(film, tick, sides) {
    const recent = film.kills.filter((kill) =>
      kill.tick <= tick && tick - kill.tick < FEED_S * film.tickRate
    );
    const lines = recent.slice(-FEED_LINES_MAX).map(({ tick: killTick, by, tankId }) => {
      const name = (/** @type {string | undefined} */ id) =>
        makeElement("span", {
          text: film.nameAt(id, killTick),
          classes: sides.get(id ?? "") ?? "enemy",
        });
      return makeElement("li", { parts: [name(by), document.createTextNode(" ✕ "), name(tankId)] });
    });
    this.#feed.replaceChildren(...lines);
  }

  /**
   * @param {Readonly<Record<string, number>>} scores by team
   * @param {number | undefined} team of the tank that is followed
   */
  #showTeams(scores, team) {
    const [first, second] = scores[String(team)] === undefined
      ? Object.values(scores).toSorted((a, b) => b - a)
      : [scores[String(team)], bestOther(scores, team)];
    const inOrder = team === undefined && Object.keys(scores).length === 2
      ? Object.values(scores)
      : [first, second];
    this.#teams.replaceChildren(
      makeElement("span", { text: String(inOrder[0] ?? 0), classes: "ally" }),
      document.createTextNode(" : "),
      makeElement("span", { text: String(inOrder[1] ?? 0), classes: "enemy" }),
    );
  }
}

/**
 * @param {Readonly<Record<string, number>>} scores
 * @param {number | undefined} team
 */
function bestOther(scores, team) {
  return Math.max(
    0,
    ...Object.entries(scores).filter(([name]) => name !== String(team)).map(([, score]) => score),
  );
}

/** @param {import("../battle.js").ShownTank} tank */
function sideOf({ isMe, isAlly }) {
  return isMe ? "me" : isAlly ? "ally" : "enemy";
}
