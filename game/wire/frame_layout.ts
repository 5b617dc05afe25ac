import { ARENA_SIDE_UM_MAX } from "../simulation/arena.ts";
import { TICK_RATE_MAX, TICK_RATE_MIN } from "../simulation/units.ts";
import { bitsFor } from "./bit_masks.ts";
import { SLOTS_MAX } from "./snapshot_limits.ts";

/** Micrometres in a centimetre, in which positions go over the wire. */
export const UM_PER_CM = 10_000;

/** What both sides know of a match from WELCOME and the arena, and what that makes of its snapshots. */
export interface FrameLayout {
  /** Ticks a second. */
  readonly tickRate: number;
  /** Slots for tanks, 1..100. */
  readonly slotCount: number;
  /** The highest team number, 1..100. */
  readonly teamMax: number;
  /** The greatest x, in cm. */
  readonly xCmMax: number;
  /** The greatest y, in cm. */
  readonly yCmMax: number;
  /** Bits of a slot. */
  readonly slotBits: number;
  /** Bits of a team number. */
  readonly teamBits: number;
  /** Bits of an absolute x. */
  readonly xBits: number;
  /** Bits of an absolute y. */
  readonly yBits: number;
}

/** What a layout is made from. */
export interface LayoutOptions {
  /** Ticks a second, 10..60. */
  readonly tickRate: number;
  /** 1..100. */
  readonly slotCount: number;
  /** 1..100. */
  readonly teamMax: number;
  /** The arena's side along x, µm. */
  readonly widthUm: number;
  /** The arena's side along y, µm. */
  readonly heightUm: number;
}

/** The layout of a match's snapshots. @throws RangeError where a number breaks its bounds */
export function frameLayout(options: LayoutOptions): FrameLayout {
  const { tickRate, slotCount, teamMax, widthUm, heightUm } = options;
  check("tickRate", tickRate, TICK_RATE_MIN, TICK_RATE_MAX);
  check("slotCount", slotCount, 1, SLOTS_MAX);
  check("teamMax", teamMax, 1, SLOTS_MAX);
  check("widthUm", widthUm, 1, ARENA_SIDE_UM_MAX);
  check("heightUm", heightUm, 1, ARENA_SIDE_UM_MAX);
  const xCmMax = Math.floor((widthUm + UM_PER_CM / 2) / UM_PER_CM);
  const yCmMax = Math.floor((heightUm + UM_PER_CM / 2) / UM_PER_CM);
  return {
    tickRate,
    slotCount,
    teamMax,
    xCmMax,
    yCmMax,
    slotBits: bitsFor(slotCount - 1),
    teamBits: bitsFor(teamMax),
    xBits: bitsFor(xCmMax),
    yBits: bitsFor(yCmMax),
  };
}

function check(name: string, value: number, min: number, max: number): void {
  if (Number.isInteger(value) && value >= min && value <= max) return;
  throw new RangeError(`Cannot lay frames out: ${name} must be ${min}..${max}, is ${value}`);
}
