import { BitReader } from "./bit_reader.ts";
import { BitWriter } from "./bit_writer.ts";
import { HEADER_BYTES } from "./datagram.ts";
import { checkLength } from "./hello_message.ts";
import type { Decoded } from "./wire_refusal.ts";

/** The length of what a path is proven with. */
export const PATH_DATA_BYTES = 8;

/** PATH_CHALLENGE and PATH_RESPONSE: whoever answers from an address has it. */
export interface PathMessage {
  /** 8 bytes that the server has drawn; the response repeats them. */
  readonly data: Uint8Array;
}

/** Writes either of the two after the header. @returns the length so far. @throws RangeError otherwise */
export function encodePath(message: PathMessage, into: Uint8Array): number {
  const writer = new BitWriter(into, HEADER_BYTES);
  writer.raw(checkLength(message.data, PATH_DATA_BYTES));
  return writer.length;
}

/** Reads either of the two after `readHeader`; `end` is where its payload ends. */
export function tryDecodePath(bytes: Uint8Array, end: number): Decoded<PathMessage> {
  const reader = new BitReader(bytes, HEADER_BYTES, end);
  const message = { data: reader.raw(PATH_DATA_BYTES) };
  const reason = reader.finish();
  return reason === undefined ? { ok: true, message } : { ok: false, reason };
}
