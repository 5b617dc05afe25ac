// The game server's `simulation/integer_math.ts` in JavaScript.

/**
 * `value` held within `min..max`.
 *
 * @param {number} value
 * @param {number} min
 * @param {number} max
 * @returns {number}
 */
export function clamp(value, min, max) {
  return value < min ? min : value > max ? max : value;
}

/**
 * `from` moved by at most `step` (>= 0) towards `to`.
 *
 * @param {number} from
 * @param {number} to
 * @param {number} step
 * @returns {number}
 */
export function approach(from, to, step) {
  return from < to ? Math.min(from + step, to) : Math.max(from - step, to);
}

/**
 * The largest integer whose square is at most `n`, for 0 <= `n` < 2^53.
 *
 * @param {number} n
 * @returns {number}
 */
export function integerSqrt(n) {
  let root = Math.floor(Math.sqrt(n));
  if (root * root > n) root -= 1;
  else if ((root + 1) * (root + 1) <= n) root += 1;
  return root;
}
