import { CONTROL_MAX } from "../simulation/tank_input.ts";
import { BitReader } from "./bit_reader.ts";
import { BitWriter } from "./bit_writer.ts";
import { HEADER_BYTES } from "./datagram.ts";
import type { WireRefusal } from "./wire_refusal.ts";

/** The most inputs of one datagram: a second at 30 Hz. */
export const INPUTS_MAX = 32;

/** How far behind the newest complete snapshot what the client shows may be, in ticks. */
export const VIEW_AGE_MAX = 255;

/**
 * INPUT: every input that the server has not acknowledged, and what the client sees. In place, and used
 * again: reading one allocates nothing. Inputs are numbered consecutively, one for each tick of the client.
 */
export class InputBatch {
  /** The number of the newest input, which is the last; 0 with a count of 0: none yet. */
  newestSeq = 0;
  /** How many there are, oldest first, 0..32. */
  count = 0;
  /** The newest snapshot that the client has complete, its baseline from now on; 0: none. */
  snapshotTick = 0;
  /** How many ticks before that snapshot is what the client shows, 0..255; 0 without a snapshot. */
  viewAgeTicks = 0;
  /** -127..127 */
  readonly throttle: Int8Array = new Int8Array(INPUTS_MAX);
  /** -127..127 */
  readonly turn: Int8Array = new Int8Array(INPUTS_MAX);
  /** 0..65535 */
  readonly turret: Uint16Array = new Uint16Array(INPUTS_MAX);
  /** 0 or 1 */
  readonly fire: Uint8Array = new Uint8Array(INPUTS_MAX);
}

const writer = new BitWriter(new Uint8Array(0));
const reader = new BitReader();

/**
 * Writes an INPUT after the header.
 *
 * @returns the length so far, without the tag
 * @throws RangeError where a number breaks its bounds
 */
export function encodeInput(batch: InputBatch, into: Uint8Array): number {
  const { newestSeq, count, snapshotTick, viewAgeTicks } = batch;
  const isInBounds = count >= 0 && count <= INPUTS_MAX && count <= newestSeq &&
    viewAgeTicks >= 0 && viewAgeTicks <= Math.min(VIEW_AGE_MAX, snapshotTick);
  if (!isInBounds) throw new RangeError("Cannot encode INPUT: out of bounds");
  writer.reset(into, HEADER_BYTES);
  writer.varint(newestSeq);
  writer.varint(snapshotTick);
  writer.bits(viewAgeTicks, 8);
  writer.bits(count, 8);
  for (let index = 0; index < count; index++) {
    const isSame = isSameAsBefore(batch, index);
    writer.bit(isSame);
    if (isSame) continue;
    writer.bits(batch.throttle[index] ?? 0, 8);
    writer.bits(batch.turn[index] ?? 0, 8);
    writer.bits(batch.turret[index] ?? 0, 16);
    writer.bits(batch.fire[index] ?? 0, 1);
  }
  writer.align();
  return writer.length;
}

/** Reads an INPUT after `readHeader`; `end` is where its payload ends. Refused, `into` means nothing. */
export function decodeInput(
  bytes: Uint8Array,
  end: number,
  into: InputBatch,
): WireRefusal | undefined {
  reader.reset(bytes, HEADER_BYTES, end);
  into.newestSeq = reader.varint();
  into.snapshotTick = reader.varint();
  into.viewAgeTicks = reader.bits(8);
  into.count = reader.bounded(8, INPUTS_MAX);
  if (into.count > into.newestSeq || into.viewAgeTicks > into.snapshotTick) {
    reader.refuse("out_of_range");
  }
  for (let index = 0; index < into.count && reader.refusal === undefined; index++) {
    readInput(into, index);
  }
  return reader.finish();
}

function readInput(into: InputBatch, index: number): void {
  if (reader.bit()) {
    into.throttle[index] = index === 0 ? 0 : into.throttle[index - 1] ?? 0;
    into.turn[index] = index === 0 ? 0 : into.turn[index - 1] ?? 0;
    into.turret[index] = index === 0 ? 0 : into.turret[index - 1] ?? 0;
    into.fire[index] = index === 0 ? 0 : into.fire[index - 1] ?? 0;
    return;
  }
  const throttle = reader.signed(8);
  const turn = reader.signed(8);
  // -128 is no control: -127 is full.
  if (throttle < -CONTROL_MAX || turn < -CONTROL_MAX) reader.refuse("out_of_range");
  into.throttle[index] = throttle;
  into.turn[index] = turn;
  into.turret[index] = reader.bits(16);
  into.fire[index] = reader.bits(1);
  if (reader.refusal === undefined && isSameAsBefore(into, index)) reader.refuse("not_canonical");
}

/** Before the first there is one with nothing held down and the turret at 0. */
function isSameAsBefore(batch: InputBatch, index: number): boolean {
  const { throttle, turn, turret, fire } = batch;
  if (index === 0) return throttle[0] === 0 && turn[0] === 0 && turret[0] === 0 && fire[0] === 0;
  return throttle[index] === throttle[index - 1] && turn[index] === turn[index - 1] &&
    turret[index] === turret[index - 1] && fire[index] === fire[index - 1];
}
