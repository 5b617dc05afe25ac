import { BitReader } from "./bit_reader.ts";
import { BitWriter } from "./bit_writer.ts";
import {
  DATAGRAM_BYTES_MAX,
  DATAGRAM_TYPES,
  HEADER_BYTES,
  PROTOCOL_VERSION,
  writeUnconnectedHeader,
} from "./datagram.ts";
import { fitsBytes } from "./fits_bytes.ts";
import { CHALLENGE_TOKEN_BYTES, checkLength, NONCE_BYTES } from "./hello_message.ts";
import type { Decoded } from "./wire_refusal.ts";

/** What JOIN is padded to: as long as the longest WELCOME, so that none amplifies. */
export const JOIN_BYTES: number = DATAGRAM_BYTES_MAX;

/** The length of a public key. */
export const PUBLIC_KEY_BYTES = 32;

/** The length of what brings a player back to its tank. */
export const RESUME_TOKEN_BYTES = 16;

/** The most characters (Unicode code points) of a player id; at least 1. */
export const PLAYER_ID_LENGTH_MAX = 64;

/** The most bytes of a player id in UTF-8. */
export const PLAYER_ID_BYTES_MAX: number = PLAYER_ID_LENGTH_MAX * 4;

/** The most bytes of an access or match token. */
export const TOKEN_BYTES_MAX = 900;

/** The most bytes of a match id. */
export const MATCH_ID_BYTES_MAX = 64;

/** The most bytes of a mode's name. */
export const MODE_BYTES_MAX = 32;

/** By what right a player joins. */
export type Credential =
  | { readonly kind: "guest" }
  | {
    readonly kind: "token";
    /** An access or match token, 1..900 bytes. */
    readonly token: string;
  }
  | {
    readonly kind: "resume";
    /** The 16 bytes of a WELCOME. */
    readonly resumeToken: Uint8Array;
  };

/** JOIN: a client whose address is proven asks for a tank. */
export interface JoinMessage {
  /** That of HELLO. */
  readonly clientNonce: Uint8Array;
  /** That of CHALLENGE. */
  readonly challengeToken: Uint8Array;
  /** The client's X25519 key for this connection. */
  readonly clientPublicKey: Uint8Array;
  /** By what right. */
  readonly credential: Credential;
  /** 1..64 characters. */
  readonly playerId: string;
  /** The match to join; empty: any of `mode`. */
  readonly matchId: string;
  /** The game mode to play; empty: the server's default. */
  readonly mode: string;
}

const KIND_GUEST = 0;
const KIND_TOKEN = 1;
const KIND_RESUME = 2;

/**
 * Writes a whole JOIN.
 *
 * @returns its length
 * @throws RangeError where a field breaks its bounds, or all together do not fit
 */
export function encodeJoin(message: JoinMessage, into: Uint8Array): number {
  writeUnconnectedHeader(DATAGRAM_TYPES.join, into);
  const writer = new BitWriter(into, HEADER_BYTES);
  if (!isPlayerId(message.playerId)) throw new RangeError("Cannot encode JOIN: bad player id");
  writer.bits(PROTOCOL_VERSION, 8);
  writer.raw(checkLength(message.clientNonce, NONCE_BYTES));
  writer.raw(checkLength(message.challengeToken, CHALLENGE_TOKEN_BYTES));
  writer.raw(checkLength(message.clientPublicKey, PUBLIC_KEY_BYTES));
  writeCredential(message.credential, writer);
  writer.text(message.playerId, PLAYER_ID_BYTES_MAX);
  writer.text(message.matchId, MATCH_ID_BYTES_MAX);
  writer.text(message.mode, MODE_BYTES_MAX);
  writer.padTo(JOIN_BYTES);
  return writer.length;
}

/** Reads a JOIN after `readHeader`. */
export function tryDecodeJoin(bytes: Uint8Array): Decoded<JoinMessage> {
  if (bytes.length < JOIN_BYTES) return { ok: false, reason: "truncated" };
  const reader = new BitReader(bytes, HEADER_BYTES);
  if (reader.bits(8) !== PROTOCOL_VERSION) return { ok: false, reason: "unsupported_version" };
  const message: JoinMessage = {
    clientNonce: reader.raw(NONCE_BYTES),
    challengeToken: reader.raw(CHALLENGE_TOKEN_BYTES),
    clientPublicKey: reader.raw(PUBLIC_KEY_BYTES),
    credential: readCredential(reader),
    playerId: reader.text(PLAYER_ID_BYTES_MAX),
    matchId: reader.text(MATCH_ID_BYTES_MAX),
    mode: reader.text(MODE_BYTES_MAX),
  };
  if (!isPlayerId(message.playerId)) reader.refuse("out_of_range");
  reader.padding();
  const reason = reader.finish();
  return reason === undefined ? { ok: true, message } : { ok: false, reason };
}

/** Whether a match can have this id: 1..64 bytes, for JOIN, WELCOME and MOVED have to name it. */
export function isMatchId(text: string): boolean {
  return text !== "" && fitsBytes(text, MATCH_ID_BYTES_MAX);
}

function writeCredential(credential: Credential, writer: BitWriter): void {
  if (credential.kind === "guest") {
    writer.bits(KIND_GUEST, 8);
  } else if (credential.kind === "token") {
    if (credential.token === "") throw new RangeError("Cannot encode JOIN: empty token");
    writer.bits(KIND_TOKEN, 8);
    writer.text(credential.token, TOKEN_BYTES_MAX);
  } else {
    writer.bits(KIND_RESUME, 8);
    writer.raw(checkLength(credential.resumeToken, RESUME_TOKEN_BYTES));
  }
}

function readCredential(reader: BitReader): Credential {
  const kind = reader.bits(8);
  if (kind === KIND_RESUME) return { kind: "resume", resumeToken: reader.raw(RESUME_TOKEN_BYTES) };
  if (kind === KIND_TOKEN) {
    const token = reader.text(TOKEN_BYTES_MAX);
    if (token === "") reader.refuse("out_of_range");
    return { kind: "token", token };
  }
  if (kind !== KIND_GUEST) reader.refuse("out_of_range");
  return { kind: "guest" };
}

function isPlayerId(playerId: string): boolean {
  // At most 128 UTF-16 code units: the spread below never is of a long text.
  if (playerId.length < 1 || playerId.length > 2 * PLAYER_ID_LENGTH_MAX) return false;
  return [...playerId].length <= PLAYER_ID_LENGTH_MAX;
}
