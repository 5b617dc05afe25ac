// The part of the game server's `simulation/tuning.ts` that a client predicts with.

const UM_PER_M = 1_000_000;
const HEADINGS_PER_TURN = 65_536;

/** A tank is a circle of this radius, in metres. */
export const TANK_RADIUS_M = 1.5;
/** From a tank's centre to its muzzle, in metres. */
export const MUZZLE_M = 2;
/** How fast a shell flies, in metres a second. */
export const SHELL_M_PER_S = 40;
/** How long a shell flies, in milliseconds. */
export const SHELL_LIFE_MS = 2_000;
/** From one shot to the next, in milliseconds. */
export const RELOAD_MS = 1_000;
/** A whole tank's hit points. */
export const HP_MAX = 100;

/**
 * What moves a tank, per tick.
 *
 * @typedef {Readonly<{
 *   radiusUm: number, forwardUmPerTick: number, reverseUmPerTick: number,
 *   accelerationUmPerTick: number, hullTurnPerTick: number, turretTurnPerTick: number,
 * }>} MovementTuning
 */

/**
 * The figures at a tick rate in Hz.
 *
 * @param {number} tickRate
 * @returns {MovementTuning}
 */
export function tuningAt(tickRate) {
  const perTick = (/** @type {number} */ perSecond) => Math.floor(perSecond / tickRate);
  return {
    radiusUm: TANK_RADIUS_M * UM_PER_M,
    forwardUmPerTick: perTick(8 * UM_PER_M),
    reverseUmPerTick: perTick(4 * UM_PER_M),
    accelerationUmPerTick: Math.floor(12 * UM_PER_M / (tickRate * tickRate)),
    hullTurnPerTick: perTick(HEADINGS_PER_TURN / 4),
    turretTurnPerTick: perTick(HEADINGS_PER_TURN / 2),
  };
}
