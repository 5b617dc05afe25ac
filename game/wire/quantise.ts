import { HEADINGS_PER_TURN } from "../simulation/units.ts";

const UM_PER_CM = 10_000;
const MILLIRADIANS_PER_HEADING = 2_000 * Math.PI / HEADINGS_PER_TURN;

/** Whole centimetres, rounded, of micrometres. */
export function centimetresFromUm(um: number): number {
  return Math.round(um / UM_PER_CM);
}

/** Whole milliradians, 0 to 6283, of a heading. */
export function milliradiansFromHeading(heading: number): number {
  return Math.round(heading * MILLIRADIANS_PER_HEADING);
}
