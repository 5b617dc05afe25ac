import type { SnapshotFrame } from "./snapshot_frame.ts";
import { SHELLS_MAX, SLOTS_MAX } from "./snapshot_limits.ts";

const WORD_BITS = 32;

/**
 * What one client sees of a frame: a bit for each slot and for each shell by its place in the frame. The
 * rest is not there for that client. It has to be kept as long as the frame is a baseline of that client.
 */
export class Visibility {
  /** Bit `slot % 32` of word `slot / 32`. */
  readonly slots: Uint32Array = new Uint32Array(Math.ceil(SLOTS_MAX / WORD_BITS));
  /** As `slots`, by the shell's place in the frame. */
  readonly shells: Uint32Array = new Uint32Array(SHELLS_MAX / WORD_BITS);

  /** Hides everything. */
  clear(): void {
    this.slots.fill(0);
    this.shells.fill(0);
  }

  /** Shows the tank of a slot. */
  showSlot(slot: number): void {
    setBit(this.slots, slot);
  }

  /** Shows the shell at a place in the frame. */
  showShell(index: number): void {
    setBit(this.shells, index);
  }

  /** Whether the slot is seen. */
  hasSlot(slot: number): boolean {
    return hasBit(this.slots, slot);
  }

  /** Whether the shell at this place is seen. */
  hasShell(index: number): boolean {
    return hasBit(this.shells, index);
  }

  /** Takes everything over from another. */
  copyFrom(other: Visibility): void {
    this.slots.set(other.slots);
    this.shells.set(other.shells);
  }
}

/** Whether a frame has a tank in the slot for who sees this much of it; undefined: all. */
export function isTankSeen(
  frame: SnapshotFrame,
  slot: number,
  visible: Visibility | undefined,
): boolean {
  return frame.present[slot] === 1 && (visible === undefined || visible.hasSlot(slot));
}

/** Whether a frame has a shell at this place for who sees this much of it; undefined: all. */
export function isShellSeen(
  frame: SnapshotFrame,
  index: number,
  visible: Visibility | undefined,
): boolean {
  return index < frame.shellCount && (visible === undefined || visible.hasShell(index));
}

function setBit(words: Uint32Array, bit: number): void {
  words[bit >>> 5] = (words[bit >>> 5] ?? 0) | (1 << (bit & 31));
}

function hasBit(words: Uint32Array, bit: number): boolean {
  return (((words[bit >>> 5] ?? 0) >>> (bit & 31)) & 1) === 1;
}
