import { ARENA_BYTES_MAX } from "./arena_blob.ts";
import { BitReader } from "./bit_reader.ts";
import { BitWriter } from "./bit_writer.ts";
import { HEADER_BYTES } from "./datagram.ts";
import type { Decoded } from "./wire_refusal.ts";

/** The most bytes of the encoded arena that one ARENA carries. */
export const ARENA_PART_BYTES_MAX = 1_024;

/** ARENA_REQUEST: asks for more of the arena than WELCOME had room for. */
export interface ArenaRequest {
  /** Where the part begins, in bytes of the encoded arena. */
  readonly offset: number;
}

/** ARENA: the answer; the server stores nothing for it. */
export interface ArenaPart {
  /** That of the request. */
  readonly offset: number;
  /** 1..1024 bytes from there; as many as there are. */
  readonly bytes: Uint8Array;
}

/** Writes an ARENA_REQUEST after the header. @returns the length so far */
export function encodeArenaRequest(message: ArenaRequest, into: Uint8Array): number {
  const writer = new BitWriter(into, HEADER_BYTES);
  writer.bits(message.offset, 16);
  return writer.length;
}

/** Reads an ARENA_REQUEST after `readHeader`; `end` is where its payload ends. */
export function tryDecodeArenaRequest(bytes: Uint8Array, end: number): Decoded<ArenaRequest> {
  const reader = new BitReader(bytes, HEADER_BYTES, end);
  const message = { offset: reader.bounded(16, ARENA_BYTES_MAX - 1) };
  const reason = reader.finish();
  return reason === undefined ? { ok: true, message } : { ok: false, reason };
}

/** Writes an ARENA after the header. @returns the length so far. @throws RangeError out of bounds */
export function encodeArenaPart(message: ArenaPart, into: Uint8Array): number {
  const { offset, bytes } = message;
  const end = offset + bytes.length;
  if (bytes.length < 1 || bytes.length > ARENA_PART_BYTES_MAX || end > ARENA_BYTES_MAX) {
    throw new RangeError("Cannot encode ARENA: out of bounds");
  }
  const writer = new BitWriter(into, HEADER_BYTES);
  writer.bits(offset, 16);
  writer.raw(bytes);
  return writer.length;
}

/** Reads an ARENA after `readHeader`; `end` is where its payload ends. */
export function tryDecodeArenaPart(bytes: Uint8Array, end: number): Decoded<ArenaPart> {
  const reader = new BitReader(bytes, HEADER_BYTES, end);
  const offset = reader.bits(16);
  const count = reader.bytesLeft;
  const message = { offset, bytes: reader.raw(count) };
  const isInBounds = count >= 1 && count <= ARENA_PART_BYTES_MAX &&
    offset + count <= ARENA_BYTES_MAX;
  if (!isInBounds) reader.refuse(count === 0 ? "truncated" : "out_of_range");
  const reason = reader.finish();
  return reason === undefined ? { ok: true, message } : { ok: false, reason };
}
