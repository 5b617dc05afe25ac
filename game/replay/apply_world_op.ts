import { unreachable } from "../../core/unreachable.ts";
import { Tank } from "../simulation/tank.ts";
import type { World } from "../simulation/world.ts";
import type { WorldOp } from "./world_op.ts";

/**
 * Does one operation to a world again; false where the world does not take it as it was recorded: then it
 * is another world.
 *
 * @param joined who comes next
 */
export function applyWorldOp(
  world: World,
  op: Exclude<WorldOp, { readonly kind: "step" }>,
  joined: Iterator<readonly [string, string]>,
): boolean {
  const { slot } = op;
  switch (op.kind) {
    case "join": {
      const next = joined.next();
      if (next.done) return false;
      const [tankId, playerId] = next.value;
      const added = world.addTank(new Tank(tankId), playerId, op.team);
      return added.ok && added.slot === slot;
    }
    case "leave":
      return world.removeTank(slot) !== undefined;
    case "input": {
      const before = world.tankAt(slot)?.input;
      if (before === undefined) return false;
      const { throttle = before.throttle, turn = before.turn, turret = before.turret, fire } = op;
      return world.setInput(slot, { throttle, turn, turret, fire });
    }
    case "order":
      return world.setMoveOrder(slot, op);
    case "shot":
      return world.fireOnce(slot);
    case "lag":
      return world.setViewLag(slot, op.ticks);
    default:
      return unreachable(op);
  }
}
