import { BitReader } from "./bit_reader.ts";
import { BitWriter } from "./bit_writer.ts";
import { HEADER_BYTES } from "./datagram.ts";
import { fitsBytes } from "./fits_bytes.ts";
import { MATCH_ID_BYTES_MAX, TOKEN_BYTES_MAX } from "./join_message.ts";
import type { Decoded } from "./wire_refusal.ts";

/** The most bytes of a host name. */
export const HOST_BYTES_MAX = 128;

/** MOVED: the match goes on at another server; this connection has ended. */
export interface MovedMessage {
  /** A name or address, 1..128 bytes. */
  readonly host: string;
  /** Its UDP port, 1..65535. */
  readonly port: number;
  /** The match to name in JOIN there, 1..64 bytes. */
  readonly matchId: string;
  /** The token for JOIN there, 1..900 bytes. */
  readonly token: string;
}

/** Whether a MOVED can say this. */
export function canEncodeMoved(message: MovedMessage): boolean {
  const { host, matchId, token } = message;
  return isMoved(message) && fitsBytes(host, HOST_BYTES_MAX) &&
    fitsBytes(matchId, MATCH_ID_BYTES_MAX) && fitsBytes(token, TOKEN_BYTES_MAX);
}

/** Writes a MOVED after the header. @returns the length so far. @throws RangeError out of bounds */
export function encodeMoved(message: MovedMessage, into: Uint8Array): number {
  const { host, port, matchId, token } = message;
  if (!canEncodeMoved(message)) throw new RangeError("Cannot encode MOVED: out of bounds");
  const writer = new BitWriter(into, HEADER_BYTES);
  writer.text(host, HOST_BYTES_MAX);
  writer.bits(port, 16);
  writer.text(matchId, MATCH_ID_BYTES_MAX);
  writer.text(token, TOKEN_BYTES_MAX);
  return writer.length;
}

/** Reads a MOVED after `readHeader`; `end` is where its payload ends. */
export function tryDecodeMoved(bytes: Uint8Array, end: number): Decoded<MovedMessage> {
  const reader = new BitReader(bytes, HEADER_BYTES, end);
  const message: MovedMessage = {
    host: reader.text(HOST_BYTES_MAX),
    port: reader.bits(16),
    matchId: reader.text(MATCH_ID_BYTES_MAX),
    token: reader.text(TOKEN_BYTES_MAX),
  };
  if (!isMoved(message)) reader.refuse("out_of_range");
  const reason = reader.finish();
  return reason === undefined ? { ok: true, message } : { ok: false, reason };
}

function isMoved({ host, port, matchId, token }: MovedMessage): boolean {
  return host !== "" && matchId !== "" && token !== "" && port >= 1 && port <= 65_535;
}
