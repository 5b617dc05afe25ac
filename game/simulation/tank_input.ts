import { clampToInteger } from "./integer_math.ts";
import type { Point } from "./physics.ts";
import { HEADING_MASK, headingFromRadians } from "./units.ts";

/** Full throttle and full turn. */
export const CONTROL_MAX = 127;

/** What a player holds down; in force until the next. */
export interface TankInput {
  /** -127 full reverse .. 127 full speed ahead. */
  readonly throttle: number;
  /** -127..127; positive grows the hull's heading. */
  readonly turn: number;
  /** The heading that the turret turns to, in the arena, whatever the hull does. */
  readonly turret: number;
  /** Fires as often as reloading allows. */
  readonly fire: boolean;
}

/** An input in place, so that taking a new one allocates nothing. */
export interface MutableTankInput {
  /** As in {@linkcode TankInput}. */
  throttle: number;
  /** As in {@linkcode TankInput}. */
  turn: number;
  /** As in {@linkcode TankInput}. */
  turret: number;
  /** As in {@linkcode TankInput}. */
  fire: boolean;
}

/** An order to drive to a place. */
export type MoveOrder = Point;

/** An input as people and JSON write it. */
export interface FloatInput {
  /** -1..1; more is held there. */
  readonly throttle: number;
  /** -1..1; more is held there. */
  readonly turn: number;
  /** Radians, of any size. */
  readonly turret: number;
  /** As in {@linkcode TankInput}. */
  readonly fire: boolean;
}

const CONTROL_RANGE = { min: -CONTROL_MAX, max: CONTROL_MAX };

/** A player's input from fractions and radians; NaN counts as 0. */
export function tankInputFrom(input: FloatInput): TankInput {
  return {
    throttle: clampToInteger(input.throttle * CONTROL_MAX, CONTROL_RANGE),
    turn: clampToInteger(input.turn * CONTROL_MAX, CONTROL_RANGE),
    turret: headingFromRadians(input.turret),
    fire: input.fire,
  };
}

/** Copies an input of any numbers, rounded and held within bounds; NaN counts as 0. */
export function copyTankInput(input: TankInput, into: MutableTankInput): void {
  into.throttle = clampToInteger(input.throttle, CONTROL_RANGE);
  into.turn = clampToInteger(input.turn, CONTROL_RANGE);
  into.turret = Math.round(input.turret) & HEADING_MASK;
  into.fire = input.fire;
}
