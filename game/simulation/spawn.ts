import type { Spawn } from "./arena.ts";
import type { MatchState } from "./match_state.ts";
import type { Point } from "./physics.ts";
import type { Tank } from "./tank.ts";
import { TANK_HP_MAX } from "./tuning.ts";
import { UM_PER_MM } from "./units.ts";

/** Further than any enemy: 1000 m by 1000 m is 2 * 10^12 mm^2. */
const NO_ENEMY = Number.MAX_SAFE_INTEGER;
/** Worse than any free spawn. */
const TAKEN = -1;

/** Puts a tank, whole and protected, at the spawn that suits it best. */
export function spawnTank(state: MatchState, tank: Tank): void {
  const spawn = chooseSpawn(state, tank);
  tank.xUm = spawn.xUm;
  tank.yUm = spawn.yUm;
  tank.heading = spawn.heading;
  tank.turret = spawn.heading;
  tank.speedUmPerTick = 0;
  tank.hp = TANK_HP_MAX;
  tank.alive = true;
  tank.reloadTicks = 0;
  tank.respawnTicks = 0;
  tank.protectedTicks = state.tuning.protectionTicks;
}

/**
 * The spawn whose nearest living enemy is farthest away, among those where no tank stands; if tanks
 * stand on all of them, any. Chance decides between equals.
 */
function chooseSpawn(state: MatchState, tank: Tank): Spawn {
  let best = TAKEN;
  let equals = 0;
  for (const spawn of state.arena.spawns) {
    const value = spawnValue(state, tank, spawn);
    if (value === best) equals += 1;
    if (value <= best) continue;
    best = value;
    equals = 1;
  }
  let skip = equals > 1 ? state.rng.below(equals) : 0;
  for (const spawn of state.arena.spawns) {
    if (spawnValue(state, tank, spawn) !== best) continue;
    if (skip === 0) return spawn;
    skip -= 1;
  }
  throw new Error(`Cannot spawn a tank: arena ${state.arena.name} has no spawn`);
}

/** The square of the distance to the nearest living enemy, in mm^2. */
function spawnValue(state: MatchState, tank: Tank, spawn: Spawn): number {
  let value = NO_ENEMY;
  for (const other of state.tanks) {
    if (!other.alive || other === tank) continue;
    if (overlaps(state, spawn, other)) return TAKEN;
    if (other.team !== tank.team) value = Math.min(value, distanceSquaredMm(spawn, other));
  }
  return value;
}

function overlaps(state: MatchState, spawn: Point, tank: Point): boolean {
  const apart = 2 * state.tuning.radiusUm;
  const dx = spawn.xUm - tank.xUm;
  const dy = spawn.yUm - tank.yUm;
  if (Math.abs(dx) >= apart || Math.abs(dy) >= apart) return false;
  return dx * dx + dy * dy < apart * apart;
}

function distanceSquaredMm(a: Point, b: Point): number {
  const dx = Math.trunc((a.xUm - b.xUm) / UM_PER_MM);
  const dy = Math.trunc((a.yUm - b.yUm) / UM_PER_MM);
  return dx * dx + dy * dy;
}
