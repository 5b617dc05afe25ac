import { BitReader } from "./bit_reader.ts";
import { BitWriter } from "./bit_writer.ts";
import {
  DATAGRAM_TYPES,
  HEADER_BYTES,
  PROTOCOL_VERSION,
  writeUnconnectedHeader,
} from "./datagram.ts";
import type { Decoded } from "./wire_refusal.ts";

/** What HELLO is padded to: longer than every answer to it, so that none amplifies. */
export const HELLO_BYTES = 512;

/** The length of a nonce. */
export const NONCE_BYTES = 8;

/** The length of the proof of an address. */
export const CHALLENGE_TOKEN_BYTES = 16;

/** HELLO: a client asks for a connection. */
export interface HelloMessage {
  /** 8 bytes that the client has drawn for this attempt. */
  readonly clientNonce: Uint8Array;
}

/** CHALLENGE: the answer to HELLO, for which the server stores nothing. */
export interface ChallengeMessage {
  /** That of HELLO, so that nobody else can answer for the server. */
  readonly clientNonce: Uint8Array;
  /** 16 bytes that JOIN repeats. */
  readonly challengeToken: Uint8Array;
}

/** Writes a whole HELLO. @returns its length. @throws RangeError for a nonce of another length */
export function encodeHello(message: HelloMessage, into: Uint8Array): number {
  writeUnconnectedHeader(DATAGRAM_TYPES.hello, into);
  const writer = new BitWriter(into, HEADER_BYTES);
  writer.bits(PROTOCOL_VERSION, 8);
  writer.raw(checkLength(message.clientNonce, NONCE_BYTES));
  writer.padTo(HELLO_BYTES);
  return writer.length;
}

/** Reads a HELLO after `readHeader`. */
export function tryDecodeHello(bytes: Uint8Array): Decoded<HelloMessage> {
  if (bytes.length < HELLO_BYTES) return { ok: false, reason: "truncated" };
  if (bytes.length > HELLO_BYTES) return { ok: false, reason: "trailing_bytes" };
  const reader = new BitReader(bytes, HEADER_BYTES);
  if (reader.bits(8) !== PROTOCOL_VERSION) return { ok: false, reason: "unsupported_version" };
  const clientNonce = reader.raw(NONCE_BYTES);
  reader.padding();
  const reason = reader.finish();
  return reason === undefined ? { ok: true, message: { clientNonce } } : { ok: false, reason };
}

/** Writes a whole CHALLENGE. @returns its length. @throws RangeError for a field of another length */
export function encodeChallenge(message: ChallengeMessage, into: Uint8Array): number {
  writeUnconnectedHeader(DATAGRAM_TYPES.challenge, into);
  const writer = new BitWriter(into, HEADER_BYTES);
  writer.raw(checkLength(message.clientNonce, NONCE_BYTES));
  writer.raw(checkLength(message.challengeToken, CHALLENGE_TOKEN_BYTES));
  return writer.length;
}

/** Reads a CHALLENGE after `readHeader`. */
export function tryDecodeChallenge(bytes: Uint8Array): Decoded<ChallengeMessage> {
  const reader = new BitReader(bytes, HEADER_BYTES);
  const message: ChallengeMessage = {
    clientNonce: reader.raw(NONCE_BYTES),
    challengeToken: reader.raw(CHALLENGE_TOKEN_BYTES),
  };
  const reason = reader.finish();
  return reason === undefined ? { ok: true, message } : { ok: false, reason };
}

/** The client's nonce of a HELLO or JOIN after `readHeader`, of whatever version: after the byte for that. */
export function clientNonceOf(bytes: Uint8Array): Uint8Array {
  return bytes.slice(HEADER_BYTES + 1, HEADER_BYTES + 1 + NONCE_BYTES);
}

/** The bytes themselves. @throws RangeError where they are not that many */
export function checkLength(bytes: Uint8Array, length: number): Uint8Array {
  if (bytes.length === length) return bytes;
  throw new RangeError(`Cannot encode a field: must be ${length} bytes, is ${bytes.length}`);
}
