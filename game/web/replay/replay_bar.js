import { makeElement, pagePart } from "../menu/page_part.js";
import { SPEEDS } from "./playback.js";

/** @typedef {import("./film.js").Film} Film */
/** @typedef {import("./playback.js").Playback} Playback */
/** @typedef {import("./replay_keys.js").ReplayActions} ReplayActions */
/** @typedef {import("../menu/language.js").Language} Language */
/**
 * @typedef {ReplayActions & {
 *   readonly seek: (tick: number) => void, readonly setSpeed: (speed: number) => void,
 *   readonly follow: (tankId: string | undefined) => void, readonly copyLink: () => void,
 * }} BarActions
 */

/** Marks closer than this cannot be told apart, as a share of the bar. */
const MARK_SHARE = 1 / 400;

/** The bar under a replay: time, with a mark for each tank destroyed, and what can be done. */
export class ReplayBar {
  #bar = pagePart("replay-bar", HTMLElement);
  #time = pagePart("replay-time", HTMLInputElement);
  #marks = pagePart("replay-marks", HTMLElement);
  #clock = pagePart("replay-clock", HTMLElement);
  #play = pagePart("replay-play", HTMLButtonElement);
  #speed = pagePart("replay-speed", HTMLSelectElement);
  #follow = pagePart("replay-follow", HTMLSelectElement);
  #language;
  /** @type {Film | undefined} */
  #film;

  /**
   * @param {Language} language
   * @param {BarActions} actions
   */
  constructor(language, actions) {
    this.#language = language;
    this.#time.addEventListener("input", () => actions.seek(Number(this.#time.value)));
    this.#speed.addEventListener("change", () => actions.setSpeed(Number(this.#speed.value)));
    this.#follow.addEventListener("change", () => actions.follow(this.#follow.value || undefined));
    onClick("replay-play", actions.togglePlay);
    onClick("replay-back", () => actions.step(-1));
    onClick("replay-forth", () => actions.step(1));
    onClick("replay-last-kill", () => actions.toKill(-1));
    onClick("replay-next-kill", () => actions.toKill(1));
    onClick("replay-copy", actions.copyLink);
    const speeds = SPEEDS.map((speed) => makeOption(String(speed), `×${speed}`));
    this.#speed.replaceChildren(...speeds);
    language.addEventListener("change", () => this.#fillPlayers());
  }

  /** How much of the screen's bottom it covers, CSS pixels. */
  get heightPx() {
    return this.#bar.getBoundingClientRect().height;
  }

  /**
   * Shows a match.
   *
   * @param {Film} film
   * @returns {void}
   */
  open(film) {
    this.#film = film;
    this.#bar.hidden = false;
    this.#time.min = String(film.firstTick);
    this.#time.max = String(film.lastTick);
    this.#fillPlayers();
    this.#fillMarks(film);
    this.#play.focus();
  }

  /** Shows none. */
  close() {
    this.#film = undefined;
    this.#bar.hidden = true;
  }

  /**
   * @param {Playback} playback
   * @param {string | undefined} followed the tank that is followed
   * @returns {void}
   */
  show(playback, followed) {
    const film = this.#film;
    if (film === undefined) return;
    const { tick, isPlaying, speed } = playback;
    this.#time.value = String(Math.round(tick));
    const share = (tick - film.firstTick) / Math.max(1, film.lastTick - film.firstTick);
    this.#time.style.setProperty("--done", `${share * 100}%`);
    const values = { now: clockOf(tick, film), all: clockOf(film.lastTick, film) };
    const text = `${values.now} / ${values.all}`;
    if (this.#clock.textContent !== text) {
      this.#clock.textContent = text;
      this.#time.setAttribute("aria-valuetext", this.#language.text("replayClock", values));
    }
    this.#play.classList.toggle("playing", isPlaying);
    const label = this.#language.text(isPlaying ? "replayPause" : "replayPlay");
    if (this.#play.title !== label) {
      this.#play.title = label;
      this.#play.setAttribute("aria-label", label);
    }
    if (this.#speed.value !== String(speed)) this.#speed.value = String(speed);
    if (this.#follow.value !== (followed ?? "")) this.#follow.value = followed ?? "";
  }

  #fillPlayers() {
    const film = this.#film;
    if (film === undefined) return;
    const chosen = this.#follow.value;
    const everybody = makeOption("", this.#language.text("replayEverybody"));
    const players = [...film.players].map(([tankId, name]) => makeOption(tankId, name));
    this.#follow.replaceChildren(everybody, ...players);
    this.#follow.value = chosen;
  }

  /** @param {Film} film */
  #fillMarks({ kills, firstTick, lastTick }) {
    let last = -1;
    const marks = kills.flatMap(({ tick }) => {
      const share = (tick - firstTick) / Math.max(1, lastTick - firstTick);
      if (share - last < MARK_SHARE) return [];
      last = share;
      const mark = makeElement("i");
      mark.style.left = `${share * 100}%`;
      return [mark];
    });
    this.#marks.replaceChildren(...marks);
  }
}

/**
 * Minutes and seconds of play.
 *
 * @param {number} tick
 * @param {{ firstTick: number, tickRate: number }} film
 * @returns {string}
 */
export function clockOf(tick, { firstTick, tickRate }) {
  const seconds = Math.max(0, Math.floor((tick - firstTick) / tickRate));
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;
}

/**
 * @param {string} value
 * @param {string} text
 */
function makeOption(value, text) {
  const option = document.createElement("option");
  option.value = value;
  option.textContent = text;
  return option;
}

/**
 * @param {string} id
 * @param {() => void} act
 */
function onClick(id, act) {
  pagePart(id, HTMLElement).addEventListener("click", act);
}
