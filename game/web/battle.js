// Long because what is predicted, smoothed and heard of one match comes together in one scene.
import { EventSieve } from "./net/event_sieve.js";
import { WorldStates } from "./net/world_states.js";
import { Timeline, turnBetween } from "./net/timeline.js";
import { toDriveInput } from "./prediction/drive_input.js";
import { Ground, metresFromUm, umFromMetres } from "./prediction/ground.js";
import { Predictor, shiftMetres } from "./prediction/predictor.js";
import { OwnShots } from "./prediction/own_shots.js";
import { radiansFromHeading } from "./prediction/trigonometry.js";
import { RELOAD_MS, SHELL_M_PER_S, tuningAt } from "./prediction/tuning.js";

/** @typedef {import("./net/match_message.js").AuthOk} AuthOk */
/** @typedef {import("./net/match_message.js").Tank} Tank */
/** @typedef {import("./net/match_message.js").WorldState} WorldState */
/** @typedef {import("./prediction/drive_input.js").Controls} Controls */
/** @typedef {Tank & { isMe: boolean, isAlly: boolean, name: string }} ShownTank */
/** @typedef {Readonly<{ x: number, y: number, heading: number, isMine: boolean }>} ShownShell */
/**
 * What is to be drawn.
 *
 * @typedef {Readonly<{
 *   arena: import("./prediction/ground.js").ArenaPlan, tanks: readonly ShownTank[],
 *   shells: readonly ShownShell[], me: ShownTank | undefined, reload: number,
 * }>} Scene Metres and radians; `reload`: 0 just fired, 1 loaded.
 */

/** A correction fades in this time, to a third. */
const FADE_MS = 90;
/** A correction of more is no correction: the tank was put elsewhere. */
const JUMP_M = 4;

/** One match as one player sees it: what the server said, and what is predicted and smoothed of it. */
export class Battle {
  /** @type {import("./prediction/ground.js").ArenaPlan} */
  arena;
  #myTankId;
  #tickRate;
  #states = new WorldStates();
  #sieve = new EventSieve();
  #timeline;
  #predictor;
  #ground;
  #shots;
  /** @type {Map<string, Tank>} The newest of each. */
  #newest;
  /** @type {Map<string, string>} */
  #names = new Map();
  #offset = { x: 0, y: 0 };
  #offsetMs = 0;
  #steppedMs = 0;
  #firedMs = -RELOAD_MS;
  #correctionM = 0;

  /**
   * @param {AuthOk} welcome
   * @param {number} nowMs
   */
  constructor({ tank_id, player_id, initial_state }, nowMs) {
    const { tick, tick_rate: tickRate, arena, you, tanks } = initial_state;
    this.arena = arena;
    this.#myTankId = tank_id;
    this.#tickRate = tickRate;
    this.#timeline = new Timeline(tickRate);
    this.#ground = new Ground(arena);
    const tuning = tuningAt(tickRate);
    this.#predictor = new Predictor({ ground: this.#ground, tuning, tick, tank: you });
    this.#shots = new OwnShots(this.#ground);
    this.#newest = new Map(tanks.map((tank) => [tank.tank_id, tank]));
    this.#steppedMs = nowMs;
    this.learnNames({ [tank_id]: player_id });
  }

  /** The own tank's id. */
  get myTankId() {
    return this.#myTankId;
  }

  /** Milliseconds from one tick to the next; now and then a little more or less. */
  get msPerTick() {
    return 1_000 / this.#tickRate * this.#predictor.pace;
  }

  /** Figures for the graph. */
  get vitals() {
    const { delayMs, jitterMs } = this.#timeline;
    return {
      delayMs,
      jitterMs,
      pending: this.#predictor.pendingCount,
      correctionM: this.#correctionM,
    };
  }

  /** All tanks as the server said last. */
  get tanks() {
    return [...this.#newest.values()];
  }

  /** Whether there is a tank of which nobody has said who drives it. */
  get hasStrangers() {
    return this.tanks.some(({ tank_id }) => !this.#names.has(tank_id));
  }

  /** The names that are known, by tank. */
  get names() {
    return Object.fromEntries(this.#names);
  }

  /**
   * @param {Readonly<Record<string, string>> | undefined} names by tank
   * @returns {void}
   */
  learnNames(names) {
    for (const [tankId, name] of Object.entries(names ?? {})) this.#names.set(tankId, name);
  }

  /**
   * @param {string | undefined} tankId
   * @returns {string}
   */
  nameOf(tankId) {
    if (tankId === undefined) return "?";
    return this.#names.get(tankId) ?? `#${tankId.slice(-4)}`;
  }

  /**
   * Whether a tank fights on the own side; the own tank does.
   *
   * @param {string | undefined} tankId
   * @returns {boolean}
   */
  isAlly(tankId) {
    const team = this.#newest.get(this.#myTankId)?.team;
    return tankId !== undefined && team !== undefined && this.#newest.get(tankId)?.team === team;
  }

  /**
   * Takes a state; gives what has happened since, or undefined where it cannot be put together.
   *
   * @param {WorldState} state
   * @param {number} nowMs
   * @returns {readonly import("./net/match_message.js").MatchEvent[] | undefined}
   */
  onState(state, nowMs) {
    const snapshot = this.#states.apply(state);
    if (snapshot === undefined) return undefined;
    const events = this.#sieve.take(state);
    this.#newest = new Map(snapshot.tanks);
    this.#timeline.add(snapshot, nowMs);
    const me = snapshot.tanks.get(this.#myTankId);
    if (me !== undefined) this.#correct(this.#shownPlace(nowMs), { state, me, nowMs });
    this.#shots.onState({ events, shells: state.shells }, this.#myTankId, nowMs);
    return events;
  }

  /**
   * Moves the own tank by a tick; returns the number under which the controls are to be sent.
   *
   * @param {Controls} controls
   * @param {number} nowMs
   * @returns {number}
   */
  step(controls, nowMs) {
    const others = this.tanks.filter(({ tank_id, alive }) => alive && tank_id !== this.#myTankId);
    const obstacles = others.map(({ x, y }) => ({ xUm: umFromMetres(x), yUm: umFromMetres(y) }));
    const seq = this.#predictor.step(toDriveInput(controls), obstacles);
    this.#steppedMs = nowMs;
    const isAlive = this.#newest.get(this.#myTankId)?.alive === true;
    if (controls.fire && isAlive && nowMs - this.#firedMs >= RELOAD_MS) {
      this.#firedMs = nowMs;
      const { xUm, yUm, turret } = this.#predictor.motion;
      const heading = radiansFromHeading(turret);
      this.#shots.fire({ x: metresFromUm(xUm), y: metresFromUm(yUm), heading }, nowMs);
    }
    return seq;
  }

  /**
   * What is to be drawn at a time.
   *
   * @param {number} nowMs
   * @returns {Scene}
   */
  sceneAt(nowMs) {
    const shown = this.#timeline.at(nowMs);
    const tanks = shown.tanks.map((tank) => this.#show(tank, nowMs));
    const aheadS = (shown.tick - shown.shellsTick) / this.#tickRate;
    const others = shown.shells.filter(({ id }) => !this.#shots.has(id));
    const shells = others.map(({ x, y, heading }) => ({
      x: x + Math.cos(heading) * SHELL_M_PER_S * aheadS,
      y: y + Math.sin(heading) * SHELL_M_PER_S * aheadS,
      heading,
      isMine: false,
    }));
    const targets = tanks.filter(({ isMe, alive }) => alive && !isMe);
    return {
      arena: this.arena,
      tanks,
      shells: [...shells, ...this.#shots.at(nowMs, targets)],
      me: tanks.find(({ isMe }) => isMe),
      reload: Math.min(1, (nowMs - this.#firedMs) / RELOAD_MS),
    };
  }

  /**
   * @param {{ x: number, y: number }} shown where the own tank was drawn until now
   * @param {{ state: WorldState, me: Tank, nowMs: number }} heard
   */
  #correct(shown, { state, me, nowMs }) {
    const shift = this.#predictor.reconcile({ tick: state.tick, ackSeq: state.ack_seq }, me);
    this.#correctionM = shift === undefined ? 0 : shiftMetres(shift);
    if (shift === undefined || this.#correctionM > JUMP_M) {
      this.#offset = { x: 0, y: 0 };
      return;
    }
    // It stays where it was drawn, and goes from there to where it is.
    this.#offset = { x: 0, y: 0 };
    const corrected = this.#shownPlace(nowMs);
    this.#offset = { x: shown.x - corrected.x, y: shown.y - corrected.y };
    this.#offsetMs = nowMs;
  }

  /**
   * @param {Tank} tank
   * @param {number} nowMs
   * @returns {ShownTank}
   */
  #show(tank, nowMs) {
    const isMe = tank.tank_id === this.#myTankId;
    const name = this.nameOf(tank.tank_id);
    const isAlly = this.isAlly(tank.tank_id);
    if (!isMe) return { ...tank, isMe, isAlly, name };
    const { before, motion } = this.#predictor;
    const share = this.#shareAt(nowMs);
    const [heading, turret] = /** @type {const} */ (["heading", "turret"]).map((angle) =>
      turnBetween(radiansFromHeading(before[angle]), radiansFromHeading(motion[angle]), share)
    );
    const { alive, hp } = this.#newest.get(tank.tank_id) ?? tank;
    return {
      ...tank,
      ...this.#shownPlace(nowMs),
      heading: heading ?? 0,
      turret: turret ?? 0,
      alive,
      hp,
      isMe,
      isAlly,
      name,
    };
  }

  /**
   * @param {number} nowMs
   * @returns {{ x: number, y: number }}
   */
  #shownPlace(nowMs) {
    const { before, motion } = this.#predictor;
    const share = this.#shareAt(nowMs);
    const left = Math.exp(-(nowMs - this.#offsetMs) / FADE_MS);
    return {
      x: metresFromUm(before.xUm + (motion.xUm - before.xUm) * share) + this.#offset.x * left,
      y: metresFromUm(before.yUm + (motion.yUm - before.yUm) * share) + this.#offset.y * left,
    };
  }

  /** @param {number} nowMs */
  #shareAt(nowMs) {
    return Math.max(0, Math.min(1, (nowMs - this.#steppedMs) / this.msPerTick));
  }
}
