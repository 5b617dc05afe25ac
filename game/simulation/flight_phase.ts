import { damageTank } from "./damage.ts";
import type { MatchState } from "./match_state.ts";
import { NO_HIT, type Segment, sweepCircle, sweepRectangle } from "./physics.ts";
import type { Shell } from "./shell.ts";
import type { Tank } from "./tank.ts";

/** A segment in place: a flight allocates nothing. */
interface Way extends Segment {
  fromXUm: number;
  fromYUm: number;
  toXUm: number;
  toYUm: number;
}

/** Means nothing between two flights. */
const way: Way = { fromXUm: 0, fromYUm: 0, toXUm: 0, toYUm: 0 };

/**
 * Flies every shell by one tick, oldest first, and lets it hit what is earliest on its way: a wall, or
 * any living tank but the one that fired it. A tank stops a shell even where it takes no damage, as a
 * friend or just returned.
 *
 * @param freshFrom the index of the first shell that was fired in this step. Of those the first way is
 * the barrel, from the tank's centre to the muzzle: what stands in it is hit at once.
 */
export function flyShells(state: MatchState, freshFrom: number): void {
  const { flying } = state.shells;
  if (flying.length === 0) return;
  for (let index = 0; index < flying.length; index++) {
    const shell = flying[index];
    const owner = shell === undefined ? undefined : state.tankBySlot[shell.ownerSlot];
    // A shell is taken away with its owner.
    if (shell === undefined || owner === undefined) continue;
    if (index < freshFrom) aimAlongFlight(shell);
    else aimAlongBarrel(shell, owner);
    fly(state, shell, owner);
  }
  state.shells.removeSpent();
}

function aimAlongFlight(shell: Shell): void {
  way.fromXUm = shell.xUm;
  way.fromYUm = shell.yUm;
  way.toXUm = shell.xUm + shell.velocityXUm;
  way.toYUm = shell.yUm + shell.velocityYUm;
  shell.ticksLeft -= 1;
}

function aimAlongBarrel(shell: Shell, owner: Tank): void {
  way.fromXUm = owner.xUm;
  way.fromYUm = owner.yUm;
  way.toXUm = shell.xUm;
  way.toYUm = shell.yUm;
}

function fly(state: MatchState, shell: Shell, owner: Tank): void {
  shell.xUm = way.toXUm;
  shell.yUm = way.toYUm;
  const { radiusUm } = state.tuning;
  // Most tanks are nowhere near: with 100 of them these four comparisons are half of a step.
  const left = Math.min(way.fromXUm, way.toXUm) - radiusUm;
  const right = Math.max(way.fromXUm, way.toXUm) + radiusUm;
  const top = Math.min(way.fromYUm, way.toYUm) - radiusUm;
  const bottom = Math.max(way.fromYUm, way.toYUm) + radiusUm;
  let hit = firstWallHit(state);
  let target: Tank | undefined;
  for (const tank of state.tanks) {
    const { xUm, yUm } = tank;
    if (xUm < left || xUm > right || yUm < top || yUm > bottom) continue;
    if (!tank.alive || tank === owner) continue;
    const tankHit = sweepCircle(way, tank, radiusUm);
    // Of equals the wall, then the lower slot.
    if (tankHit >= hit) continue;
    hit = tankHit;
    target = tank;
  }
  if (target !== undefined) damageTank(state, target, owner);
  if (hit !== NO_HIT || !state.arena.contains(shell.xUm, shell.yUm)) shell.ticksLeft = 0;
}

function firstWallHit(state: MatchState): number {
  let hit = NO_HIT;
  for (const wall of state.arena.wallsNear(way.fromXUm, way.fromYUm)) {
    const wallHit = sweepRectangle(way, wall);
    if (wallHit < hit) hit = wallHit;
  }
  return hit;
}
