import { pagePart } from "./page_part.js";

/** @typedef {"home" | "search" | "room" | "over" | "play" | "replay"} ScreenName */

/** Shows one screen at a time. */
export class Screens {
  #menu = pagePart("menu", HTMLElement);
  #play = pagePart("play", HTMLElement);
  #notice = pagePart("notice", HTMLElement);

  /** Which is shown. */
  get current() {
    return document.body.dataset.screen;
  }

  /**
   * @param {ScreenName} name
   * @returns {void}
   */
  show(name) {
    document.body.dataset.screen = name;
    const isArena = name === "play" || name === "replay";
    this.#menu.hidden = isArena;
    this.#play.hidden = !isArena;
    for (const screen of this.#menu.querySelectorAll("main")) screen.hidden = screen.id !== name;
    if (isArena) pagePart("arena", HTMLElement).focus();
    else {
      pagePart(name, HTMLElement).focus({ preventScroll: true });
      scrollTo(0, 0);
    }
  }

  /**
   * Says something above the screen; nothing takes it away.
   *
   * @param {string} [text]
   * @returns {void}
   */
  notify(text = "") {
    this.#notice.textContent = text;
    this.#notice.hidden = text === "";
  }
}
