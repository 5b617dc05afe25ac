import { NO_SLOT, Tank } from "./simulation/tank.ts";

/** How a pool is made. */
export interface TankPoolOptions {
  /** How many tanks there are at most, 1 or more. */
  readonly tanksMax: number;
  /** Names a tank; never the same twice. */
  readonly nextId: () => string;
}

/**
 * The tanks of a server. There is a fixed number, which bounds what the server takes on; they are
 * made when first needed and used again, and each time a tank is handed out it has a new id.
 */
export class TankPool {
  readonly #options: TankPoolOptions;
  readonly #inUse = new Set<Tank>();
  readonly #idle: Tank[] = [];

  /**
   * A pool that has made no tank yet. @throws RangeError when `tanksMax` is not a positive integer
   */
  constructor(options: TankPoolOptions) {
    if (!Number.isSafeInteger(options.tanksMax) || options.tanksMax < 1) {
      throw new RangeError(
        `Cannot create tank pool: tanksMax must be a positive integer, is ${options.tanksMax}`,
      );
    }
    this.#options = options;
  }

  /** How many tanks there are at most. */
  get capacity(): number {
    return this.#options.tanksMax;
  }

  /** How many tanks are handed out. */
  get inUse(): number {
    return this.#inUse.size;
  }

  /**
   * A tank as good as new, or undefined where all are in use.
   *
   * @param tankId its id; a new one unless it goes on from a checkpoint
   */
  acquire(tankId?: string): Tank | undefined {
    if (this.#inUse.size >= this.capacity) return undefined;
    const id = tankId ?? this.#options.nextId();
    const tank = this.#idle.pop() ?? new Tank(id);
    tank.tankId = id;
    this.#inUse.add(tank);
    return tank;
  }

  /**
   * Takes a tank back and resets it. Keep no reference to it: it will be somebody else's.
   *
   * @throws Error when the pool has not handed it out, or has it back, or it is still in a world
   */
  release(tank: Tank): void {
    if (!this.#inUse.has(tank)) {
      throw new Error(`Cannot release tank ${tank.tankId}: the pool has not handed it out`);
    }
    if (tank.slot !== NO_SLOT) {
      throw new Error(`Cannot release tank ${tank.tankId}: it is still in a world`);
    }
    this.#inUse.delete(tank);
    tank.reset();
    this.#idle.push(tank);
  }
}
