import { BitReader } from "./bit_reader.ts";
import { BitWriter } from "./bit_writer.ts";
import { HEADER_BYTES } from "./datagram.ts";
import type { Decoded } from "./wire_refusal.ts";

/** The parts of a tick that `tickPart` counts. */
export const TICK_PARTS = 256;

/** PING: measures the way there and back, and keeps a connection alive. */
export interface PingMessage {
  /** Whatever the client wants to have back, such as its clock in ms; unsigned 32-bit. */
  readonly time: number;
}

/** PONG: the answer to PING. */
export interface PongMessage {
  /** That of PING. */
  readonly time: number;
  /** The match's tick when PING was read. */
  readonly tick: number;
  /** How much of the time to the next tick had passed then, in 256ths. */
  readonly tickPart: number;
}

/** Writes a PING after the header. @returns the length so far */
export function encodePing(message: PingMessage, into: Uint8Array): number {
  const writer = new BitWriter(into, HEADER_BYTES);
  writer.bits(message.time, 32);
  return writer.length;
}

/** Reads a PING after `readHeader`; `end` is where its payload ends. */
export function tryDecodePing(bytes: Uint8Array, end: number): Decoded<PingMessage> {
  const reader = new BitReader(bytes, HEADER_BYTES, end);
  const message = { time: reader.bits(32) };
  const reason = reader.finish();
  return reason === undefined ? { ok: true, message } : { ok: false, reason };
}

/** Writes a PONG after the header. @returns the length so far */
export function encodePong(message: PongMessage, into: Uint8Array): number {
  const writer = new BitWriter(into, HEADER_BYTES);
  writer.bits(message.time, 32);
  writer.bits(message.tick, 32);
  writer.bits(message.tickPart, 8);
  return writer.length;
}

/** Reads a PONG after `readHeader`; `end` is where its payload ends. */
export function tryDecodePong(bytes: Uint8Array, end: number): Decoded<PongMessage> {
  const reader = new BitReader(bytes, HEADER_BYTES, end);
  const message = { time: reader.bits(32), tick: reader.bits(32), tickPart: reader.bits(8) };
  const reason = reader.finish();
  return reason === undefined ? { ok: true, message } : { ok: false, reason };
}
