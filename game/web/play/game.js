// Long because a match on the screen is one state: link, battle and clock meet here.
import { Battle } from "../battle.js";
import { MatchLink } from "../net/match_link.js";
import { Effects } from "../view/effects.js";
import { Graph } from "../view/graph.js";

/** @typedef {import("../net/match_link.js").Ticket} Ticket */
/** @typedef {import("../net/match_message.js").ServerMessage} ServerMessage */
/** @typedef {import("../net/match_message.js").MatchEvent} MatchEvent */
/** @typedef {import("../net/match_message.js").AuthOk} AuthOk */
/** @typedef {Readonly<{ reason: string, winner: number | null | undefined, battle: Battle | undefined }>} Ending */
/**
 * @typedef {Readonly<{
 *   renderer: import("../view/renderer.js").Renderer,
 *   controls: import("./controls.js").Controls,
 *   hud: import("./hud.js").Hud,
 *   language: import("../menu/language.js").Language,
 *   url: string,
 *   ticket: Ticket,
 *   renewToken: () => Promise<string>,
 *   onEnd: (ending: Ending) => void,
 * }>} GameOptions
 */

/** Ticks that a frame may catch up; a page that was away for longer goes on from now. */
const CATCH_UP_TICKS_MAX = 6;
const WELCOME_POLL_MS = 20;
const BANNER_MS = 2_500;
/** As the style sheet has it. */
const NARROW_PX = 720;
/** Strangers are asked about so often at most. */
const ASK_PERIOD_MS = 1_000;
const STILL = matchMedia("(prefers-reduced-motion: reduce)");

/** A match on the screen, from the first connection to its end. */
export class Game {
  #options;
  #link;
  /** @type {Battle | undefined} */
  #battle;
  #effects = new Effects(() => STILL.matches);
  #graph = new Graph();
  #nextTickMs = 0;
  #frameMs = 0;
  #bannerMs = 0;
  #askedMs = -ASK_PERIOD_MS;
  #isOver = false;
  /** @type {number | undefined} The newest state that came. */
  #ackTick;

  /** @param {GameOptions} options */
  constructor(options) {
    this.#options = options;
    const { url, ticket, renewToken, hud, language } = options;
    hud.clear();
    hud.setBanner(language.text("connecting"));
    this.#link = new MatchLink({
      url,
      ticket,
      renewToken,
      onMessage: (message) => this.#hear(message),
      onState: (state, reason) => {
        if (state === "reconnecting") hud.setBanner(language.text("reconnecting"));
        if (state === "ended") this.#end(reason, undefined);
      },
    });
    document.addEventListener("visibilitychange", this.#onVisibility);
    requestAnimationFrame(this.#frame);
    this.#tick();
  }

  /** The match as far as it is known. */
  get battle() {
    return this.#battle;
  }

  /** Whether the way to the match is there. */
  get linkState() {
    return this.#link.state;
  }

  /** Shows the graph, or hides it. */
  toggleGraph() {
    this.#graph.isShown = !this.#graph.isShown;
  }

  /**
   * @param {string} text
   * @returns {void}
   */
  say(text) {
    this.#link.sendChat(text);
  }

  /**
   * Says something for a moment.
   *
   * @param {string} text
   * @returns {void}
   */
  flash(text) {
    this.#options.hud.setBanner(text);
    this.#bannerMs = performance.now() + BANNER_MS;
  }

  /** Leaves the match. */
  leave() {
    this.#sendIdle();
    this.#end("left", undefined);
  }

  /** @param {ServerMessage} message */
  #hear(message) {
    const nowMs = performance.now();
    const { hud, language } = this.#options;
    switch (message.type) {
      case "AUTH_OK":
        this.#enter(message, nowMs);
        break;
      case "MATCH_MOVED":
        this.#enter({ ...message, type: "AUTH_OK" }, nowMs);
        this.flash(language.text("moved"));
        break;
      case "WORLD_STATE":
        this.#onState(message, nowMs);
        break;
      case "PLAYERS":
        this.#battle?.learnNames(message.players);
        break;
      case "CHAT":
        hud.addChat(message.from ?? message.player_id ?? "?", message.text);
        break;
      case "MATCH_OVER":
        this.#end("match_over", message.winner);
        break;
    }
  }

  /**
   * @param {AuthOk} welcome
   * @param {number} nowMs
   */
  #enter(welcome, nowMs) {
    const { controls, hud } = this.#options;
    if (this.#battle === undefined) controls.reset(welcome.initial_state.you.turret);
    const names = this.#battle?.names;
    this.#battle = new Battle(welcome, nowMs);
    this.#battle.learnNames(names);
    this.#nextTickMs = nowMs;
    this.#ackTick = undefined;
    hud.setBanner(undefined);
  }

  /**
   * @param {import("../net/match_message.js").WorldState} state
   * @param {number} nowMs
   */
  #onState(state, nowMs) {
    const battle = this.#battle;
    const events = battle?.onState(state, nowMs);
    if (battle === undefined || events === undefined) return;
    this.#ackTick = state.tick;
    for (const event of events) this.#onEvent(event, nowMs);
    this.#askNames(battle, nowMs);
  }

  /**
   * @param {MatchEvent} event
   * @param {number} startMs
   */
  #onEvent({ event, tank_id: tankId, by, damage }, startMs) {
    const battle = this.#battle;
    // Where it is drawn, which is not quite where the server has it.
    const place = battle?.sceneAt(startMs).tanks.find(({ tank_id }) => tank_id === tankId);
    if (battle === undefined || place === undefined) return;
    const { x, y } = place;
    switch (event) {
      case "tank_shot":
        if (tankId !== battle.myTankId) this.#effects.add({ kind: "muzzle", x, y, startMs });
        break;
      case "tank_took_damage":
        this.#effects.add({ kind: "hit", x, y, startMs, text: `−${damage ?? ""}` });
        break;
      case "tank_destroyed":
        this.#effects.add({ kind: "blast", x, y, startMs });
        this.#options.hud.addKill(battle, { by, tankId });
        break;
    }
  }

  /**
   * @param {Battle} battle
   * @param {number} nowMs
   */
  #askNames(battle, nowMs) {
    if (!battle.hasStrangers || nowMs - this.#askedMs < ASK_PERIOD_MS) return;
    this.#askedMs = nowMs;
    this.#link.askNames();
  }

  #frame = (/** @type {number} */ frameMs) => {
    if (this.#isOver) return;
    requestAnimationFrame(this.#frame);
    const nowMs = performance.now();
    const battle = this.#battle;
    if (battle === undefined) return;
    const { renderer, hud } = this.#options;
    // A tick that is due is drawn, whichever comes first.
    this.#step(battle, nowMs);
    const scene = battle.sceneAt(nowMs);
    renderer.draw(scene, { effects: this.#effects, nowMs });
    hud.show(scene, { battle, renderer, nowMs });
    this.#showBanner(scene.me?.alive !== false, nowMs);
    const { rttMs, bytesIn, bytesOut } = this.#link;
    const vitals = { ...battle.vitals, rttMs, bytesIn, bytesOut };
    this.#graph.add(frameMs - this.#frameMs, vitals, nowMs);
    this.#frameMs = frameMs;
    if (this.#graph.isShown) {
      // Above what stands at the bottom of a narrow screen.
      const bottom = innerHeight - (innerWidth < NARROW_PX ? 90 : 12);
      const right = innerWidth - 16;
      this.#graph.draw(renderer.context, { palette: renderer.palette, vitals, right, bottom });
    }
  };

  /** Not with the frames: inputs that are sent evenly are applied evenly. */
  #tick = () => {
    if (this.#isOver) return;
    const nowMs = performance.now();
    if (this.#battle !== undefined) this.#step(this.#battle, nowMs);
    const waitMs = this.#battle === undefined ? WELCOME_POLL_MS : this.#nextTickMs - nowMs;
    setTimeout(this.#tick, Math.max(0, waitMs));
  };

  /**
   * @param {Battle} battle
   * @param {number} nowMs
   */
  #step(battle, nowMs) {
    const { controls, renderer: { camera } } = this.#options;
    if (nowMs - this.#nextTickMs > battle.msPerTick * CATCH_UP_TICKS_MAX) this.#nextTickMs = nowMs;
    while (this.#nextTickMs <= nowMs) {
      const input = controls.read(battle.sceneAt(nowMs), { camera, tickMs: battle.msPerTick });
      const seq = battle.step(input, this.#nextTickMs);
      this.#link.sendInput({ ...input, seq, ack: this.#ackTick });
      this.#nextTickMs += battle.msPerTick;
    }
  }

  /**
   * @param {boolean} isAlive
   * @param {number} nowMs
   */
  #showBanner(isAlive, nowMs) {
    const { hud, language } = this.#options;
    if (this.#link.state !== "playing" || nowMs < this.#bannerMs) return;
    hud.setBanner(isAlive ? undefined : language.text("destroyed"));
  }

  /** A page that is not looked at draws no frames: its tank must not drive on. */
  #onVisibility = () => {
    if (document.hidden) this.#sendIdle();
  };

  #sendIdle() {
    const { controls } = this.#options;
    controls.release();
    const battle = this.#battle;
    if (battle === undefined) return;
    const { tanks, myTankId } = battle;
    const turret = tanks.find(({ tank_id }) => tank_id === myTankId)?.turret ?? 0;
    const idle = { throttle: 0, turn: 0, turret, fire: false };
    const seq = battle.step(idle, performance.now());
    this.#link.sendInput({ ...idle, seq, ack: this.#ackTick });
  }

  /**
   * @param {string} reason
   * @param {number | null | undefined} winner
   */
  #end(reason, winner) {
    if (this.#isOver) return;
    this.#isOver = true;
    document.removeEventListener("visibilitychange", this.#onVisibility);
    this.#link.close();
    this.#options.onEnd({ reason, winner, battle: this.#battle });
  }
}
