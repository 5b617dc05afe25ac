// The part of the game server's `simulation/physics.ts` that moving a tank needs. Positions in µm.
import { clamp, integerSqrt } from "./integer_math.js";

/** @typedef {{ xUm: number, yUm: number }} MovablePoint A place that may be changed, µm. */
/** @typedef {Readonly<{ xUm: number, yUm: number, widthUm: number, heightUm: number }>} Rectangle µm. */

/** Keeps the square of 2 m below 2^53. */
const ROOT_SCALE = 32;

/**
 * Moves a circle of at most 2 m in radius out of a rectangle the shortest way; true when it overlapped.
 *
 * @param {MovablePoint} centre
 * @param {Rectangle} rectangle
 * @param {number} radiusUm
 * @returns {boolean}
 */
export function pushOutOfRectangle(centre, rectangle, radiusUm) {
  const left = rectangle.xUm;
  const top = rectangle.yUm;
  const right = left + rectangle.widthUm;
  const bottom = top + rectangle.heightUm;
  const { xUm, yUm } = centre;
  if (xUm <= left - radiusUm || xUm >= right + radiusUm) return false;
  if (yUm <= top - radiusUm || yUm >= bottom + radiusUm) return false;
  const nearestX = clamp(xUm, left, right);
  const nearestY = clamp(yUm, top, bottom);
  const dx = xUm - nearestX;
  const dy = yUm - nearestY;
  if (dx === 0 && dy === 0) {
    leaveByNearestSide(centre, rectangle, radiusUm);
  } else if (dx === 0) {
    centre.yUm = nearestY + (dy > 0 ? radiusUm : -radiusUm);
  } else if (dy === 0) {
    centre.xUm = nearestX + (dx > 0 ? radiusUm : -radiusUm);
  } else {
    const distanceSquared = dx * dx + dy * dy;
    if (distanceSquared >= radiusUm * radiusUm) return false;
    const distance = integerSqrt(distanceSquared * ROOT_SCALE * ROOT_SCALE);
    centre.xUm = nearestX + divideOutwards(dx * radiusUm * ROOT_SCALE, distance);
    centre.yUm = nearestY + divideOutwards(dy * radiusUm * ROOT_SCALE, distance);
  }
  return true;
}

/**
 * Moves two circles of one radius apart, each by half; true when they overlapped by more than the 2 µm
 * that rounding may leave.
 *
 * @param {MovablePoint} a
 * @param {MovablePoint} b
 * @param {number} radiusUm
 * @returns {boolean}
 */
export function separateCircles(a, b, radiusUm) {
  const apart = 2 * radiusUm;
  const dx = b.xUm - a.xUm;
  const dy = b.yUm - a.yUm;
  if (dx >= apart || dx <= -apart || dy >= apart || dy <= -apart) return false;
  const distanceSquared = dx * dx + dy * dy;
  if (distanceSquared >= apart * apart) return false;
  const distance = integerSqrt(distanceSquared);
  const half = Math.floor((apart - distance + 1) / 2);
  if (half <= 1) return false;
  const pushX = distance === 0 ? half : Math.trunc((dx * half) / distance);
  const pushY = distance === 0 ? 0 : Math.trunc((dy * half) / distance);
  a.xUm -= pushX;
  a.yUm -= pushY;
  b.xUm += pushX;
  b.yUm += pushY;
  return true;
}

/**
 * From the centre inside: by the nearest side; of equals left, right, top, bottom.
 *
 * @param {MovablePoint} centre
 * @param {Rectangle} rectangle
 * @param {number} radiusUm
 * @returns {void}
 */
function leaveByNearestSide(centre, rectangle, radiusUm) {
  const toLeft = centre.xUm - rectangle.xUm;
  const toRight = rectangle.widthUm - toLeft;
  const toTop = centre.yUm - rectangle.yUm;
  const toBottom = rectangle.heightUm - toTop;
  const least = Math.min(toLeft, toRight, toTop, toBottom);
  if (least === toLeft) centre.xUm = rectangle.xUm - radiusUm;
  else if (least === toRight) centre.xUm = rectangle.xUm + rectangle.widthUm + radiusUm;
  else if (least === toTop) centre.yUm = rectangle.yUm - radiusUm;
  else centre.yUm = rectangle.yUm + rectangle.heightUm + radiusUm;
}

/**
 * @param {number} dividend
 * @param {number} divisor
 * @returns {number}
 */
function divideOutwards(dividend, divisor) {
  return dividend > 0 ? Math.ceil(dividend / divisor) : Math.floor(dividend / divisor);
}
