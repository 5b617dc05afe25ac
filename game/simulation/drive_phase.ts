import type { MatchState } from "./match_state.ts";
import { steerTank } from "./move_order.ts";
import { moveTank } from "./move_tank.ts";
import type { Tank } from "./tank.ts";
import type { TankInput } from "./tank_input.ts";

/** Counts reload and return down, and moves every living tank by its input or its order. */
export function driveTanks(state: MatchState): void {
  for (const tank of state.tanks) {
    if (tank.reloadTicks > 0) tank.reloadTicks -= 1;
    if (tank.alive) moveTank(tank, inputOf(state, tank), state.arena, state.tuning);
    else if (tank.respawnTicks > 0) tank.respawnTicks -= 1;
  }
}

function inputOf(state: MatchState, tank: Tank): TankInput {
  if (tank.orderTicks === 0 && tank.aims) return tank.input;
  const { steered } = state;
  if (tank.orderTicks > 0) {
    const arrived = steerTank(tank, state.tuning, steered);
    tank.orderTicks = arrived ? 0 : tank.orderTicks - 1;
  } else {
    steered.throttle = tank.input.throttle;
    steered.turn = tank.input.turn;
  }
  steered.turret = tank.aims ? tank.input.turret : tank.heading;
  steered.fire = tank.input.fire;
  return steered;
}
