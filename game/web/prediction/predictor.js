import { separateCircles } from "./circles.js";
import { metresFromUm } from "./ground.js";
import { moveTank } from "./move_tank.js";
import { ServerShadow } from "./server_shadow.js";

/** @typedef {import("./circles.js").MovablePoint} MovablePoint */
/** @typedef {import("./ground.js").Ground} Ground */
/** @typedef {import("./move_tank.js").DriveInput} DriveInput */
/** @typedef {import("./move_tank.js").TankMotion} TankMotion */
/** @typedef {import("./server_shadow.js").TankPlace} TankPlace */
/** @typedef {import("./server_shadow.js").Acknowledged} Acknowledged */
/** @typedef {import("./tuning.js").MovementTuning} MovementTuning */
/** @typedef {{ seq: number, tick: number, input: DriveInput }} Prediction */

/** Ticks that are remembered: two seconds and more, longer than any answer takes. */
const PREDICTIONS_MAX = 180;
/** A lead that is wrong by more ticks than this is mended at once, by less in passing. */
const LEAD_JUMP_TICKS = 4;
const LEAD_SMOOTHING = 0.1;
const PACE_CHANGE_MAX = 0.05;
const PACE_PER_TICK = 0.03;

/**
 * Drives the own tank ahead of the server: each input acts at once, and what the server says later only
 * corrects. A prediction bears the number of the tick in which the server is expected to apply it, so
 * that one tick more or less on the way is no error while the controls are held.
 */
export class Predictor {
  #ground;
  #tuning;
  #shadow;
  /** @type {Prediction[]} Oldest first. */
  #predictions = [];
  /** @type {readonly MovablePoint[]} Where other tanks stand. */
  #others = [];
  /** @type {TankMotion} */
  #motion;
  /** @type {TankMotion} */
  #before;
  #tick;
  #seq = 0;
  #ackSeq = 0;
  #isAlive;
  #isLeadKnown = false;
  #leadError = 0;

  /**
   * @param {{ ground: Ground, tuning: MovementTuning, tick: number, tank: TankPlace }} start
   */
  constructor(start) {
    const { ground, tuning, tick, tank } = start;
    this.#ground = ground;
    this.#tuning = tuning;
    this.#tick = tick;
    this.#shadow = new ServerShadow(start);
    this.#motion = this.#shadow.put({ tick, ackSeq: 0 }, tank);
    this.#before = { ...this.#motion };
    this.#isAlive = tank.alive;
  }

  /** The tank after the newest tick. To be read only. */
  get motion() {
    return this.#motion;
  }

  /** The tank one tick earlier. To be read only. */
  get before() {
    return this.#before;
  }

  /** How much longer than a tick the next one is to take, so that the lead comes right; about 1. */
  get pace() {
    const change = this.#leadError * PACE_PER_TICK;
    return 1 + Math.max(-PACE_CHANGE_MAX, Math.min(PACE_CHANGE_MAX, change));
  }

  /** How many inputs the server has not acknowledged. */
  get pendingCount() {
    return this.#seq - this.#ackSeq;
  }

  /**
   * Moves by one tick; returns the number under which the input is to be sent.
   *
   * @param {DriveInput} input
   * @param {readonly MovablePoint[]} others where other tanks stand, µm
   * @returns {number}
   */
  step(input, others) {
    this.#tick += 1;
    this.#seq += 1;
    this.#others = others;
    this.#before = { ...this.#motion };
    if (this.#isAlive) this.#move(input);
    this.#predictions.push({ seq: this.#seq, tick: this.#tick, input });
    if (this.#predictions.length > PREDICTIONS_MAX) this.#predictions.shift();
    return this.#seq;
  }

  /**
   * Takes the server's word for a tick that is over. Returns by how much it moved the tank, µm; undefined
   * where the tank was put elsewhere, so that nothing is to be smoothed.
   *
   * @param {Acknowledged} acknowledged
   * @param {TankPlace} tank
   * @returns {MovablePoint | undefined}
   */
  reconcile(acknowledged, tank) {
    const wasAlive = this.#isAlive;
    this.#isAlive = tank.alive;
    this.#mendLead(acknowledged);
    this.#ackSeq = acknowledged.ackSeq;
    if (!tank.alive || !wasAlive) {
      this.#motion = this.#shadow.put(acknowledged, tank);
      this.#before = { ...this.#motion };
      return undefined;
    }
    const inputOf = (/** @type {number} */ wanted) =>
      this.#predictions.find(({ seq }) => seq === wanted)?.input;
    const { xUm, yUm } = this.#motion;
    this.#motion = this.#shadow.advance(acknowledged, tank, inputOf);
    this.#replay(acknowledged);
    return { xUm: this.#motion.xUm - xUm, yUm: this.#motion.yUm - yUm };
  }

  /** @param {Acknowledged} acknowledged after which all is replayed; what is older is forgotten */
  #replay({ tick, ackSeq }) {
    this.#predictions = this.#predictions.filter((prediction) =>
      prediction.tick > tick || prediction.seq >= ackSeq
    );
    this.#before = { ...this.#motion };
    for (const prediction of this.#predictions) {
      if (prediction.tick <= tick) continue;
      this.#before = { ...this.#motion };
      this.#move(prediction.input);
    }
  }

  /** @param {DriveInput} input */
  #move(input) {
    moveTank(this.#motion, input, this.#ground, this.#tuning);
    const { radiusUm } = this.#tuning;
    const { xUm, yUm } = this.#motion;
    let isPushed = false;
    for (const other of this.#others) {
      // The other one yields on the server too, but where to is for the server to say.
      if (separateCircles(this.#motion, { ...other }, radiusUm)) isPushed = true;
    }
    if (!isPushed || this.#ground.pushInside(this.#motion, radiusUm)) return;
    this.#motion.xUm = xUm;
    this.#motion.yUm = yUm;
  }

  /** @param {Acknowledged} acknowledged */
  #mendLead({ tick, ackSeq }) {
    const acknowledged = this.#predictions.find(({ seq }) => seq === ackSeq);
    if (acknowledged === undefined) {
      // Nothing was heard for longer than is remembered: the server is ahead.
      if (tick > this.#tick) this.#renumber(tick - this.#tick);
      return;
    }
    const error = acknowledged.tick - tick;
    if (!this.#isLeadKnown || Math.abs(error) > LEAD_JUMP_TICKS) {
      this.#isLeadKnown = true;
      this.#leadError = 0;
      this.#renumber(-error);
    } else {
      this.#leadError += (error - this.#leadError) * LEAD_SMOOTHING;
    }
  }

  /** @param {number} shift */
  #renumber(shift) {
    this.#tick += shift;
    for (const prediction of this.#predictions) prediction.tick += shift;
  }
}

/**
 * How far a correction went, in metres.
 *
 * @param {MovablePoint} shift
 * @returns {number}
 */
export function shiftMetres({ xUm, yUm }) {
  return metresFromUm(Math.hypot(xUm, yUm));
}
