import { BitReader } from "./bit_reader.ts";
import { BitWriter } from "./bit_writer.ts";
import { HEADER_BYTES } from "./datagram.ts";
import type { Decoded, WireRefusal } from "./wire_refusal.ts";

/** Why a connection has ended; the place in the list is the code on the wire. */
export const LEFT_REASONS = [
  /** The client asked for it with LEAVE. */
  "asked",
  /** Nothing was heard of the client for too long. */
  "idle",
  /** The match is over. */
  "match_over",
  /** The server stops. */
  "server_stopping",
  /** The player came back by another connection. */
  "superseded",
  /** The client broke the protocol or was removed. */
  "kicked",
] as const;

/** One of {@linkcode LEFT_REASONS}. */
export type LeftReason = typeof LEFT_REASONS[number];

/** LEFT: the connection has ended; the server sends nothing more under this id but this once more. */
export interface LeftMessage {
  /** Why. */
  readonly reason: LeftReason;
}

/** Writes a LEAVE, which has no payload, after the header. @returns the length so far */
export function encodeLeave(_into: Uint8Array): number {
  return HEADER_BYTES;
}

/** What is wrong with a LEAVE after `readHeader`; `end` is where its payload ends. */
export function checkLeave(bytes: Uint8Array, end: number): WireRefusal | undefined {
  return new BitReader(bytes, HEADER_BYTES, end).finish();
}

/** Writes a LEFT after the header. @returns the length so far */
export function encodeLeft(message: LeftMessage, into: Uint8Array): number {
  const writer = new BitWriter(into, HEADER_BYTES);
  writer.bits(LEFT_REASONS.indexOf(message.reason), 8);
  return writer.length;
}

/** Reads a LEFT after `readHeader`; `end` is where its payload ends. */
export function tryDecodeLeft(bytes: Uint8Array, end: number): Decoded<LeftMessage> {
  const reader = new BitReader(bytes, HEADER_BYTES, end);
  const reason = LEFT_REASONS[reader.bounded(8, LEFT_REASONS.length - 1)] ?? "kicked";
  const refusal = reader.finish();
  return refusal === undefined ? { ok: true, message: { reason } } : { ok: false, reason: refusal };
}
