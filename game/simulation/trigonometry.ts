/**
 * Sine, cosine and arc tangent on integers. `Math.sin`, `Math.cos` and `Math.atan2` are left to the
 * implementation by ECMAScript: two engines, or two versions of one, may differ in the last bit and
 * a replay would drift. The tables here are built at load from `+ - * /` and `Math.sqrt`, which IEEE
 * 754 rounds in one way only, and are read with integers after that.
 */
import { HEADING_MASK, HEADINGS_PER_TURN } from "./units.ts";

/** What {@linkcode sinOf} and {@linkcode cosOf} call 1. */
export const TRIG_ONE = 16_384;

const TABLE_SIZE = 4096;
const QUARTER_TABLE = TABLE_SIZE / 4;
const QUARTER_TURN = HEADINGS_PER_TURN / 4;
const HALF_TURN = HEADINGS_PER_TURN / 2;
/** Both tables are read with 4 bits more than they have entries, the rest interpolated. */
const STEP_BITS = 4;
const STEP = 1 << STEP_BITS;
/** The arc tangent's table holds sixteenths of a heading, so that interpolating does not lose any. */
const ATAN_SCALE = 16;
const RATIO_ONE = TABLE_SIZE * STEP;

const SIN_TABLE = buildSinTable();
const ATAN_TABLE = buildAtanTable();

/** The sine of a heading times {@linkcode TRIG_ONE}, within 1 of the true value. */
export function sinOf(heading: number): number {
  const index = (heading & HEADING_MASK) >> STEP_BITS;
  const low = SIN_TABLE[index] ?? 0;
  const high = SIN_TABLE[index + 1] ?? 0;
  return low + (((high - low) * (heading & (STEP - 1)) + STEP / 2) >> STEP_BITS);
}

/** The cosine of a heading times {@linkcode TRIG_ONE}, within 1 of the true value. */
export function cosOf(heading: number): number {
  return sinOf(heading + QUARTER_TURN);
}

/**
 * The heading of the vector (`dx`, `dy`), an integer atan2: within 1 of the true value; |dx| and |dy|
 * below 2^36, in any one unit. The null vector gives 0.
 */
export function headingOf(dx: number, dy: number): number {
  const width = Math.abs(dx);
  const height = Math.abs(dy);
  if (width === 0 && height === 0) return 0;
  // Folded into the first octant, looked up, and unfolded.
  const steep = height > width;
  const acute = steep ? QUARTER_TURN - atanOf(width, height) : atanOf(height, width);
  const right = dx >= 0 ? acute : HALF_TURN - acute;
  return (dy >= 0 ? right : -right) & HEADING_MASK;
}

/**
 * How far to turn from one heading to another the short way, -32768..32767; positive grows the
 * heading. Opposite headings give -32768.
 */
export function headingDifference(from: number, to: number): number {
  return ((to - from) << 16) >> 16;
}

/** `from` turned towards `to` the short way, by at most `stepMax` (0..32767). */
export function turnToward(from: number, to: number, stepMax: number): number {
  const difference = headingDifference(from, to);
  const step = difference > stepMax ? stepMax : difference < -stepMax ? -stepMax : difference;
  return (from + step) & HEADING_MASK;
}

/** The heading of `small` / `large`, 0 <= small <= large, large > 0: 0..8192. */
function atanOf(small: number, large: number): number {
  const ratio = Math.floor((small * RATIO_ONE) / large);
  const index = ratio >> STEP_BITS;
  const low = ATAN_TABLE[index] ?? 0;
  const high = ATAN_TABLE[index + 1] ?? 0;
  const scaled = low + (((high - low) * (ratio & (STEP - 1))) >> STEP_BITS);
  return (scaled + ATAN_SCALE / 2) >> 4;
}

/** One entry more than a turn, for the interpolation; each quarter mirrors the first exactly. */
function buildSinTable(): Int16Array {
  const table = new Int16Array(TABLE_SIZE + 1);
  for (let index = 0; index <= QUARTER_TABLE; index++) {
    const value = Math.round(sinSeries((index / TABLE_SIZE) * 2 * Math.PI) * TRIG_ONE);
    table[index] = value;
    table[TABLE_SIZE / 2 - index] = value;
    table[TABLE_SIZE / 2 + index] = -value;
    table[TABLE_SIZE - index] = -value;
  }
  return table;
}

/** Two entries more than 0..1: the ratio 1 reads the one after its own, times 0. */
function buildAtanTable(): Int32Array {
  const table = new Int32Array(TABLE_SIZE + 2);
  const scale = (HEADINGS_PER_TURN * ATAN_SCALE) / (2 * Math.PI);
  for (let index = 0; index < table.length; index++) {
    table[index] = Math.round(atanSeries(index / TABLE_SIZE) * scale);
  }
  return table;
}

/** Taylor's series; exact to a double's precision for 0 <= x <= pi / 2. */
function sinSeries(x: number): number {
  let sum = 0;
  let term = x;
  for (let power = 1; power <= 25; power += 2) {
    sum += term;
    term *= -(x * x) / ((power + 1) * (power + 2));
  }
  return sum;
}

/** Taylor's series after two halvings of the angle, atan x = 2 atan(x / (1 + sqrt(1 + x^2))). */
function atanSeries(x: number): number {
  const half = x / (1 + Math.sqrt(1 + x * x));
  const quarter = half / (1 + Math.sqrt(1 + half * half));
  let sum = 0;
  let power = quarter;
  for (let exponent = 1; exponent <= 31; exponent += 4) {
    sum += power / exponent;
    power *= quarter * quarter;
    sum -= power / (exponent + 2);
    power *= quarter * quarter;
  }
  return 4 * sum;
}
