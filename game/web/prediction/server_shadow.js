import { moveTank } from "./move_tank.js";
import { HEADING_MASK, headingFromRadians } from "./trigonometry.js";
import { umFromMetres } from "./ground.js";

/** @typedef {import("./ground.js").Ground} Ground */
/** @typedef {import("./move_tank.js").DriveInput} DriveInput */
/** @typedef {import("./move_tank.js").TankMotion} TankMotion */
/** @typedef {import("./tuning.js").MovementTuning} MovementTuning */
/**
 * A tank as the server sends it: metres and radians.
 *
 * @typedef {Readonly<{ x: number, y: number, heading: number, turret: number, alive: boolean }>} TankPlace
 */
/** @typedef {Readonly<{ tick: number, ackSeq: number }>} Acknowledged A tick and the newest input it has. */

/** The server rounds places to centimetres and angles to milliradians: less than this is no difference. */
const PLACE_TOLERANCE_UM = 10_000;
const HEADING_TOLERANCE = 12;
/** States that are farther apart are not followed tick by tick. */
const TICKS_MAX = 30;

/**
 * The tank as the server has it at its newest state, to the micrometre and with its speed, which states do
 * not tell: the inputs that the server had are known, and which of them it applied when shows in where the
 * tank is.
 */
export class ServerShadow {
  #ground;
  #tuning;
  /** @type {TankMotion} */
  #motion;
  /** @type {Acknowledged} */
  #last;

  /** @param {{ ground: Ground, tuning: MovementTuning, tick: number, tank: TankPlace }} start */
  constructor({ ground, tuning, tick, tank }) {
    this.#ground = ground;
    this.#tuning = tuning;
    this.#motion = standingAt(tank);
    this.#last = { tick, ackSeq: 0 };
  }

  /**
   * Takes a state. Returns the tank after its tick, which is a copy.
   *
   * @param {Acknowledged} acknowledged
   * @param {TankPlace} tank
   * @param {(seq: number) => DriveInput | undefined} inputOf what was sent under a number, while it is known
   * @returns {TankMotion}
   */
  advance(acknowledged, tank, inputOf) {
    const shown = standingAt(tank);
    let best = this.#motion;
    let least = Infinity;
    for (const seqs of schedulesOf(this.#last, acknowledged)) {
      const motion = { ...this.#motion };
      for (const seq of seqs) {
        const input = inputOf(seq) ?? { throttle: 0, turn: 0, turret: motion.turret };
        moveTank(motion, input, this.#ground, this.#tuning);
      }
      const difference = differenceOf(motion, shown);
      if (difference < least) [best, least] = [motion, difference];
    }
    this.#last = acknowledged;
    this.#motion = mend(best, shown);
    return { ...this.#motion };
  }

  /**
   * The tank stands where it was put.
   *
   * @param {Acknowledged} acknowledged
   * @param {TankPlace} tank
   * @returns {TankMotion}
   */
  put(acknowledged, tank) {
    this.#last = acknowledged;
    this.#motion = standingAt(tank);
    return { ...this.#motion };
  }
}

/**
 * In which order the server may have applied the inputs between two states: the number of the input that was
 * in force, tick by tick. As soon as one could be there, as late, and with one left out at either end.
 *
 * @param {Acknowledged} from
 * @param {Acknowledged} to
 * @returns {number[][]}
 */
function schedulesOf(from, to) {
  const ticks = Math.min(TICKS_MAX, to.tick - from.tick);
  const indices = Array.from({ length: Math.max(0, ticks) }, (_, index) => index + 1);
  const early = indices.map((index) => Math.min(from.ackSeq + index, to.ackSeq));
  const late = indices.map((index) => Math.max(from.ackSeq, to.ackSeq - ticks + index));
  const schedules = [early, late];
  for (const schedule of schedules) {
    // The last one is certain.
    if (ticks > 0) schedule[ticks - 1] = to.ackSeq;
  }
  return schedules;
}

/**
 * @param {TankMotion} motion
 * @param {TankMotion} shown
 */
function differenceOf(motion, shown) {
  return Math.abs(motion.xUm - shown.xUm) + Math.abs(motion.yUm - shown.yUm) +
    headingDifference(motion.heading, shown.heading) * 100;
}

/**
 * What the server shows goes before what was reckoned, where they differ by more than rounding.
 *
 * @param {TankMotion} motion
 * @param {TankMotion} shown
 * @returns {TankMotion}
 */
function mend(motion, shown) {
  const isPlaceRight = Math.abs(motion.xUm - shown.xUm) <= PLACE_TOLERANCE_UM &&
    Math.abs(motion.yUm - shown.yUm) <= PLACE_TOLERANCE_UM;
  const isHeadingRight = headingDifference(motion.heading, shown.heading) <= HEADING_TOLERANCE;
  const isTurretRight = headingDifference(motion.turret, shown.turret) <= HEADING_TOLERANCE;
  return {
    xUm: isPlaceRight ? motion.xUm : shown.xUm,
    yUm: isPlaceRight ? motion.yUm : shown.yUm,
    heading: isHeadingRight ? motion.heading : shown.heading,
    turret: isTurretRight ? motion.turret : shown.turret,
    speedUmPerTick: motion.speedUmPerTick,
  };
}

/**
 * @param {number} heading
 * @param {number} other
 */
function headingDifference(heading, other) {
  const difference = (other - heading) & HEADING_MASK;
  return Math.min(difference, HEADING_MASK + 1 - difference);
}

/**
 * @param {TankPlace} tank
 * @returns {TankMotion}
 */
function standingAt({ x, y, heading, turret }) {
  return {
    xUm: umFromMetres(x),
    yUm: umFromMetres(y),
    heading: headingFromRadians(heading),
    turret: headingFromRadians(turret),
    speedUmPerTick: 0,
  };
}
