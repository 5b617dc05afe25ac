import { TANKS_MAX } from "../simulation/rules.ts";
import { TICK_RATE_MAX, TICK_RATE_MIN } from "../simulation/units.ts";
import { ARENA_BYTES_MAX } from "./arena_blob.ts";
import { BitReader } from "./bit_reader.ts";
import { BitWriter } from "./bit_writer.ts";
import { DATAGRAM_BYTES_MAX, DATAGRAM_TAG_BYTES, HEADER_BYTES } from "./datagram.ts";
import { checkLength, NONCE_BYTES } from "./hello_message.ts";
import { MATCH_ID_BYTES_MAX, PUBLIC_KEY_BYTES, RESUME_TOKEN_BYTES } from "./join_message.ts";
import { TANK_ID_BYTES_MAX } from "./snapshot_limits.ts";
import type { Decoded } from "./wire_refusal.ts";

/** WELCOME: the answer to JOIN, the first tagged datagram; its header has the connection's id. */
export interface WelcomeMessage {
  /** That of JOIN. */
  readonly clientNonce: Uint8Array;
  /** 8 bytes that the server has drawn for this connection. */
  readonly serverNonce: Uint8Array;
  /** The server's X25519 key. */
  readonly serverPublicKey: Uint8Array;
  /** Brings the player back to this tank, from any address, for 30 s after the connection is lost. */
  readonly resumeToken: Uint8Array;
  /** The match's tick when it was sent. */
  readonly tick: number;
  /** Ticks a second, 10..60. */
  readonly tickRate: number;
  /** Snapshots a second, 1..60. */
  readonly snapshotRate: number;
  /** The match's length at most, in ticks. */
  readonly timeLimitTicks: number;
  /** The player's tank. */
  readonly slot: number;
  /** Slots of the match, 1..100. */
  readonly slotCount: number;
  /** The highest team number, 1..100. */
  readonly teamMax: number;
  /** Whether the player is back in a tank that it had. */
  readonly isResumed: boolean;
  /** Inputs are numbered from one above this; 0, or the newest that was applied before a resume. */
  readonly inputSeq: number;
  /** The tank's id, 1..64 bytes. */
  readonly tankId: string;
  /** The match's id, 1..64 bytes. */
  readonly matchId: string;
  /** The length of the whole encoded arena. */
  readonly arenaBytes: number;
  /** Its first bytes; the rest has to be asked for with ARENA_REQUEST. */
  readonly arenaStart: Uint8Array;
}

const FLAG_RESUMED = 1;

/** The most bytes of the arena that fit a WELCOME with the longest ids. */
export const WELCOME_ARENA_BYTES_MAX = 900;

/**
 * Writes a WELCOME after the header.
 *
 * @returns the length so far, without the tag
 * @throws RangeError where a field breaks its bounds
 */
export function encodeWelcome(message: WelcomeMessage, into: Uint8Array): number {
  const end = Math.min(into.length, DATAGRAM_BYTES_MAX - DATAGRAM_TAG_BYTES);
  const writer = new BitWriter(into.subarray(0, end), HEADER_BYTES);
  writer.raw(checkLength(message.clientNonce, NONCE_BYTES));
  writer.raw(checkLength(message.serverNonce, NONCE_BYTES));
  writer.raw(checkLength(message.serverPublicKey, PUBLIC_KEY_BYTES));
  writer.raw(checkLength(message.resumeToken, RESUME_TOKEN_BYTES));
  writer.bits(message.tick, 32);
  writer.bits(message.tickRate, 8);
  writer.bits(message.snapshotRate, 8);
  writer.bits(message.timeLimitTicks, 32);
  writer.bits(message.slot, 8);
  writer.bits(message.slotCount, 8);
  writer.bits(message.teamMax, 8);
  writer.bits(message.isResumed ? FLAG_RESUMED : 0, 8);
  writer.varint(message.inputSeq);
  writer.text(message.tankId, TANK_ID_BYTES_MAX);
  writer.text(message.matchId, MATCH_ID_BYTES_MAX);
  writer.bits(message.arenaBytes, 16);
  writer.varint(message.arenaStart.length);
  writer.raw(message.arenaStart);
  return writer.length;
}

/** Reads a WELCOME after `readHeader`; `end` is where its payload ends. */
export function tryDecodeWelcome(bytes: Uint8Array, end: number): Decoded<WelcomeMessage> {
  const reader = new BitReader(bytes, HEADER_BYTES, end);
  const clientNonce = reader.raw(NONCE_BYTES);
  const serverNonce = reader.raw(NONCE_BYTES);
  const serverPublicKey = reader.raw(PUBLIC_KEY_BYTES);
  const resumeToken = reader.raw(RESUME_TOKEN_BYTES);
  const tick = reader.bits(32);
  const tickRate = reader.bounded(8, TICK_RATE_MAX);
  const snapshotRate = reader.bounded(8, TICK_RATE_MAX);
  const timeLimitTicks = reader.bits(32);
  const slot = reader.bounded(8, TANKS_MAX - 1);
  const slotCount = reader.bounded(8, TANKS_MAX);
  const teamMax = reader.bounded(8, TANKS_MAX);
  const flags = reader.bits(8);
  if (flags > FLAG_RESUMED) reader.refuse("unknown_flags");
  const inputSeq = reader.varint();
  const tankId = reader.text(TANK_ID_BYTES_MAX);
  const matchId = reader.text(MATCH_ID_BYTES_MAX);
  const arenaBytes = reader.bounded(16, ARENA_BYTES_MAX);
  const arenaStart = reader.raw(reader.varint(arenaBytes));
  const isInBounds = tickRate >= TICK_RATE_MIN && snapshotRate >= 1 && slot < slotCount &&
    teamMax >= 1 && tankId !== "" && matchId !== "";
  if (!isInBounds) reader.refuse("out_of_range");
  const reason = reader.finish();
  if (reason !== undefined) return { ok: false, reason };
  return {
    ok: true,
    message: {
      clientNonce,
      serverNonce,
      serverPublicKey,
      resumeToken,
      tick,
      tickRate,
      snapshotRate,
      timeLimitTicks,
      slot,
      slotCount,
      teamMax,
      isResumed: flags === FLAG_RESUMED,
      inputSeq,
      tankId,
      matchId,
      arenaBytes,
      arenaStart,
    },
  };
}
