import type { Rng } from "../../core/rng.ts";
import type { SeenFrame, SeenTank } from "../../game/client/seen_frame.ts";
import type { DriveOrder } from "./match_seat.ts";

/** How many orders somebody drives on in the same way. */
const ORDERS_MAX = 12;
const TURN_LEVELS = 3;

/** Drives about by chance, aims at the nearest enemy, and fires. */
export class TankDriver {
  readonly #rng: Rng;
  #seq = 0;
  #ordersLeft = 0;
  #turn = 0;
  #throttle = 1;

  /** `rng` decides where it goes. */
  constructor(rng: Rng) {
    this.#rng = rng;
  }

  /** What to do next. @param tankId the own tank; undefined where that is not known */
  next(frame: SeenFrame | undefined, tankId: string | undefined): DriveOrder {
    if (this.#ordersLeft-- <= 0) {
      this.#ordersLeft = this.#rng.below(ORDERS_MAX);
      this.#turn = this.#rng.below(TURN_LEVELS) - 1;
      this.#throttle = this.#rng.below(ORDERS_MAX) === 0 ? -1 : 1;
    }
    const own = tankId === undefined ? undefined : frame?.tanks.get(tankId);
    const enemy = own && nearestEnemy(own, frame);
    const turretRad = own && enemy ? Math.atan2(enemy.yM - own.yM, enemy.xM - own.xM) : 0;
    return {
      seq: ++this.#seq,
      throttle: this.#throttle,
      turn: this.#turn,
      turretRad,
      fire: enemy !== undefined,
    };
  }
}

function nearestEnemy(own: SeenTank, frame: SeenFrame | undefined): SeenTank | undefined {
  let nearest: { readonly tank: SeenTank; readonly distanceM: number } | undefined;
  for (const tank of frame?.tanks.values() ?? []) {
    if (!tank.alive || tank.team === own.team) continue;
    const distanceM = Math.hypot(tank.xM - own.xM, tank.yM - own.yM);
    if (nearest === undefined || distanceM < nearest.distanceM) nearest = { tank, distanceM };
  }
  return nearest?.tank;
}
