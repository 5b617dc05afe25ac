// The part of the game server's `simulation/trigonometry.ts` and `units.ts` that moving a tank needs.
// Browsers' own sines may differ in the last bit: these tables are the same everywhere.

/** What {@linkcode sinOf} and {@linkcode cosOf} call 1. */
export const TRIG_ONE = 16_384;
/** Headings in a turn: 0 looks along +x, 16384 along +y, which is down the screen. */
export const HEADINGS_PER_TURN = 65_536;
/** `any & HEADING_MASK` is a heading, 0..65535. */
export const HEADING_MASK = HEADINGS_PER_TURN - 1;

const TABLE_SIZE = 4096;
const QUARTER_TABLE = TABLE_SIZE / 4;
const STEP_BITS = 4;
const STEP = 1 << STEP_BITS;
const RADIANS_PER_TURN = 2 * Math.PI;
const SIN_TABLE = buildSinTable();

/**
 * The sine of a heading times {@linkcode TRIG_ONE}.
 *
 * @param {number} heading
 * @returns {number}
 */
export function sinOf(heading) {
  const index = (heading & HEADING_MASK) >> STEP_BITS;
  const low = SIN_TABLE[index] ?? 0;
  const high = SIN_TABLE[index + 1] ?? 0;
  return low + (((high - low) * (heading & (STEP - 1)) + STEP / 2) >> STEP_BITS);
}

/**
 * The cosine of a heading times {@linkcode TRIG_ONE}.
 *
 * @param {number} heading
 * @returns {number}
 */
export function cosOf(heading) {
  return sinOf(heading + HEADINGS_PER_TURN / 4);
}

/**
 * `from` turned towards `to` the short way, by at most `stepMax` (0..32767).
 *
 * @param {number} from
 * @param {number} to
 * @param {number} stepMax
 * @returns {number}
 */
export function turnToward(from, to, stepMax) {
  const difference = ((to - from) << 16) >> 16;
  const step = difference > stepMax ? stepMax : difference < -stepMax ? -stepMax : difference;
  return (from + step) & HEADING_MASK;
}

/**
 * An angle in radians, of any size and sign, as a heading; what is not finite gives 0.
 *
 * @param {number} radians
 * @returns {number}
 */
export function headingFromRadians(radians) {
  const turns = (radians % RADIANS_PER_TURN) / RADIANS_PER_TURN;
  return Math.round(turns * HEADINGS_PER_TURN) & HEADING_MASK;
}

/**
 * A heading in radians, 0 <= r < 2 pi.
 *
 * @param {number} heading
 * @returns {number}
 */
export function radiansFromHeading(heading) {
  return ((heading & HEADING_MASK) / HEADINGS_PER_TURN) * RADIANS_PER_TURN;
}

/** @returns {Int16Array} */
function buildSinTable() {
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

/**
 * Taylor's series; exact to a double's precision for 0 <= x <= pi / 2.
 *
 * @param {number} x
 * @returns {number}
 */
function sinSeries(x) {
  let sum = 0;
  let term = x;
  for (let power = 1; power <= 25; power += 2) {
    sum += term;
    term *= -(x * x) / ((power + 1) * (power + 2));
  }
  return sum;
}
