import type { Rng } from "../../core/rng.ts";
import type { MutableTankInput } from "../simulation/tank_input.ts";
import type { Tank } from "../simulation/tank.ts";
import {
  cosOf,
  headingDifference,
  headingOf,
  sinOf,
  TRIG_ONE,
} from "../simulation/trigonometry.ts";
import { MUZZLE_UM, TANK_RADIUS_UM } from "../simulation/tuning.ts";
import { HEADINGS_PER_TURN } from "../simulation/units.ts";
import type { BotSkill } from "./bot_skill.ts";
import type { BotView } from "./bot_view.ts";
import { terrainOf } from "./terrain.ts";

const HEADINGS_PER_RADIAN = HEADINGS_PER_TURN / (2 * Math.PI);
/** Where a shell may pass a friend's centre at the nearest, µm. */
const FRIEND_UM = TANK_RADIUS_UM + 500_000;
/** To where the target will be: the first time is the flight to where it is. */
const LEAD_PASSES = 2;

/** Aims one tank's turret at a target as it was last seen, and fires when that may hit. */
export class Gunner {
  readonly #skill: BotSkill;
  readonly #rng: Rng;
  #target: Tank | undefined;
  /** When the target was chosen. */
  #chosenTick = 0;
  /** When it was last looked at, and what was seen. */
  #seenTick = 0;
  #xUm = 0;
  #yUm = 0;
  #velocityXUm = 0;
  #velocityYUm = 0;
  #mayFire = false;
  #error = 0;

  /** `rng` decides how far its aim is off. */
  constructor(skill: BotSkill, rng: Rng) {
    this.#skill = skill;
    this.#rng = rng;
  }

  /** Aims at nobody from now on. */
  rest(): void {
    this.#target = undefined;
    this.#mayFire = false;
  }

  /** Looks at a target; `isVisible`: no wall is between. */
  look(
    world: BotView,
    tank: Tank,
    about: { readonly target: Tank; readonly isVisible: boolean },
  ): void {
    const { target, isVisible } = about;
    if (target !== this.#target) {
      this.#target = target;
      this.#chosenTick = world.tick;
    }
    this.#seenTick = world.tick;
    this.#xUm = target.xUm;
    this.#yUm = target.yUm;
    this.#velocityXUm = (target.speedUmPerTick * cosOf(target.heading)) / TRIG_ONE;
    this.#velocityYUm = (target.speedUmPerTick * sinOf(target.heading)) / TRIG_ONE;
    this.#error = this.#sampleError();
    this.#mayFire = isVisible && !isFriendBetween(world, tank, target);
  }

  /** Sets turret and trigger for one tick. */
  aim(world: BotView, tank: Tank, into: MutableTankInput): void {
    const target = this.#target;
    into.fire = false;
    if (target === undefined) {
      into.turret = tank.heading;
      return;
    }
    const age = world.tick - this.#seenTick;
    const xUm = this.#xUm + this.#velocityXUm * age - tank.xUm;
    const yUm = this.#yUm + this.#velocityYUm * age - tank.yUm;
    let distance = Math.sqrt(xUm * xUm + yUm * yUm);
    let aimX = xUm;
    let aimY = yUm;
    const { shellUmPerTick } = world.tuning;
    for (let pass = 0; pass < LEAD_PASSES; pass++) {
      const ticks = Math.max(0, distance - MUZZLE_UM) / shellUmPerTick;
      aimX = xUm + this.#velocityXUm * ticks;
      aimY = yUm + this.#velocityYUm * ticks;
      distance = Math.sqrt(aimX * aimX + aimY * aimY);
    }
    into.turret = (headingOf(aimX, aimY) + this.#error) & (HEADINGS_PER_TURN - 1);
    const reactionTicks = (this.#skill.reactionMs * world.tickRate) / 1_000;
    if (!this.#mayFire || world.tick - this.#chosenTick < reactionTicks) return;
    // What is protected when the shell arrives is only angered.
    if (!target.alive || target.protectedTicks * shellUmPerTick > distance) return;
    if (distance > this.#skill.rangeUm) return;
    const halfWidth = (TANK_RADIUS_UM * HEADINGS_PER_RADIAN) / Math.max(distance, MUZZLE_UM);
    into.fire = Math.abs(headingDifference(tank.turret, into.turret)) <= halfWidth;
  }

  /** The sum of two throws: small errors are likelier than large ones. */
  #sampleError(): number {
    const max = this.#skill.aimErrorMax;
    return ((this.#rng.below(2 * max + 1) + this.#rng.below(2 * max + 1)) >> 1) - max;
  }
}

/** Whether no wall is between two tanks. */
export function canSee(world: BotView, from: Tank, to: Tank): boolean {
  return terrainOf(world.arena).sight.isFreeForShell({
    fromXUm: from.xUm,
    fromYUm: from.yUm,
    toXUm: to.xUm,
    toYUm: to.yUm,
  });
}

function isFriendBetween(world: BotView, tank: Tank, target: Tank): boolean {
  const dx = target.xUm - tank.xUm;
  const dy = target.yUm - tank.yUm;
  const distance = Math.sqrt(dx * dx + dy * dy);
  if (distance === 0) return false;
  for (const other of world.tanks) {
    if (other.team !== tank.team || other === tank || !other.alive) continue;
    const x = other.xUm - tank.xUm;
    const y = other.yUm - tank.yUm;
    const along = (x * dx + y * dy) / distance;
    if (along < 0 || along > distance) continue;
    if (Math.abs(x * dy - y * dx) / distance < FRIEND_UM) return true;
  }
  return false;
}
