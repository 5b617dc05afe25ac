// Long because a replay on the screen is one state: film, time, camera and what stands over them.
import { pagePart } from "../menu/page_part.js";
import { TANK_RADIUS_M } from "../prediction/tuning.js";
import { Effects } from "../view/effects.js";
import { loadFilm } from "./load_film.js";
import { Playback } from "./playback.js";
import { ReplayBar } from "./replay_bar.js";
import { ReplayHud } from "./replay_hud.js";
import { onReplayKey } from "./replay_keys.js";

/** @typedef {import("./film.js").Film} Film */
/** @typedef {import("./film.js").FilmEvent} FilmEvent */
/** @typedef {import("./replay_bar.js").BarActions} BarActions */
/** @typedef {import("../battle.js").Scene} Scene */
/**
 * @typedef {Readonly<{
 *   renderer: import("../view/renderer.js").Renderer,
 *   hud: import("../play/hud.js").Hud,
 *   language: import("../menu/language.js").Language,
 *   onClose: () => void,
 * }>} ReplayScreenOptions
 */

/** Events of a longer jump are no sight. */
const EFFECTS_S_MAX = 1;
/** What stands at the top of the screen, CSS pixels. */
const TOP_PX = 56;
/** Between the bar and what is above and below it, CSS pixels. */
const MARGIN_PX = 20;
/** How near a click has to be to a tank, metres. */
const PICK_M = 2 * TANK_RADIUS_M;
const COPIED_MS = 1_500;
/** A team, where nobody is followed, whose tanks have the one of two colours. */
const FIRST_TEAM = 1;
const STILL = matchMedia("(prefers-reduced-motion: reduce)");

/** A match that is over, on the screen: any moment of it, at any speed, from anybody's side. */
export class ReplayScreen {
  #options;
  #bar;
  #hud;
  /** @type {Film | undefined} */
  #film;
  /** @type {Playback | undefined} */
  #playback;
  #effects = new Effects(() => STILL.matches);
  /** @type {string | undefined} The tank that is followed; undefined: the whole arena is shown. */
  #followed;
  #frameMs = 0;
  #frameId = 0;
  /** @type {BarActions} */
  #actions = {
    togglePlay: () => this.#playback?.isPlaying ? this.#playback.pause() : this.#playback?.play(),
    seek: (tick) => this.#seek(tick),
    seekBy: (seconds) => this.#seek(this.#tick + seconds * (this.#film?.tickRate ?? 0)),
    step: (direction) => this.#step(direction),
    changeSpeed: (direction) => this.#playback?.changeSpeed(direction),
    setSpeed: (speed) => this.#playback?.setSpeed(speed),
    toKill: (direction) => this.#toKill(direction),
    toStart: () => this.#seek(-Infinity),
    toEnd: () => this.#seek(Infinity),
    follow: (tankId) => this.#follow(tankId),
    followNext: (direction) => this.#followNext(direction),
    followNobody: () => this.#follow(undefined),
    toggleScore: () => this.#toggleScore(),
    copyLink: () => void this.#copyLink(),
    close: () => this.#options.onClose(),
  };

  /** @param {ReplayScreenOptions} options */
  constructor(options) {
    this.#options = options;
    this.#bar = new ReplayBar(options.language, this.#actions);
    this.#hud = new ReplayHud(options.language);
    addEventListener("keydown", (event) => {
      if (this.isOpen) onReplayKey(event, this.#actions);
    });
    pagePart("arena", HTMLElement).addEventListener("pointerdown", (event) => this.#pick(event));
  }

  /** Whether a match is shown. */
  get isOpen() {
    return this.#film !== undefined;
  }

  /** For tests, and whoever looks: what is shown. */
  get moment() {
    const film = this.#film;
    const playback = this.#playback;
    if (film === undefined || playback === undefined) return undefined;
    const { tick, isPlaying, speed } = playback;
    return {
      tick,
      isPlaying,
      speed,
      lastTick: film.lastTick,
      tickRate: film.tickRate,
      kills: film.kills.length,
      scores: film.frameAt(tick).scores,
      followed: this.#followed,
    };
  }

  /**
   * Loads a match and shows it from its beginning.
   *
   * @param {string} matchId
   * @param {{ signal: AbortSignal, playerName: string | undefined }} options `playerName`: who is followed
   * @returns {Promise<void>}
   * @throws {import("../net/api.js").ApiError} when there is none; what `signal` was aborted with
   */
  async open(matchId, { signal, playerName }) {
    const { hud, language } = this.#options;
    hud.clear();
    hud.setBanner(language.text("replayLoading"));
    const film = await loadFilm(matchId, signal);
    signal.throwIfAborted();
    hud.setBanner(undefined);
    this.#film = film;
    this.#playback = new Playback(film);
    this.#effects = new Effects(() => STILL.matches);
    this.#followed = [...film.players].find(([, name]) => name === playerName)?.[0];
    this.#bar.open(film);
    this.#playback.play();
    this.#frameMs = performance.now();
    this.#frameId = requestAnimationFrame(this.#frame);
  }

  /** Shows it no more. */
  close() {
    cancelAnimationFrame(this.#frameId);
    this.#film = undefined;
    this.#playback = undefined;
    this.#bar.close();
    this.#options.hud.clear();
  }

  get #tick() {
    return this.#playback?.tick ?? 0;
  }

  #frame = () => {
    const film = this.#film;
    const playback = this.#playback;
    if (film === undefined || playback === undefined) return;
    this.#frameId = requestAnimationFrame(this.#frame);
    const nowMs = performance.now();
    const before = playback.tick;
    playback.advance(nowMs - this.#frameMs);
    this.#frameMs = nowMs;
    const scene = this.#sceneAt(film, playback.tick);
    if (playback.tick - before < EFFECTS_S_MAX * film.tickRate) {
      for (const event of film.eventsBetween(before, playback.tick)) {
        this.#addEffect(event, scene, nowMs);
      }
    }
    const { renderer } = this.#options;
    if (scene.me === undefined) {
      const bottomPx = this.#bar.heightPx + MARGIN_PX;
      renderer.camera.fit(scene.arena, { topPx: TOP_PX, bottomPx });
    }
    renderer.draw(scene, { effects: this.#effects, nowMs });
    this.#hud.show(scene, { film, tick: playback.tick, renderer, nowMs });
    this.#bar.show(playback, this.#followed);
  };

  /**
   * @param {Film} film
   * @param {number} tick
   * @returns {Scene}
   */
  #sceneAt(film, tick) {
    const tanks = film.tanksAt(tick);
    const followed = tanks.find(({ tank_id }) => tank_id === this.#followed);
    const side = followed?.team ?? FIRST_TEAM;
    const shown = tanks.map((tank) => ({
      ...tank,
      isMe: tank === followed,
      isAlly: tank.team === side,
      name: tank.player_id,
    }));
    return {
      arena: film.arena,
      tanks: shown,
      shells: film.shellsAt(tick).map((shell) => ({ ...shell, isMine: false })),
      me: shown.find(({ isMe }) => isMe),
      reload: 1,
    };
  }

  /**
   * @param {FilmEvent} event
   * @param {Scene} scene
   * @param {number} startMs
   */
  #addEffect({ event, tank_id: tankId, x, y, damage }, { tanks }, startMs) {
    const tank = tanks.find(({ tank_id }) => tank_id === tankId);
    if (event === "tank_shot" && x !== undefined && y !== undefined) {
      this.#effects.add({ kind: "muzzle", x, y, startMs });
    } else if (tank !== undefined && event === "tank_took_damage") {
      this.#effects.add({ kind: "hit", x: tank.x, y: tank.y, startMs, text: `−${damage ?? ""}` });
    } else if (tank !== undefined && event === "tank_destroyed") {
      this.#effects.add({ kind: "blast", x: tank.x, y: tank.y, startMs });
    }
  }

  /** @param {number} tick */
  #seek(tick) {
    this.#playback?.seek(tick);
    this.#hud.hurry();
  }

  /** @param {1 | -1} direction */
  #step(direction) {
    this.#playback?.pause();
    this.#seek(this.#tick + direction * (this.#film?.frameTicks ?? 1));
  }

  /** @param {1 | -1} direction */
  #toKill(direction) {
    const film = this.#film;
    if (film === undefined) return;
    // A moment before it, so that it is seen to happen; from there the next one is another.
    const places = film.kills.map(({ tick }) => Math.max(film.firstTick, tick - film.tickRate));
    const tick = direction === 1
      ? places.find((place) => place > this.#tick + 1)
      : places.findLast((place) => place < this.#tick - film.tickRate);
    if (tick !== undefined) this.#seek(tick);
    else if (direction === -1) this.#seek(film.firstTick);
  }

  /** @param {string | undefined} tankId */
  #follow(tankId) {
    this.#followed = tankId;
    this.#hud.hurry();
  }

  /** @param {1 | -1} direction */
  #followNext(direction) {
    const order = [undefined, ...this.#film?.players.keys() ?? []];
    const index = order.indexOf(this.#followed) + direction;
    this.#follow(order.at(index % order.length));
  }

  #toggleScore() {
    const { hud } = this.#options;
    hud.openScore(!hud.isScoreOpen);
    this.#hud.hurry();
  }

  /** @param {PointerEvent} event */
  #pick({ clientX, clientY }) {
    const film = this.#film;
    if (film === undefined) return;
    const place = this.#options.renderer.camera.toArena({ x: clientX, y: clientY });
    const distance = (/** @type {{ x: number, y: number }} */ { x, y }) =>
      Math.hypot(x - place.x, y - place.y);
    const [nearest] = film.tanksAt(this.#tick).toSorted((a, b) => distance(a) - distance(b));
    if (nearest !== undefined && distance(nearest) < PICK_M) this.#follow(nearest.tank_id);
  }

  async #copyLink() {
    const { hud, language } = this.#options;
    try {
      await navigator.clipboard.writeText(location.href);
      hud.setBanner(language.text("roomCopied"));
      setTimeout(() => hud.setBanner(undefined), COPIED_MS);
    } catch {
      // Not allowed here: the link stands in the address bar.
    }
  }
}
