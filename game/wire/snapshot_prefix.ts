import { BitReader } from "./bit_reader.ts";
import { BitWriter } from "./bit_writer.ts";
import { HEADER_BYTES } from "./datagram.ts";
import { SNAPSHOT_PARTS_MAX } from "./snapshot_limits.ts";
import type { WireRefusal } from "./wire_refusal.ts";

/** The fastest that `ownSpeedMm` can say, either way, in mm a tick. */
export const OWN_SPEED_MM_MAX = 32_767;

/**
 * What comes before the body in each SNAPSHOT and is for one client alone. In place, and used again:
 * reading one allocates nothing.
 */
export class SnapshotPrefix {
  /** The tick of the snapshot. */
  tick = 0;
  /** Ticks back to the snapshot that it is a delta against; 0: it is full. */
  baselineTicks = 0;
  /** Which part of the body this datagram carries. */
  partIndex = 0;
  /** How many there are, 1..64. */
  partCount = 1;
  /** The newest of the client's inputs that has been applied; 0: none. */
  inputSeq = 0;
  /** Ticks that the newest input waited until it was applied, -128..127; negative: so much too late. */
  inputWaitTicks = 0;
  /** How fast the client's own tank moves along its hull, mm a tick; negative is backward. */
  ownSpeedMm = 0;
  /** Where the body begins, set by reading. */
  bodyStart = 0;
}

const FLAG_PARTS = 1;

const writer = new BitWriter(new Uint8Array(0));
const reader = new BitReader();

/**
 * Writes a prefix after the header; the body, or a part of it, comes next.
 *
 * @returns the length so far, where the body begins
 * @throws RangeError where a number breaks its bounds
 */
export function encodeSnapshotPrefix(prefix: SnapshotPrefix, into: Uint8Array): number {
  const { tick, baselineTicks, partIndex, partCount, ownSpeedMm } = prefix;
  const isInBounds = tick > 0 && baselineTicks < tick && partCount >= 1 &&
    partCount <= SNAPSHOT_PARTS_MAX && partIndex < partCount &&
    Math.abs(ownSpeedMm) <= OWN_SPEED_MM_MAX && Math.abs(prefix.inputWaitTicks) <= 128;
  if (!isInBounds) throw new RangeError("Cannot encode SNAPSHOT: out of bounds");
  writer.reset(into, HEADER_BYTES);
  writer.bits(partCount > 1 ? FLAG_PARTS : 0, 8);
  writer.varint(tick);
  writer.bits(baselineTicks, 8);
  if (partCount > 1) {
    writer.bits(partIndex, 8);
    writer.bits(partCount, 8);
  }
  writer.varint(prefix.inputSeq);
  writer.bits(prefix.inputWaitTicks, 8);
  writer.varint((ownSpeedMm << 1) ^ (ownSpeedMm >> 31));
  return writer.length;
}

/** Reads a prefix after `readHeader`; `end` is where the payload ends. Refused, `into` means nothing. */
export function decodeSnapshotPrefix(
  bytes: Uint8Array,
  end: number,
  into: SnapshotPrefix,
): WireRefusal | undefined {
  reader.reset(bytes, HEADER_BYTES, end);
  const flags = reader.bits(8);
  if (flags > FLAG_PARTS) reader.refuse("unknown_flags");
  into.tick = reader.varint();
  into.baselineTicks = reader.bits(8);
  into.partIndex = 0;
  into.partCount = 1;
  if (flags === FLAG_PARTS) {
    into.partIndex = reader.bounded(8, SNAPSHOT_PARTS_MAX - 1);
    into.partCount = reader.bounded(8, SNAPSHOT_PARTS_MAX);
    if (into.partCount < 2) reader.refuse("not_canonical");
    if (into.partIndex >= into.partCount) reader.refuse("out_of_range");
  }
  into.inputSeq = reader.varint();
  into.inputWaitTicks = reader.signed(8);
  const speed = reader.varint(2 * OWN_SPEED_MM_MAX);
  into.ownSpeedMm = (speed >>> 1) ^ -(speed & 1);
  if (into.baselineTicks >= into.tick) reader.refuse("out_of_range");
  into.bodyStart = reader.position;
  if (reader.bytesLeft === 0) reader.refuse("truncated");
  return reader.refusal;
}
