import { damageTank } from "./damage.ts";
import { shownTick } from "./fire_phase.ts";
import type { MatchState } from "./match_state.ts";
import {
  type MovablePoint,
  NO_HIT,
  type Point,
  type Segment,
  sweepCircle,
  sweepRectangle,
} from "./physics.ts";
import type { Shell } from "./shell.ts";
import type { Tank } from "./tank.ts";
import { UM_PER_M } from "./units.ts";

/** A segment in place: a flight allocates nothing. */
interface Way extends Segment {
  fromXUm: number;
  fromYUm: number;
  toXUm: number;
  toYUm: number;
}

/** Farther from every arena than a shell flies. */
const NOWHERE_UM = -1_000 * UM_PER_M;

/** A place in the past; means nothing between two tanks. */
const then: MovablePoint = { xUm: 0, yUm: 0 };
/** Means nothing between two flights. */
const way: Way = { fromXUm: 0, fromYUm: 0, toXUm: 0, toYUm: 0 };

/**
 * Flies every shell by one tick, oldest first, and lets it hit what is earliest on its way: a wall, or
 * any living tank but the one that fired it. A tank stops a shell even where it takes no damage, as a
 * friend or just returned.
 *
 * @param freshFrom the index of the first shell that was fired in this step. Of those the first way is
 * the barrel, from the tank's centre to the muzzle: what stands in it is hit at once. Where the shooter
 * is shown what lags behind, they fly as many ticks more, and the barrel and each of those ways meet
 * the others where they stood then: who hits on the screen hits.
 */
export function flyShells(state: MatchState, freshFrom: number): void {
  const { flying } = state.shells;
  if (flying.length === 0) return;
  for (let index = 0; index < flying.length; index++) {
    const shell = flying[index];
    const owner = shell === undefined ? undefined : state.tankBySlot[shell.ownerSlot];
    // A shell is taken away with its owner.
    if (shell === undefined || owner === undefined) continue;
    if (index >= freshFrom) {
      flyFromPast(state, shell, owner);
    } else {
      aimAlongFlight(shell);
      fly(state, shell, { owner, tick: state.tick });
    }
  }
  state.shells.removeSpent();
}

/** The barrel when the shooter saw what it shot at, and from there on to the present. */
function flyFromPast(state: MatchState, shell: Shell, owner: Tank): void {
  const shot = { owner, tick: shownTick(state, owner) };
  aimAlongBarrel(shell, owner);
  fly(state, shell, shot);
  while (shot.tick < state.tick && shell.ticksLeft > 0) {
    shot.tick += 1;
    aimAlongFlight(shell);
    fly(state, shell, shot);
  }
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

/** Whose shell flies, and at which tick: the present or, for a shot from the past, one before. */
interface Flight {
  readonly owner: Tank;
  readonly tick: number;
}

function fly(state: MatchState, shell: Shell, { owner, tick }: Flight): void {
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
  const isNow = tick === state.tick;
  for (const tank of state.tanks) {
    const place = isNow ? tank : placeAt(state, tank, tick);
    const { xUm, yUm } = place;
    if (xUm < left || xUm > right || yUm < top || yUm > bottom) continue;
    if (!tank.alive || tank === owner) continue;
    const tankHit = sweepCircle(way, place, radiusUm);
    // Of equals the wall, then the lower slot.
    if (tankHit >= hit) continue;
    hit = tankHit;
    target = tank;
  }
  if (target !== undefined) damageTank(state, target, owner);
  if (hit !== NO_HIT || !state.arena.contains(shell.xUm, shell.yUm)) shell.ticksLeft = 0;
}

/** Where a tank stood at a tick; who was not there then is out of reach. */
function placeAt({ past }: MatchState, { slot }: Tank, tick: number): Point {
  const wasThere = tick > 0 && past.wasThere(slot, tick);
  then.xUm = wasThere ? past.xUmAt(slot, tick) : NOWHERE_UM;
  then.yUm = wasThere ? past.yUmAt(slot, tick) : NOWHERE_UM;
  return then;
}

function firstWallHit(state: MatchState): number {
  let hit = NO_HIT;
  for (const wall of state.arena.wallsNear(way.fromXUm, way.fromYUm)) {
    const wallHit = sweepRectangle(way, wall);
    if (wallHit < hit) hit = wallHit;
  }
  return hit;
}
