import type { Rng } from "../../core/rng.ts";
import type { Tank } from "../simulation/tank.ts";
import type { MutableTankInput, TankInput } from "../simulation/tank_input.ts";
import { cosOf, headingOf, sinOf, TRIG_ONE } from "../simulation/trigonometry.ts";
import { HEADINGS_PER_TURN, UM_PER_M } from "../simulation/units.ts";
import type { BotSkill } from "./bot_skill.ts";
import type { BotView } from "./bot_view.ts";
import { Driver } from "./driver.ts";
import { canSee, Gunner } from "./gunner.ts";
import { terrainOf } from "./terrain.ts";

/** Nearer to an enemy than this it backs off, µm. */
const NEAR_UM = 10 * UM_PER_M;
/** Farther from an enemy than this it comes nearer, µm. */
const FAR_UM = 22 * UM_PER_M;
/** How far it dashes to one side in a fight, µm. */
const DASH_UM = 6 * UM_PER_M;
/** Of how many of the nearest enemies it looks whether they can be seen. */
const LOOKS_MAX = 3;
/** One decision in so many changes the side to which it circles. */
const SIDE_CHANGE_ODDS = 12;
const DEGREES = HEADINGS_PER_TURN / 360;

/**
 * Drives one tank: goes for the nearest enemy, sees to it that nothing is in the way, circles at a
 * distance, aims where the enemy will be, and fires. Same world, same seed: same inputs. A decision is made
 * every reaction time; in between it only steers and aims, so that its work a tick is small and bounded.
 */
export class Bot {
  readonly #skill: BotSkill;
  readonly #rng: Rng;
  readonly #driver: Driver;
  readonly #gunner: Gunner;
  readonly #input: MutableTankInput = { throttle: 0, turn: 0, turret: 0, fire: false };
  readonly #nearest: Tank[] = [];
  #nextDecisionTick = 0;
  #isAlive = false;
  #side: 1 | -1 = 1;
  /** Where it goes while there is no enemy, µm. */
  #roamXUm = -1;
  #roamYUm = -1;

  /** `rng` is its own: nobody else takes from it. */
  constructor(skill: BotSkill, rng: Rng) {
    this.#skill = skill;
    this.#rng = rng;
    this.#driver = new Driver(rng);
    this.#gunner = new Gunner(skill, rng);
  }

  /** What it does in the next step; the same object each time. Reads the world and changes nothing. */
  think(world: BotView, slot: number): TankInput {
    const tank = world.tankAt(slot);
    const input = this.#input;
    if (tank === undefined || !tank.alive) {
      this.#isAlive = false;
      input.throttle = 0;
      input.turn = 0;
      input.fire = false;
      return input;
    }
    if (!this.#isAlive) this.#appear(world);
    if (world.tick >= this.#nextDecisionTick) this.#decide(world, tank);
    this.#driver.steer(world, tank, input);
    this.#gunner.aim(world, tank, input);
    return input;
  }

  #appear(world: BotView): void {
    this.#isAlive = true;
    this.#driver.reset();
    this.#gunner.rest();
    this.#nextDecisionTick = world.tick;
    this.#side = this.#rng.below(2) === 0 ? 1 : -1;
  }

  #decide(world: BotView, tank: Tank): void {
    const reactionTicks = Math.ceil((this.#skill.reactionMs * world.tickRate) / 1_000);
    // Not all bots that came at once decide at once.
    this.#nextDecisionTick = world.tick + Math.max(1, reactionTicks + this.#rng.below(3) - 1);
    this.#findNearest(world, tank);
    const nearest = this.#nearest[0];
    if (nearest === undefined) {
      this.#gunner.rest();
      return this.#roam(world, tank);
    }
    const visible = this.#nearest.find((enemy) => canSee(world, tank, enemy));
    const target = visible ?? nearest;
    this.#gunner.look(world, tank, { target, isVisible: visible !== undefined });
    if (visible === undefined || distanceOf(tank, target) > FAR_UM) {
      this.#driver.seek(world, tank, target);
    } else this.#circle(world, tank, target);
  }

  /** The nearest living enemies, the nearest first. */
  #findNearest(world: BotView, tank: Tank): void {
    const nearest = this.#nearest;
    nearest.length = 0;
    for (const other of world.tanks) {
      if (!other.alive || other.team === tank.team) continue;
      const distance = distanceOf(tank, other);
      let at = nearest.length;
      while (at > 0 && distanceOf(tank, nearest[at - 1] ?? other) > distance) at -= 1;
      if (at >= LOOKS_MAX) continue;
      nearest.splice(at, 0, other);
      if (nearest.length > LOOKS_MAX) nearest.length = LOOKS_MAX;
    }
  }

  /** Round the enemy, to one side or the other, away where it is near; wherever there is room. */
  #circle(world: BotView, tank: Tank, target: Tank): void {
    if (this.#rng.below(SIDE_CHANGE_ODDS) === 0) this.#side = this.#side === 1 ? -1 : 1;
    const bearing = headingOf(target.xUm - tank.xUm, target.yUm - tank.yUm);
    const aside = (distanceOf(tank, target) < NEAR_UM ? 130 : 85) * DEGREES;
    if (this.#dash(world, tank, bearing + this.#side * aside)) return;
    this.#side = this.#side === 1 ? -1 : 1;
    if (this.#dash(world, tank, bearing + this.#side * aside)) return;
    if (this.#dash(world, tank, bearing + 180 * DEGREES)) return;
    if (this.#dash(world, tank, bearing + this.#side * 45 * DEGREES)) return;
    this.#driver.seek(world, tank, target);
  }

  #dash(world: BotView, tank: Tank, heading: number): boolean {
    const toXUm = Math.round(tank.xUm + (DASH_UM * cosOf(heading)) / TRIG_ONE);
    const toYUm = Math.round(tank.yUm + (DASH_UM * sinOf(heading)) / TRIG_ONE);
    const way = { fromXUm: tank.xUm, fromYUm: tank.yUm, toXUm, toYUm };
    if (!terrainOf(world.arena).sight.isFreeForTank(way)) return false;
    this.#driver.dash(toXUm, toYUm);
    return true;
  }

  /** To some spawn, and when it is there to another. */
  #roam(world: BotView, tank: Tank): void {
    const dx = this.#roamXUm - tank.xUm;
    const dy = this.#roamYUm - tank.yUm;
    const isThere = Math.abs(dx) < NEAR_UM / 2 && Math.abs(dy) < NEAR_UM / 2;
    if (this.#roamXUm < 0 || isThere) {
      const spawn = this.#rng.pick(world.arena.spawns);
      if (spawn === undefined) return;
      this.#roamXUm = spawn.xUm;
      this.#roamYUm = spawn.yUm;
    }
    this.#driver.seek(world, tank, { xUm: this.#roamXUm, yUm: this.#roamYUm });
  }
}

function distanceOf(a: Tank, b: Tank): number {
  const dx = a.xUm - b.xUm;
  const dy = a.yUm - b.yUm;
  return Math.sqrt(dx * dx + dy * dy);
}
