import { clamp } from "./integer_math.ts";
import type { MatchState } from "./match_state.ts";
import { type Point, separateCircles } from "./physics.ts";
import { TANKS_MAX } from "./rules.ts";
import { UM_PER_M } from "./units.ts";

/**
 * How far others may push a tank in one step along each axis, in µm. The diagonal is less than a
 * tank's radius, so that no push brings a tank's centre into a wall, let alone through it.
 */
const PUSH_UM_MAX = 1 * UM_PER_M;

/** Room for each tank's place before it was pushed, x and y in turn; means nothing between two steps. */
const places = new Int32Array(TANKS_MAX * 2);

/**
 * Pushes overlapping tanks apart, pairs in slot order, and then out of walls. Walls have the last
 * word: tanks wedged between them may go on overlapping one another, and are pushed again next step.
 */
export function separateTanks(state: MatchState): void {
  const { tanks, tuning: { radiusUm } } = state;
  let noted = false;
  let pushed = false;
  for (let first = 0; first < tanks.length; first++) {
    const a = tanks[first];
    if (a === undefined || !a.alive) continue;
    for (let second = first + 1; second < tanks.length; second++) {
      const b = tanks[second];
      if (b === undefined || !b.alive) continue;
      if (!isNear(a, b, 2 * radiusUm)) continue;
      if (!noted) notePlaces(state);
      noted = true;
      if (separateCircles(a, b, radiusUm)) pushed = true;
    }
  }
  if (pushed) settleTanks(state);
}

/** Whether two tanks may overlap: mostly none do, and then nothing need be noted. */
function isNear(a: Point, b: Point, apartUm: number): boolean {
  return Math.abs(a.xUm - b.xUm) < apartUm && Math.abs(a.yUm - b.yUm) < apartUm;
}

function notePlaces(state: MatchState): void {
  let next = 0;
  for (const tank of state.tanks) {
    places[next++] = tank.xUm;
    places[next++] = tank.yUm;
  }
}

/** Ends each pushed tank in a place that is free of walls: at worst where it was before. */
function settleTanks(state: MatchState): void {
  let next = 0;
  for (const tank of state.tanks) {
    const xUm = places[next++] ?? 0;
    const yUm = places[next++] ?? 0;
    if (tank.xUm === xUm && tank.yUm === yUm) continue;
    tank.xUm = clamp(tank.xUm, xUm - PUSH_UM_MAX, xUm + PUSH_UM_MAX);
    tank.yUm = clamp(tank.yUm, yUm - PUSH_UM_MAX, yUm + PUSH_UM_MAX);
    if (state.arena.pushInside(tank, state.tuning.radiusUm)) continue;
    tank.xUm = xUm;
    tank.yUm = yUm;
  }
}
