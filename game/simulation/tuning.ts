import { HEADINGS_PER_TURN, TICK_RATE_MAX, TICK_RATE_MIN, ticksFromMs, UM_PER_M } from "./units.ts";

/** A tank is a circle of this radius, in µm. */
export const TANK_RADIUS_UM = 1.5 * UM_PER_M;
/** A whole tank's hit points. */
export const TANK_HP_MAX = 100;
/** From a tank's centre to its muzzle, in µm. */
export const MUZZLE_UM = 2 * UM_PER_M;
/** Hit points that a shell takes. */
export const SHELL_DAMAGE = 25;

const FORWARD_UM_PER_S = 8 * UM_PER_M;
const REVERSE_UM_PER_S = 4 * UM_PER_M;
const ACCELERATION_UM_PER_S2 = 12 * UM_PER_M;
const HULL_TURN_PER_S = HEADINGS_PER_TURN / 4;
const TURRET_TURN_PER_S = HEADINGS_PER_TURN / 2;
const SHELL_UM_PER_S = 40 * UM_PER_M;
const SHELL_LIFE_MS = 2_000;
const RELOAD_MS = 1_000;
const PROTECTION_MS = 1_500;

/** What moves a tank, per tick; all that client-side prediction needs. */
export interface MovementTuning {
  /** The tank's radius in µm. */
  readonly radiusUm: number;
  /** Top speed forward, µm per tick. */
  readonly forwardUmPerTick: number;
  /** Top speed backward, µm per tick. */
  readonly reverseUmPerTick: number;
  /** How much the speed changes in a tick at most, speeding up and braking alike. */
  readonly accelerationUmPerTick: number;
  /** How far the hull turns in a tick, in headings. */
  readonly hullTurnPerTick: number;
  /** How far the turret turns in a tick, in headings. */
  readonly turretTurnPerTick: number;
}

/** The figures of a match, per tick. */
export interface Tuning extends MovementTuning {
  /** A shell's speed, µm per tick. */
  readonly shellUmPerTick: number;
  /** How long a shell flies, in ticks. */
  readonly shellTicks: number;
  /** From one shot to the next, in ticks. */
  readonly reloadTicks: number;
  /** How long a tank is protected after it appears, in ticks. */
  readonly protectionTicks: number;
}

/** By tick rate: all matches of a rate read the same object. */
const known: Tuning[] = [];

/**
 * The figures at a tick rate. Speeds are rounded down to whole units a tick, which is below 0.1 %.
 *
 * @throws RangeError when the rate is not an integer of 10..60 Hz
 */
export function tuningAt(tickRate: number): Tuning {
  if (!Number.isInteger(tickRate) || tickRate < TICK_RATE_MIN || tickRate > TICK_RATE_MAX) {
    const range = `${TICK_RATE_MIN}..${TICK_RATE_MAX}`;
    throw new RangeError(`Cannot tune a match: tickRate must be ${range} Hz, is ${tickRate}`);
  }
  return known[tickRate] ??= makeTuning(tickRate);
}

function makeTuning(tickRate: number): Tuning {
  const perTick = (perSecond: number): number => Math.floor(perSecond / tickRate);
  return {
    radiusUm: TANK_RADIUS_UM,
    forwardUmPerTick: perTick(FORWARD_UM_PER_S),
    reverseUmPerTick: perTick(REVERSE_UM_PER_S),
    accelerationUmPerTick: Math.floor(ACCELERATION_UM_PER_S2 / (tickRate * tickRate)),
    hullTurnPerTick: perTick(HULL_TURN_PER_S),
    turretTurnPerTick: perTick(TURRET_TURN_PER_S),
    shellUmPerTick: perTick(SHELL_UM_PER_S),
    shellTicks: ticksFromMs(SHELL_LIFE_MS, tickRate),
    reloadTicks: ticksFromMs(RELOAD_MS, tickRate),
    protectionTicks: ticksFromMs(PROTECTION_MS, tickRate),
  };
}
