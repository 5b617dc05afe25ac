import type { Tank } from "./tank.ts";
import { TICK_RATE_MAX, TICK_RATE_MIN } from "./units.ts";

/** How far back a shot may be judged, in milliseconds: what is older favours the shooter too much. */
export const REWIND_MS_MAX = 250;

/** Numbers that a tank's place at one tick is kept and saved as: x, y, and whether it was there. */
export const PAST_FIELDS = 3;
const Y = 1;
const THERE = 2;

/** How many ticks back a shot may be judged at a tick rate, 2..15; rounded down. */
export function rewindTicksMax(tickRate: number): number {
  return Math.floor((REWIND_MS_MAX * tickRate) / 1_000);
}

/**
 * Where the tanks stood in the last ticks, so that a shot can be judged by what its shooter saw. Fixed
 * in size; recording allocates nothing.
 */
export class TankPast {
  /** How many ticks back it knows. */
  readonly ticksMax: number;
  readonly #slotCount: number;
  /** {@linkcode PAST_FIELDS} by tick and slot: what a tick writes lies together. */
  readonly #places: Int32Array;

  /** Knows nothing yet. @throws RangeError when the rate is not 10..60 Hz */
  constructor(slotCount: number, tickRate: number) {
    if (!(tickRate >= TICK_RATE_MIN && tickRate <= TICK_RATE_MAX)) {
      throw new RangeError(`Cannot remember ticks: the rate is ${tickRate} Hz`);
    }
    this.ticksMax = rewindTicksMax(tickRate);
    this.#slotCount = slotCount;
    this.#places = new Int32Array(this.ticksMax * slotCount * PAST_FIELDS);
  }

  /** Notes where the living stand at the end of a tick; the oldest tick is forgotten. */
  record(tick: number, tanks: readonly Tank[]): void {
    const places = this.#places;
    const row = this.#indexOf(0, tick);
    const end = row + this.#slotCount * PAST_FIELDS;
    for (let at = row; at < end; at += PAST_FIELDS) places[at + THERE] = 0;
    for (const tank of tanks) {
      if (!tank.alive) continue;
      const at = row + tank.slot * PAST_FIELDS;
      places[at] = tank.xUm;
      places[at + Y] = tank.yUm;
      places[at + THERE] = 1;
    }
  }

  /** Forgets a slot: whoever comes into it next was not there. */
  forget(slot: number): void {
    for (let tick = 0; tick < this.ticksMax; tick++) {
      this.#places[this.#indexOf(slot, tick) + THERE] = 0;
    }
  }

  /** Whether a living tank was in the slot at a tick, which is one of the last `ticksMax`. */
  wasThere(slot: number, tick: number): boolean {
    return this.#places[this.#indexOf(slot, tick) + THERE] === 1;
  }

  /** Where it stood then, µm; means nothing where nobody was. */
  xUmAt(slot: number, tick: number): number {
    return this.#places[this.#indexOf(slot, tick)] ?? 0;
  }

  /** Where it stood then, µm; means nothing where nobody was. */
  yUmAt(slot: number, tick: number): number {
    return this.#places[this.#indexOf(slot, tick) + Y] ?? 0;
  }

  /** Adds a slot's places as whole numbers, {@linkcode PAST_FIELDS} for each tick, the newest first. */
  save(slot: number, newestTick: number, saved: number[]): void {
    for (let ago = 0; ago < this.ticksMax; ago++) {
      const tick = newestTick - ago;
      const wasThere = tick >= 0 && this.wasThere(slot, tick);
      saved.push(
        wasThere ? this.xUmAt(slot, tick) : 0,
        wasThere ? this.yUmAt(slot, tick) : 0,
        wasThere ? 1 : 0,
      );
    }
  }

  /** Takes back what {@linkcode save} gave. */
  restore(slot: number, newestTick: number, saved: readonly number[]): void {
    for (let ago = 0; ago < this.ticksMax && newestTick - ago >= 0; ago++) {
      const at = this.#indexOf(slot, newestTick - ago);
      for (let field = 0; field < PAST_FIELDS; field++) {
        this.#places[at + field] = saved[ago * PAST_FIELDS + field] ?? 0;
      }
    }
  }

  #indexOf(slot: number, tick: number): number {
    return ((tick % this.ticksMax) * this.#slotCount + slot) * PAST_FIELDS;
  }
}
