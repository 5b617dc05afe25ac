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

  /** Shows what both show. */
  setBoth(left: Visibility, right: Visibility): void {
    setAnd(this.slots, left.slots, right.slots);
    setAnd(this.shells, left.shells, right.shells);
  }

  /** Takes everything over from another. */
  copyFrom(other: Visibility): void {
    this.slots.set(other.slots);
    this.shells.set(other.shells);
  }
}

/**
 * The first slot from `from` on that holds a tank which is seen, or `slotCount`. What is seen is taken to be
 * there: a {@linkcode Visibility} is of one frame.
 */
export function nextTankSeen(
  frame: SnapshotFrame,
  visible: Visibility | undefined,
  { from, slotCount }: { readonly from: number; readonly slotCount: number },
): number {
  if (visible !== undefined) return Math.min(nextBit(visible.slots, from), slotCount);
  let slot = from;
  while (slot < slotCount && !frame.hasTank(slot)) slot++;
  return slot;
}

/** The first place from `from` on of a shell which is seen, or `frame.shellCount`. */
export function nextShellSeen(
  frame: SnapshotFrame,
  visible: Visibility | undefined,
  from: number,
): number {
  if (visible !== undefined) return Math.min(nextBit(visible.shells, from), frame.shellCount);
  return Math.min(from, frame.shellCount);
}

/** Whether a frame has a tank in the slot for who sees this much of it; undefined: all. */
export function isTankSeen(
  frame: SnapshotFrame,
  slot: number,
  visible: Visibility | undefined,
): boolean {
  return frame.hasTank(slot) && (visible === undefined || visible.hasSlot(slot));
}

/** Whether a frame has a shell at this place for who sees this much of it; undefined: all. */
export function isShellSeen(
  frame: SnapshotFrame,
  index: number,
  visible: Visibility | undefined,
): boolean {
  return index < frame.shellCount && (visible === undefined || visible.hasShell(index));
}

function setAnd(into: Uint32Array, left: Uint32Array, right: Uint32Array): void {
  for (let word = 0; word < into.length; word++) {
    into[word] = (left[word] ?? 0) & (right[word] ?? 0);
  }
}

function setBit(words: Uint32Array, bit: number): void {
  words[bit >>> 5] = (words[bit >>> 5] ?? 0) | (1 << (bit & 31));
}

/** The first bit from `from` on that is set, or one beyond all of them. */
function nextBit(words: Uint32Array, from: number): number {
  let word = from >>> 5;
  let bits = (words[word] ?? 0) & (-1 << (from & 31));
  while (bits === 0) {
    word++;
    if (word >= words.length) return words.length * WORD_BITS;
    bits = words[word] ?? 0;
  }
  return word * WORD_BITS + 31 - Math.clz32(bits & -bits);
}

function hasBit(words: Uint32Array, bit: number): boolean {
  return (((words[bit >>> 5] ?? 0) >>> (bit & 31)) & 1) === 1;
}
