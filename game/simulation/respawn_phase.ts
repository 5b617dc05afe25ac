import type { MatchState } from "./match_state.ts";
import { spawnTank } from "./spawn.ts";

/** Counts the protection of the living down, and brings back the destroyed whose time has come. */
export function respawnTanks(state: MatchState): void {
  for (const tank of state.tanks) {
    if (tank.alive) {
      if (tank.protectedTicks > 0) tank.protectedTicks -= 1;
    } else if (tank.respawnTicks === 0) {
      spawnTank(state, tank);
      state.events.push({ kind: "respawned", slot: tank.slot });
    }
  }
}
