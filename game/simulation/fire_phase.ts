import type { MatchState } from "./match_state.ts";
import type { Tank } from "./tank.ts";
import { cosOf, sinOf, TRIG_ONE } from "./trigonometry.ts";
import { MUZZLE_UM } from "./tuning.ts";

/**
 * Fires for every living tank that is to and can. All of them fire before any shell hits, so that a
 * lower slot is no advantage. The new shells are the last in flight and stand at their muzzles.
 */
export function fireShells(state: MatchState): void {
  for (const tank of state.tanks) {
    if (!tank.alive || tank.reloadTicks > 0) continue;
    if (tank.input.fire || tank.firePending) fire(state, tank);
  }
}

/** The tick of what a tank's driver is shown in this step. */
export function shownTick(state: MatchState, tank: Tank): number {
  // Nobody has seen the match before its first tick.
  return Math.max(1, state.tick - tank.viewLagTicks);
}

function fire(state: MatchState, tank: Tank): void {
  const { tuning } = state;
  tank.firePending = false;
  tank.reloadTicks = tuning.reloadTicks;
  tank.protectedTicks = 0;

  const cos = cosOf(tank.turret);
  const sin = sinOf(tank.turret);
  const shell = state.shells.add();
  shell.ownerSlot = tank.slot;
  shell.team = tank.team;
  shell.xUm = tank.xUm + Math.trunc((MUZZLE_UM * cos) / TRIG_ONE);
  shell.yUm = tank.yUm + Math.trunc((MUZZLE_UM * sin) / TRIG_ONE);
  // `+ 0` makes -0 the one zero that there is.
  shell.velocityXUm = Math.trunc((tuning.shellUmPerTick * cos) / TRIG_ONE) + 0;
  shell.velocityYUm = Math.trunc((tuning.shellUmPerTick * sin) / TRIG_ONE) + 0;
  shell.ticksLeft = tuning.shellTicks;
  const { id: shellId, xUm, yUm } = shell;
  const lagTicks = state.tick - shownTick(state, tank);
  state.events.push({ kind: "shot", slot: tank.slot, shellId, lagTicks, xUm, yUm });
}
