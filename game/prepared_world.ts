import type { MatchCheckpoint } from "./match_checkpoint.ts";
import type { World } from "./simulation/world.ts";
import { restoreWorld } from "./simulation/world_state.ts";
import type { TankPool } from "./tank_pool.ts";

/** The world of a match that may go on here, with tanks of this server. */
export interface PreparedWorld {
  /** At the tick of its checkpoint. */
  readonly world: World;
  /** Hands its tanks back: the match goes on elsewhere. To be called at most once, and only while nobody plays in it. */
  discard(): void;
}

/** Reads a checkpoint's world; undefined where the pool has too few tanks for it. @throws Error where it is bad */
export function prepareWorld(
  checkpoint: MatchCheckpoint,
  pool: TankPool,
): PreparedWorld | undefined {
  const { tanks } = checkpoint.world;
  const tankCount = Array.isArray(tanks) ? tanks.length : 0;
  if (pool.inUse + tankCount > pool.capacity) return undefined;
  const world = restoreWorld(checkpoint.world, pool);
  const discard = (): void => {
    for (const { slot } of [...world.tanks]) {
      const tank = world.removeTank(slot);
      if (tank !== undefined) pool.release(tank);
    }
  };
  return { world, discard };
}
