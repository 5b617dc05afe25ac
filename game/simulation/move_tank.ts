import type { Ground } from "./ground.ts";
import { approach, clamp } from "./integer_math.ts";
import type { MovablePoint } from "./physics.ts";
import { CONTROL_MAX, type TankInput } from "./tank_input.ts";
import { cosOf, sinOf, TRIG_ONE, turnToward } from "./trigonometry.ts";
import type { MovementTuning } from "./tuning.ts";
import { HEADING_MASK } from "./units.ts";

/** The part of a tank that its movement reads and writes. */
export interface TankMotion extends MovablePoint {
  /** Where the hull looks. */
  heading: number;
  /** Where the turret looks, in the arena. */
  turret: number;
  /** Along the hull, µm per tick; negative is backward. */
  speedUmPerTick: number;
}

/**
 * Moves one tank by one tick, as if it were alone in the arena: turret, hull, speed, place, walls. A
 * client that predicts its own tank needs this file and what it imports, and no world.
 *
 * Afterwards the tank is inside the arena and overlaps no wall, to the micrometre, if that held
 * before. It slides along a wall, at the speed that is left along its hull.
 */
export function moveTank(
  tank: TankMotion,
  input: TankInput,
  ground: Ground,
  tuning: MovementTuning,
): void {
  tank.turret = turnToward(tank.turret, input.turret, tuning.turretTurnPerTick);
  const turn = Math.trunc((input.turn * tuning.hullTurnPerTick) / CONTROL_MAX);
  tank.heading = (tank.heading + turn) & HEADING_MASK;

  const top = input.throttle < 0 ? tuning.reverseUmPerTick : tuning.forwardUmPerTick;
  const wanted = Math.trunc((input.throttle * top) / CONTROL_MAX);
  const speed = approach(tank.speedUmPerTick, wanted, tuning.accelerationUmPerTick);
  tank.speedUmPerTick = speed;
  if (speed !== 0) advance(tank, ground, tuning.radiusUm);
}

function advance(tank: TankMotion, ground: Ground, radiusUm: number): void {
  const { xUm, yUm, speedUmPerTick: speed } = tank;
  const cos = cosOf(tank.heading);
  const sin = sinOf(tank.heading);
  const aimXUm = xUm + Math.trunc((speed * cos) / TRIG_ONE);
  const aimYUm = yUm + Math.trunc((speed * sin) / TRIG_ONE);
  tank.xUm = aimXUm;
  tank.yUm = aimYUm;
  if (!ground.pushInside(tank, radiusUm)) {
    // Wedged: it stays where it was, which was free.
    tank.xUm = xUm;
    tank.yUm = yUm;
    tank.speedUmPerTick = 0;
  } else if (tank.xUm !== aimXUm || tank.yUm !== aimYUm) {
    const along = Math.trunc(((tank.xUm - xUm) * cos + (tank.yUm - yUm) * sin) / TRIG_ONE);
    // Never faster than it drove, nor the other way; `+ 0` makes -0 the one zero that there is.
    const left = speed > 0 ? clamp(along, 0, speed) : clamp(along, speed, 0);
    tank.speedUmPerTick = left + 0;
  }
}
