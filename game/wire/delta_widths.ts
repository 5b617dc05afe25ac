import { tuningAt } from "../simulation/tuning.ts";
import { bitsFor } from "./bit_masks.ts";
import { UM_PER_CM } from "./frame_layout.ts";

/** A heading of the simulation is a sixteenth of one of the wire. */
const HEADING_UNITS = 16;
/** Rounding at both ends, and a little for being pushed. */
const MOVE_SLACK_CM = 2;
const WIDTH_MIN = 2;

/** How many bits what a tank does in some ticks takes. In place, and used again. */
export class DeltaWidths {
  readonly #forwardUmPerTick: number;
  readonly #hullTurnPerTick: number;
  readonly #turretTurnPerTick: number;
  #ticks = -1;

  /** Bits of a signed change of x or y in cm, by class; class 3 is an absolute position. */
  readonly position: Uint8Array = new Uint8Array(3);
  /** How far a hull turns at its full rate, in 4096ths of a turn, rounded down. */
  hullTurn = 0;
  /** How far a turret turns at its full rate, in 4096ths of a turn, rounded down. */
  turretTurn = 0;
  /** Bits of an unsigned number of ticks below the baseline's distance. */
  tickBits = 1;

  /** The widths of a match with this tick rate, 10..60 Hz. */
  constructor(tickRate: number) {
    const { forwardUmPerTick, hullTurnPerTick, turretTurnPerTick } = tuningAt(tickRate);
    this.#forwardUmPerTick = forwardUmPerTick;
    this.#hullTurnPerTick = hullTurnPerTick;
    this.#turretTurnPerTick = turretTurnPerTick;
  }

  /** Makes them those for a baseline that is so many ticks old, 1..255. */
  setTicks(ticks: number): void {
    if (ticks === this.#ticks) return;
    this.#ticks = ticks;
    const moveCm = Math.floor((this.#forwardUmPerTick * ticks) / UM_PER_CM) + MOVE_SLACK_CM;
    const widest = bitsFor(moveCm) + 1;
    for (let kind = 0; kind < 3; kind++) {
      this.position[kind] = Math.max(WIDTH_MIN, widest - 2 * (2 - kind));
    }
    this.hullTurn = Math.floor((this.#hullTurnPerTick * ticks) / HEADING_UNITS);
    this.turretTurn = Math.floor((this.#turretTurnPerTick * ticks) / HEADING_UNITS);
    this.tickBits = bitsFor(ticks - 1);
  }
}

const widthsByTickRate: (DeltaWidths | undefined)[] = [];

/**
 * The widths that all encoders of matches with this tick rate, 10..60 Hz, use within one call, one after the
 * other: shared they are warm, and made anew for another baseline sooner than fetched.
 */
export function sharedWidths(tickRate: number): DeltaWidths {
  return widthsByTickRate[tickRate] ??= new DeltaWidths(tickRate);
}

/** Bits of a signed turn of less than the full rate's; at most 12, which hold any turn. */
export function turnBits(fullTurn: number): number {
  return Math.min(12, bitsFor(fullTurn) + 1);
}

/** Whether a signed 32-bit integer fits two's complement of so many bits, 1..32. */
export function fitsSigned(value: number, width: number): boolean {
  const unused = 32 - width;
  return (value << unused) >> unused === value;
}

/** The short way from one 12-bit heading to another, -2048..2047. */
export function turnBetween(from: number, to: number): number {
  return ((to - from) << 20) >> 20;
}
