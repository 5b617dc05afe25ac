import type { WireRefusal } from "./wire_refusal.ts";

/** The version of the protocol that HELLO and JOIN name. */
export const PROTOCOL_VERSION = 1;

/** The first byte of every datagram; JSON begins with `{`, 0x7B. */
export const DATAGRAM_MARK = 0xb1;

/** Mark, type, connection id, sequence, ack and ack bits. */
export const HEADER_BYTES = 14;

/** The tag behind what is sent within a connection. */
export const DATAGRAM_TAG_BYTES = 8;

/** The most bytes of a datagram, header and tag included: below the path MTU nearly everywhere. */
export const DATAGRAM_BYTES_MAX = 1_200;

/** The types by name, with the number that the second byte has. */
export const DATAGRAM_TYPES = {
  hello: 0x01,
  challenge: 0x02,
  join: 0x03,
  welcome: 0x04,
  refused: 0x05,
  arenaRequest: 0x06,
  arena: 0x07,
  input: 0x10,
  snapshot: 0x11,
  message: 0x12,
  ping: 0x13,
  pong: 0x14,
  leave: 0x15,
  left: 0x16,
  pathChallenge: 0x17,
  pathResponse: 0x18,
  moved: 0x19,
} as const;

/** A type's number. */
export type DatagramType = typeof DATAGRAM_TYPES[keyof typeof DATAGRAM_TYPES];

/** Who sends a datagram. */
export type Sender = "client" | "server";

/** What stands before every payload. */
export interface DatagramHeader {
  /** What the payload is. */
  readonly type: DatagramType;
  /** Unsigned 32-bit; 0 before there is a connection. */
  readonly connectionId: number;
  /** The low 16 bits of the sender's count of datagrams; 0 before there is a connection. */
  readonly sequence: number;
  /** The low 16 bits of the newest sequence that the sender has accepted; 0: none. */
  readonly ack: number;
  /** Bit n: `ack - 1 - n` has been accepted too. Unsigned 32-bit. */
  readonly ackBits: number;
}

/** A header in place, so that reading one allocates nothing. */
export type MutableHeader = { -readonly [Key in keyof DatagramHeader]: DatagramHeader[Key] };

/** By type, those that are sent before there is a connection: no connection id, no numbers, no tag. */
const UNCONNECTED = byNumber([
  DATAGRAM_TYPES.hello,
  DATAGRAM_TYPES.challenge,
  DATAGRAM_TYPES.join,
  DATAGRAM_TYPES.refused,
]);

const { hello, challenge, join, welcome, refused, arenaRequest, arena } = DATAGRAM_TYPES;
const { input, snapshot, message, ping, pong, leave, left } = DATAGRAM_TYPES;
const { pathChallenge, pathResponse, moved } = DATAGRAM_TYPES;

const TYPES_FROM: Readonly<Record<Sender, readonly (DatagramType | undefined)[]>> = {
  client: byNumber([hello, join, arenaRequest, input, message, ping, leave, pathResponse]),
  server: byNumber([
    challenge,
    welcome,
    refused,
    arena,
    snapshot,
    message,
    pong,
    left,
    pathChallenge,
    moved,
  ]),
};

/** An empty header to read into. */
export function newHeader(): MutableHeader {
  return { type: hello, connectionId: 0, sequence: 0, ack: 0, ackBits: 0 };
}

/** Whether datagrams of this type carry a connection id, a sequence and a tag. */
export function isConnected(type: DatagramType): boolean {
  return UNCONNECTED[type] === undefined;
}

/** Writes a header into the first 14 bytes. @throws RangeError where there are fewer */
export function writeHeader(header: DatagramHeader, into: Uint8Array): void {
  if (into.length < HEADER_BYTES) throw new RangeError("Cannot write a header: no room for it");
  const { type, connectionId, sequence, ack, ackBits } = header;
  into[0] = DATAGRAM_MARK;
  into[1] = type;
  writeU32(into, 2, connectionId);
  writeU16(into, 6, sequence);
  writeU16(into, 8, ack);
  writeU32(into, 10, ackBits);
}

/** Writes the header of a type that is sent before there is a connection. */
export function writeUnconnectedHeader(type: DatagramType, into: Uint8Array): void {
  writeHeader({ type, connectionId: 0, sequence: 0, ack: 0, ackBits: 0 }, into);
}

/**
 * Reads the header of a whole datagram and checks what can be checked without knowing the connection:
 * its length, its type, and that it has a connection id where it must.
 *
 * @param length how many of the bytes the datagram has; all by default
 */
export function readHeader(
  bytes: Uint8Array,
  sender: Sender,
  into: MutableHeader,
  length: number = bytes.length,
): WireRefusal | undefined {
  if (length > DATAGRAM_BYTES_MAX) return "too_long";
  if (length < HEADER_BYTES) {
    return length > 0 && bytes[0] !== DATAGRAM_MARK ? "bad_mark" : "truncated";
  }
  if (bytes[0] !== DATAGRAM_MARK) return "bad_mark";
  const type = TYPES_FROM[sender][bytes[1] ?? 0];
  if (type === undefined) return "unknown_type";
  into.type = type;
  into.connectionId = readU32(bytes, 2);
  into.sequence = readU16(bytes, 6);
  into.ack = readU16(bytes, 8);
  into.ackBits = readU32(bytes, 10);
  if (!isConnected(type)) {
    const isEmpty = into.connectionId === 0 && into.sequence === 0 && into.ack === 0 &&
      into.ackBits === 0;
    return isEmpty ? undefined : "bad_connection";
  }
  if (into.connectionId === 0) return "bad_connection";
  return length < HEADER_BYTES + DATAGRAM_TAG_BYTES ? "truncated" : undefined;
}

/** Where the payload ends: before the tag, where the type has one. */
export function payloadEnd(type: DatagramType, datagramBytes: number): number {
  return isConnected(type) ? datagramBytes - DATAGRAM_TAG_BYTES : datagramBytes;
}

/** Each type at its own number, of all that a byte can have: looking there is all that it takes. */
function byNumber(types: readonly DatagramType[]): readonly (DatagramType | undefined)[] {
  return Array.from({ length: 256 }, (_, number) => types.find((type) => type === number));
}

function readU16(bytes: Uint8Array, at: number): number {
  return (bytes[at] ?? 0) | ((bytes[at + 1] ?? 0) << 8);
}

function readU32(bytes: Uint8Array, at: number): number {
  return (readU16(bytes, at) | (readU16(bytes, at + 2) << 16)) >>> 0;
}

function writeU16(bytes: Uint8Array, at: number, value: number): void {
  bytes[at] = value;
  bytes[at + 1] = value >>> 8;
}

function writeU32(bytes: Uint8Array, at: number, value: number): void {
  writeU16(bytes, at, value);
  writeU16(bytes, at + 2, value >>> 16);
}
