import type { MatchState } from "./match_state.ts";
import type { Tank } from "./tank.ts";
import { SHELL_DAMAGE } from "./tuning.ts";

/**
 * Has a shell of `by` hit a tank. Friends without friendly fire and protected tanks take nothing, and
 * nothing is said about it. Destroying an enemy scores 1 for the tank and its team; destroying a
 * friend scores nothing.
 */
export function damageTank(state: MatchState, target: Tank, by: Tank): void {
  const isFriend = target.team === by.team;
  if (target.protectedTicks > 0 || (isFriend && !state.rules.friendlyFire)) return;
  const hpBefore = target.hp;
  const damage = Math.min(SHELL_DAMAGE, hpBefore);
  target.hp = hpBefore - damage;
  const { slot, hp } = target;
  state.events.push({ kind: "damaged", slot, by: by.slot, damage, hpBefore, hp });
  if (hp > 0) return;

  destroyTank(state, target);
  state.events.push({ kind: "destroyed", slot, by: by.slot });
  if (isFriend) return;
  by.kills += 1;
  by.score += 1;
  state.scores[by.team] = (state.scores[by.team] ?? 0) + 1;
}

/** What it was about to do is forgotten; what its player holds down is still in force afterwards. */
function destroyTank(state: MatchState, tank: Tank): void {
  tank.alive = false;
  tank.deaths += 1;
  tank.speedUmPerTick = 0;
  tank.firePending = false;
  tank.orderTicks = 0;
  tank.reloadTicks = 0;
  tank.respawnTicks = state.respawnTicks;
}
