import type { Point } from "../simulation/physics.ts";
import { UM_PER_M } from "../simulation/units.ts";

/** Who has driven for so long… */
const STALL_MS = 800;
/** …and come no farther than this, µm, is stuck. */
const STALL_UM = 0.6 * UM_PER_M;
/** With less throttle than this nobody wants to get anywhere. */
const THROTTLE_MIN = 40;

/** Notices that a tank drives and does not move. */
export class Stall {
  #xUm = 0;
  #yUm = 0;
  #ticks = 0;

  /** Begins anew. */
  reset(): void {
    this.#ticks = 0;
  }

  /** To be asked once a tick: whether it has been stuck for long enough. */
  isStalled(world: { readonly tickRate: number }, tank: Point, throttle: number): boolean {
    if (Math.abs(throttle) < THROTTLE_MIN) return false;
    const hasMoved = Math.abs(tank.xUm - this.#xUm) > STALL_UM ||
      Math.abs(tank.yUm - this.#yUm) > STALL_UM;
    if (this.#ticks === 0 || hasMoved) {
      this.#xUm = tank.xUm;
      this.#yUm = tank.yUm;
      this.#ticks = 1;
      return false;
    }
    this.#ticks += 1;
    return this.#ticks * 1_000 > STALL_MS * world.tickRate;
  }
}
