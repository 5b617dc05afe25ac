/**
 * The simulation's units. All of them are integers held in doubles, so that every machine computes
 * the same: positions in micrometres (µm), headings in 1/65536 of a turn, durations in ticks.
 * Floats live at the edge only; the functions here are the way in and out.
 */

/** Micrometres in a metre. */
export const UM_PER_M = 1_000_000;
/** Micrometres in a millimetre. */
export const UM_PER_MM = 1_000;
/** Headings in a turn: 0 looks along +x, 16384 along +y, 32768 along -x, 49152 along -y. */
export const HEADINGS_PER_TURN = 65_536;
/** `any & HEADING_MASK` is a heading, 0..65535. */
export const HEADING_MASK = HEADINGS_PER_TURN - 1;
/** The slowest tick, in Hz. */
export const TICK_RATE_MIN = 10;
/** The fastest tick, in Hz. */
export const TICK_RATE_MAX = 60;

const RADIANS_PER_TURN = 2 * Math.PI;

/** Metres as whole micrometres, rounded; NaN stays NaN. */
export function umFromMetres(metres: number): number {
  return Math.round(metres * UM_PER_M);
}

/** Micrometres as metres. */
export function metresFromUm(um: number): number {
  return um / UM_PER_M;
}

/** An angle in radians, of any size and sign, as a heading; what is not finite gives 0. */
export function headingFromRadians(radians: number): number {
  // `%` on doubles is exact, so a large angle loses nothing here that it had not lost before.
  const turns = (radians % RADIANS_PER_TURN) / RADIANS_PER_TURN;
  return Math.round(turns * HEADINGS_PER_TURN) & HEADING_MASK;
}

/** A heading in radians, 0 <= r < 2 pi. */
export function radiansFromHeading(heading: number): number {
  return ((heading & HEADING_MASK) / HEADINGS_PER_TURN) * RADIANS_PER_TURN;
}

/** The ticks that a duration takes, at least 1, rounded up: a wait is never shorter than promised. */
export function ticksFromMs(ms: number, tickRate: number): number {
  return Math.max(1, Math.ceil((ms * tickRate) / 1000));
}

/** The whole milliseconds that ticks last, rounded down. */
export function msFromTicks(ticks: number, tickRate: number): number {
  return Math.floor((ticks * 1000) / tickRate);
}
