import { clamp } from "./integer_math.js";
import { CONTROL_MAX } from "./move_tank.js";
import { headingFromRadians } from "./trigonometry.js";

/**
 * What a player holds down, as it is sent: -1..1, -1..1 and radians in the arena.
 *
 * @typedef {Readonly<{ throttle: number, turn: number, turret: number, fire: boolean }>} Controls
 */
/** @typedef {import("./move_tank.js").DriveInput} DriveInput */

/**
 * What the server makes of controls, as its `tankInputFrom` does.
 *
 * @param {Controls} controls
 * @returns {DriveInput}
 */
export function toDriveInput({ throttle, turn, turret }) {
  return {
    throttle: toControl(throttle),
    turn: toControl(turn),
    turret: headingFromRadians(turret),
  };
}

/**
 * @param {number} fraction
 * @returns {number}
 */
function toControl(fraction) {
  return clamp(Math.round(fraction * CONTROL_MAX), -CONTROL_MAX, CONTROL_MAX) + 0;
}
