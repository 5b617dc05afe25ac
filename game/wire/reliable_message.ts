import { BitReader } from "./bit_reader.ts";
import { BitWriter } from "./bit_writer.ts";
import { HEADER_BYTES } from "./datagram.ts";
import type { Decoded } from "./wire_refusal.ts";

/** The most bytes of a message's text in UTF-8. */
export const MESSAGE_BYTES_MAX = 1_100;

/**
 * MESSAGE: something small that must arrive, from either side, such as chat or the match's end: a JSON
 * object with a `type`. It is repeated until a datagram that carried it is acknowledged.
 */
export interface ReliableMessage {
  /** Each side counts its own messages from 1, consecutively; 1..2^32-1. */
  readonly number: number;
  /** The JSON text, 2..1100 bytes; whether it is JSON is for the receiver to see. */
  readonly text: string;
}

/** Writes a MESSAGE after the header. @returns the length so far. @throws RangeError out of bounds */
export function encodeReliable(message: ReliableMessage, into: Uint8Array): number {
  if (message.number < 1 || message.text === "") {
    throw new RangeError("Cannot encode MESSAGE: out of bounds");
  }
  const writer = new BitWriter(into, HEADER_BYTES);
  writer.varint(message.number);
  writer.text(message.text, MESSAGE_BYTES_MAX);
  return writer.length;
}

/** Reads a MESSAGE after `readHeader`; `end` is where its payload ends. */
export function tryDecodeReliable(bytes: Uint8Array, end: number): Decoded<ReliableMessage> {
  const reader = new BitReader(bytes, HEADER_BYTES, end);
  const message = { number: reader.varint(), text: reader.text(MESSAGE_BYTES_MAX) };
  if (message.number === 0 || message.text === "") reader.refuse("out_of_range");
  const reason = reader.finish();
  return reason === undefined ? { ok: true, message } : { ok: false, reason };
}
