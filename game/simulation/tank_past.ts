import type { Tank } from "./tank.ts";
import { TICK_RATE_MAX, TICK_RATE_MIN } from "./units.ts";

/** How far back a shot may be judged, in milliseconds: what is older favours the shooter too much. */
export const REWIND_MS_MAX = 250;

/** Numbers that a tank's place at one tick is saved as: x, y, and whether it was there. */
export const PAST_FIELDS = 3;

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
  /** By tick and slot. */
  readonly #xUm: Int32Array;
  readonly #yUm: Int32Array;
  readonly #there: Uint8Array;

  /** Knows nothing yet. @throws RangeError when the rate is not 10..60 Hz */
  constructor(slotCount: number, tickRate: number) {
    if (!(tickRate >= TICK_RATE_MIN && tickRate <= TICK_RATE_MAX)) {
      throw new RangeError(`Cannot remember ticks: the rate is ${tickRate} Hz`);
    }
    this.ticksMax = rewindTicksMax(tickRate);
    this.#slotCount = slotCount;
    this.#xUm = new Int32Array(this.ticksMax * slotCount);
    this.#yUm = new Int32Array(this.ticksMax * slotCount);
    this.#there = new Uint8Array(this.ticksMax * slotCount);
  }

  /** Notes where the living stand at the end of a tick; the oldest tick is forgotten. */
  record(tick: number, tanks: readonly Tank[]): void {
    const row = this.#rowOf(tick);
    this.#there.fill(0, row, row + this.#slotCount);
    for (const tank of tanks) {
      if (!tank.alive) continue;
      const at = row + tank.slot;
      this.#xUm[at] = tank.xUm;
      this.#yUm[at] = tank.yUm;
      this.#there[at] = 1;
    }
  }

  /** Forgets a slot: whoever comes into it next was not there. */
  forget(slot: number): void {
    for (let at = slot; at < this.#there.length; at += this.#slotCount) this.#there[at] = 0;
  }

  /** Whether a living tank was in the slot at a tick, which is one of the last `ticksMax`. */
  wasThere(slot: number, tick: number): boolean {
    return this.#there[this.#rowOf(tick) + slot] === 1;
  }

  /** Where it stood then, µm; means nothing where nobody was. */
  xUmAt(slot: number, tick: number): number {
    return this.#xUm[this.#rowOf(tick) + slot] ?? 0;
  }

  /** Where it stood then, µm; means nothing where nobody was. */
  yUmAt(slot: number, tick: number): number {
    return this.#yUm[this.#rowOf(tick) + slot] ?? 0;
  }

  /** A slot's places as whole numbers, {@linkcode PAST_FIELDS} for each tick, the newest first. */
  save(slot: number, newestTick: number): number[] {
    return Array.from({ length: this.ticksMax }, (_, ago) => newestTick - ago).flatMap((tick) => {
      if (tick < 0 || !this.wasThere(slot, tick)) return [0, 0, 0];
      return [this.xUmAt(slot, tick), this.yUmAt(slot, tick), 1];
    });
  }

  /** Takes back what {@linkcode save} gave. */
  restore(slot: number, newestTick: number, saved: readonly number[]): void {
    for (let ago = 0; ago < this.ticksMax && newestTick - ago >= 0; ago++) {
      const at = this.#rowOf(newestTick - ago) + slot;
      this.#xUm[at] = saved[ago * PAST_FIELDS] ?? 0;
      this.#yUm[at] = saved[ago * PAST_FIELDS + 1] ?? 0;
      this.#there[at] = saved[ago * PAST_FIELDS + 2] ?? 0;
    }
  }

  #rowOf(tick: number): number {
    return (tick % this.ticksMax) * this.#slotCount;
  }
}
