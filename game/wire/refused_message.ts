import { BitReader } from "./bit_reader.ts";
import { BitWriter } from "./bit_writer.ts";
import {
  DATAGRAM_TYPES,
  HEADER_BYTES,
  PROTOCOL_VERSION,
  writeUnconnectedHeader,
} from "./datagram.ts";
import { checkLength, NONCE_BYTES } from "./hello_message.ts";
import type { Decoded } from "./wire_refusal.ts";

/** Why a server refuses HELLO or JOIN; the place in the list is the code on the wire. */
export const JOIN_REFUSALS = [
  /** The server speaks another version: `serverVersion`. */
  "unsupported_version",
  /** The challenge token is too old, or for another address: begin with HELLO again. */
  "challenge_expired",
  /** A token is needed, or this one is not good. */
  "authentication_required",
  /** No tank is free. */
  "no_tanks_available",
  /** There is no such match here. */
  "no_such_match",
  /** There is no such mode. */
  "no_such_mode",
  /** Nothing can be resumed with this token any more: join anew. */
  "resume_expired",
  /** The server drains or is overloaded: try another, or later. */
  "server_busy",
  /** Somebody plays under this id. */
  "player_id_taken",
  /** Too many attempts from this address. */
  "rate_limited",
  /** The public key is none. */
  "bad_key",
] as const;

/** One of {@linkcode JOIN_REFUSALS}. */
export type JoinRefusal = typeof JOIN_REFUSALS[number];

/** REFUSED: the answer to a HELLO or JOIN that leads to nothing. It is not tagged. */
export interface RefusedMessage {
  /** That of HELLO or JOIN. */
  readonly clientNonce: Uint8Array;
  /** Why. */
  readonly reason: JoinRefusal;
  /** How long to wait before the next attempt, 0..65535 ms; 0: it is of no use. */
  readonly retryAfterMs: number;
  /** The version that the server speaks. */
  readonly serverVersion: number;
}

/** Writes a whole REFUSED. @returns its length. @throws RangeError where a field breaks its bounds */
export function encodeRefused(
  message: Omit<RefusedMessage, "serverVersion">,
  into: Uint8Array,
): number {
  const { clientNonce, reason, retryAfterMs } = message;
  if (!Number.isInteger(retryAfterMs) || retryAfterMs < 0 || retryAfterMs > 0xffff) {
    throw new RangeError(`Cannot encode REFUSED: retryAfterMs is ${retryAfterMs}`);
  }
  writeUnconnectedHeader(DATAGRAM_TYPES.refused, into);
  const writer = new BitWriter(into, HEADER_BYTES);
  writer.raw(checkLength(clientNonce, NONCE_BYTES));
  writer.bits(PROTOCOL_VERSION, 8);
  writer.bits(JOIN_REFUSALS.indexOf(reason), 8);
  writer.bits(retryAfterMs, 16);
  return writer.length;
}

/** Reads a REFUSED after `readHeader`. */
export function tryDecodeRefused(bytes: Uint8Array): Decoded<RefusedMessage> {
  const reader = new BitReader(bytes, HEADER_BYTES);
  const clientNonce = reader.raw(NONCE_BYTES);
  const serverVersion = reader.bits(8);
  const reason = JOIN_REFUSALS[reader.bounded(8, JOIN_REFUSALS.length - 1)] ?? "server_busy";
  const retryAfterMs = reader.bits(16);
  const refusal = reader.finish();
  if (refusal !== undefined) return { ok: false, reason: refusal };
  return { ok: true, message: { clientNonce, reason, retryAfterMs, serverVersion } };
}
