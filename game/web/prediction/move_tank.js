// The game server's `simulation/move_tank.ts` in JavaScript, held equal to it by a test.
import { approach, clamp } from "./integer_math.js";
import { cosOf, HEADING_MASK, sinOf, TRIG_ONE, turnToward } from "./trigonometry.js";

/** @typedef {import("./ground.js").Ground} Ground */
/** @typedef {import("./tuning.js").MovementTuning} MovementTuning */
/**
 * The part of a tank that its movement reads and writes: µm, headings, µm per tick along the hull.
 *
 * @typedef {{ xUm: number, yUm: number, heading: number, turret: number, speedUmPerTick: number }} TankMotion
 */
/** @typedef {Readonly<{ throttle: number, turn: number, turret: number }>} DriveInput -127..127 and a heading. */

/** Full throttle and full turn. */
export const CONTROL_MAX = 127;

/**
 * Moves one tank by one tick, as if it were alone in the arena: turret, hull, speed, place, walls.
 *
 * @param {TankMotion} tank
 * @param {DriveInput} input
 * @param {Ground} ground
 * @param {MovementTuning} tuning
 * @returns {void}
 */
export function moveTank(tank, input, ground, tuning) {
  tank.turret = turnToward(tank.turret, input.turret, tuning.turretTurnPerTick);
  const turn = Math.trunc((input.turn * tuning.hullTurnPerTick) / CONTROL_MAX);
  tank.heading = (tank.heading + turn) & HEADING_MASK;

  const top = input.throttle < 0 ? tuning.reverseUmPerTick : tuning.forwardUmPerTick;
  const wanted = Math.trunc((input.throttle * top) / CONTROL_MAX);
  const speed = approach(tank.speedUmPerTick, wanted, tuning.accelerationUmPerTick);
  tank.speedUmPerTick = speed;
  if (speed !== 0) advance(tank, ground, tuning.radiusUm);
}

/**
 * @param {TankMotion} tank
 * @param {Ground} ground
 * @param {number} radiusUm
 * @returns {void}
 */
function advance(tank, ground, radiusUm) {
  const { xUm, yUm, speedUmPerTick: speed } = tank;
  const cos = cosOf(tank.heading);
  const sin = sinOf(tank.heading);
  const aimXUm = xUm + Math.trunc((speed * cos) / TRIG_ONE);
  const aimYUm = yUm + Math.trunc((speed * sin) / TRIG_ONE);
  tank.xUm = aimXUm;
  tank.yUm = aimYUm;
  if (!ground.pushInside(tank, radiusUm)) {
    // Wedged: it stays where it was, which was free.
    tank.xUm = xUm;
    tank.yUm = yUm;
    tank.speedUmPerTick = 0;
  } else if (tank.xUm !== aimXUm || tank.yUm !== aimYUm) {
    const along = Math.trunc(((tank.xUm - xUm) * cos + (tank.yUm - yUm) * sin) / TRIG_ONE);
    const left = speed > 0 ? clamp(along, 0, speed) : clamp(along, speed, 0);
    tank.speedUmPerTick = left + 0;
  }
}
