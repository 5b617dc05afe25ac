/** `value` held within `min..max`. */
export function clamp(value: number, min: number, max: number): number {
  return value < min ? min : value > max ? max : value;
}

/** The nearest integer within `min..max`; NaN counts as 0. */
export function clampToInteger(
  value: number,
  range: { readonly min: number; readonly max: number },
): number {
  const rounded = Number.isNaN(value) ? 0 : Math.round(value);
  // `+ 0` makes -0 the one zero that there is.
  return clamp(rounded, range.min, range.max) + 0;
}

/** `from` moved by at most `step` (>= 0) towards `to`. */
export function approach(from: number, to: number, step: number): number {
  return from < to ? Math.min(from + step, to) : Math.max(from - step, to);
}

/**
 * The largest integer whose square is at most `n`, for 0 <= `n` < 2^53. IEEE 754 requires a correctly
 * rounded square root, so that `Math.sqrt` is the same everywhere; the steps mend its rounding.
 */
export function integerSqrt(n: number): number {
  let root = Math.floor(Math.sqrt(n));
  if (root * root > n) root -= 1;
  else if ((root + 1) * (root + 1) <= n) root += 1;
  return root;
}
