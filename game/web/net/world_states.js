/** @typedef {import("./match_message.js").Tank} Tank */
/** @typedef {import("./match_message.js").Shell} Shell */
/** @typedef {import("./match_message.js").WorldState} WorldState */
/**
 * The match at one tick.
 *
 * @typedef {Readonly<{ tick: number, tanks: ReadonlyMap<string, Tank>, shells: readonly Shell[] }>} Snapshot
 */

/** As many as the server remembers for deltas, and some. */
const SNAPSHOTS_MAX = 64;

/** Puts states together: each is a change of an earlier one, or whole. */
export class WorldStates {
  /** @type {Map<number, Snapshot>} By tick, oldest first. */
  #byTick = new Map();

  /**
   * The snapshot that a state makes; undefined where the one it changes is not known any more.
   *
   * @param {Pick<WorldState, "tick" | "base" | "tanks" | "gone" | "shells">} state
   * @returns {Snapshot | undefined}
   */
  apply({ tick, base, tanks: changes, gone, shells }) {
    const then = base === null ? new Map() : this.#byTick.get(base)?.tanks;
    if (then === undefined) return undefined;
    /** @type {Map<string, Tank>} */
    const tanks = new Map(then);
    for (const tankId of gone) tanks.delete(tankId);
    for (const change of changes) {
      const tank = { ...tanks.get(change.tank_id), ...change };
      if (isWhole(tank)) tanks.set(tank.tank_id, tank);
    }
    const snapshot = { tick, tanks, shells };
    this.#byTick.set(tick, snapshot);
    for (const oldest of this.#byTick.keys()) {
      if (this.#byTick.size <= SNAPSHOTS_MAX) break;
      this.#byTick.delete(oldest);
    }
    return snapshot;
  }

  /** Forgets all: what comes next is whole. */
  clear() {
    this.#byTick.clear();
  }
}

/**
 * @param {Partial<Tank>} tank
 * @returns {tank is Tank}
 */
function isWhole(tank) {
  return tank.x !== undefined && tank.hp !== undefined && tank.alive !== undefined;
}
