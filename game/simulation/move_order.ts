import { clamp, integerSqrt } from "./integer_math.ts";
import type { TankMotion } from "./move_tank.ts";
import type { Point } from "./physics.ts";
import { CONTROL_MAX, type MutableTankInput } from "./tank_input.ts";
import { headingDifference, headingOf } from "./trigonometry.ts";
import type { MovementTuning } from "./tuning.ts";
import { ticksFromMs, UM_PER_MM } from "./units.ts";

/** A tank this near to its goal, in µm, has arrived; it comes to rest within 0.5 m of the goal. */
export const ARRIVAL_UM = 250_000;

/** Off its course by more than this (30 degrees) a tank turns on the spot. */
const COURSE_ERROR_MAX = 5_461;
/** Turning round and speeding up; obstacles get the time of the way once more. */
const ORDER_EXTRA_MS = 5_000;

/** A tank with an order to drive to a place. */
export interface OrderedTank extends Readonly<TankMotion> {
  /** The goal, µm. */
  readonly orderXUm: number;
  /** The goal, µm. */
  readonly orderYUm: number;
}

/** Steers a tank towards its goal: sets `throttle` and `turn`. True when it has arrived. */
export function steerTank(
  tank: OrderedTank,
  tuning: MovementTuning,
  into: MutableTankInput,
): boolean {
  into.throttle = 0;
  into.turn = 0;
  const dx = tank.orderXUm - tank.xUm;
  const dy = tank.orderYUm - tank.yUm;
  const distanceUm = lengthOf(dx, dy);
  if (distanceUm <= ARRIVAL_UM) return true;

  const error = headingDifference(tank.heading, headingOf(dx, dy));
  // Less than a step of the control off its course, the hull is as good as on it.
  const turn = Math.trunc((error * CONTROL_MAX) / tuning.hullTurnPerTick);
  into.turn = clamp(turn, -CONTROL_MAX, CONTROL_MAX) + 0;
  if (Math.abs(error) > COURSE_ERROR_MAX) return false;

  // v^2 = 2 a s is the speed from which it can still stop at the goal; 4/5 of s leaves a reserve.
  const stoppable = integerSqrt(Math.floor((8 * tuning.accelerationUmPerTick * distanceUm) / 5));
  const throttle = Math.floor((stoppable * CONTROL_MAX) / tuning.forwardUmPerTick);
  into.throttle = Math.min(throttle, CONTROL_MAX);
  return false;
}

/** After how many ticks an order is given up: the time of the straight way twice, and 5 s. */
export function orderTicksMax(
  from: Point,
  goal: Point,
  options: { readonly tuning: MovementTuning; readonly tickRate: number },
): number {
  const distanceUm = lengthOf(goal.xUm - from.xUm, goal.yUm - from.yUm);
  const wayTicks = Math.ceil(distanceUm / options.tuning.forwardUmPerTick);
  return 2 * wayTicks + ticksFromMs(ORDER_EXTRA_MS, options.tickRate);
}

/** In µm, exact to a millimetre or two: in µm its square would leave 2^53. */
function lengthOf(dxUm: number, dyUm: number): number {
  const dx = Math.trunc(dxUm / UM_PER_MM);
  const dy = Math.trunc(dyUm / UM_PER_MM);
  return integerSqrt(dx * dx + dy * dy) * UM_PER_MM;
}
