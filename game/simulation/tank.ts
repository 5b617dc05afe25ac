import type { MoveOrder, MutableTankInput } from "./tank_input.ts";
import { TANK_HP_MAX } from "./tuning.ts";

/** The slot of a tank that is in no world. */
export const NO_SLOT: number = -1;

/**
 * A tank, in a world or waiting for one. Whoever is not the world may read it only. All numbers are
 * integers in the units of `units.ts`.
 */
export class Tank {
  /** Names it to clients; new each time it is handed out. */
  tankId: string;
  /** Who drives it; empty where nobody does. */
  playerId = "";
  /** Its index in the world, {@linkcode NO_SLOT} outside. */
  slot: number = NO_SLOT;
  /** 1 and up; 0 outside a world. */
  team = 0;

  /** Centre, µm. */
  xUm = 0;
  /** Centre, µm. */
  yUm = 0;
  /** Where the hull looks. */
  heading = 0;
  /** Where the turret looks, in the arena, not against the hull. */
  turret = 0;
  /** Along the hull, µm per tick; negative is backward. */
  speedUmPerTick = 0;

  /** 0..100. */
  hp: number = TANK_HP_MAX;
  /** A destroyed tank is no obstacle and does nothing until it returns. */
  alive = false;
  /** Points that it has made for its team. */
  score = 0;
  /** Enemies that it has destroyed. */
  kills = 0;
  /** How often it has been destroyed. */
  deaths = 0;

  /** Ticks until it can fire. */
  reloadTicks = 0;
  /** Ticks until a destroyed tank returns. */
  respawnTicks = 0;
  /** Ticks for which nothing hurts it; firing ends them. */
  protectedTicks = 0;

  /** What its player holds down. */
  readonly input: MutableTankInput = { throttle: 0, turn: 0, turret: 0, fire: false };
  /** Whether its player has aimed yet: until then the turret follows the hull. */
  aims = false;
  /** By how many ticks what its player is shown lags behind, 0 up to the rewind's bound. */
  viewLagTicks = 0;
  /** One shot is to be fired as soon as it can be. */
  firePending = false;
  /** Where the move order leads, while `orderTicks` is above 0. */
  orderXUm = 0;
  /** Where the move order leads, while `orderTicks` is above 0. */
  orderYUm = 0;
  /** Ticks until the move order is given up; 0: there is none. */
  orderTicks = 0;

  /** A tank in no world. */
  constructor(tankId: string) {
    this.tankId = tankId;
  }

  /** Where it has been ordered to drive, if it has. */
  get moveOrder(): MoveOrder | undefined {
    return this.orderTicks > 0 ? { xUm: this.orderXUm, yUm: this.orderYUm } : undefined;
  }

  /** Makes it as good as new, in no world; it keeps its id. */
  reset(): void {
    this.playerId = "";
    this.slot = NO_SLOT;
    this.team = 0;
    this.xUm = 0;
    this.yUm = 0;
    this.heading = 0;
    this.turret = 0;
    this.speedUmPerTick = 0;
    this.hp = TANK_HP_MAX;
    this.alive = false;
    this.score = 0;
    this.kills = 0;
    this.deaths = 0;
    this.reloadTicks = 0;
    this.respawnTicks = 0;
    this.protectedTicks = 0;
    this.input.throttle = 0;
    this.input.turn = 0;
    this.input.turret = 0;
    this.input.fire = false;
    this.aims = false;
    this.viewLagTicks = 0;
    this.firePending = false;
    this.orderXUm = 0;
    this.orderYUm = 0;
    this.orderTicks = 0;
  }
}
