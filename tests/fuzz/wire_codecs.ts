import {
  encodeArenaPart,
  encodeArenaRequest,
  tryDecodeArenaPart,
  tryDecodeArenaRequest,
} from "../../game/wire/arena_message.ts";
import { DATAGRAM_TYPES, PROTOCOL_VERSION } from "../../game/wire/datagram.ts";
import {
  encodeChallenge,
  encodeHello,
  tryDecodeChallenge,
  tryDecodeHello,
} from "../../game/wire/hello_message.ts";
import { decodeInput, encodeInput, InputBatch } from "../../game/wire/input_message.ts";
import { encodeJoin, tryDecodeJoin } from "../../game/wire/join_message.ts";
import {
  checkLeave,
  encodeLeave,
  encodeLeft,
  tryDecodeLeft,
} from "../../game/wire/leave_message.ts";
import { encodeMoved, tryDecodeMoved } from "../../game/wire/moved_message.ts";
import { encodePath, tryDecodePath } from "../../game/wire/path_message.ts";
import {
  encodePing,
  encodePong,
  tryDecodePing,
  tryDecodePong,
} from "../../game/wire/ping_message.ts";
import { encodeRefused, tryDecodeRefused } from "../../game/wire/refused_message.ts";
import { encodeReliable, tryDecodeReliable } from "../../game/wire/reliable_message.ts";
import { encodeWelcome, tryDecodeWelcome } from "../../game/wire/welcome_message.ts";
import type { Decoded, WireRefusal } from "../../game/wire/wire_refusal.ts";

/** What reading a payload gave, and its length when it is written again; undefined: refused. */
export type Repeat = (
  bytes: Uint8Array,
  end: number,
  into: Uint8Array,
) => { readonly length: number } | { readonly reason: WireRefusal };

const inputs = new InputBatch();

/** Reads a payload and writes it again, for each type but SNAPSHOT. */
export const REPEATS: ReadonlyMap<number, Repeat> = new Map<number, Repeat>([
  [DATAGRAM_TYPES.hello, repeat(tryDecodeHello, encodeHello)],
  [DATAGRAM_TYPES.challenge, repeat(tryDecodeChallenge, encodeChallenge)],
  [DATAGRAM_TYPES.join, repeat(tryDecodeJoin, encodeJoin)],
  [DATAGRAM_TYPES.welcome, repeat(tryDecodeWelcome, encodeWelcome)],
  [
    DATAGRAM_TYPES.refused,
    repeat(tryDecodeRefused, (message, into) => {
      const length = encodeRefused(message, into);
      // The only version that it writes is our own.
      if (message.serverVersion !== PROTOCOL_VERSION) into[22] = message.serverVersion;
      return length;
    }),
  ],
  [DATAGRAM_TYPES.arenaRequest, repeat(tryDecodeArenaRequest, encodeArenaRequest)],
  [DATAGRAM_TYPES.arena, repeat(tryDecodeArenaPart, encodeArenaPart)],
  [DATAGRAM_TYPES.input, repeat(tryInput, encodeInput)],
  [DATAGRAM_TYPES.message, repeat(tryDecodeReliable, encodeReliable)],
  [DATAGRAM_TYPES.ping, repeat(tryDecodePing, encodePing)],
  [DATAGRAM_TYPES.pong, repeat(tryDecodePong, encodePong)],
  [DATAGRAM_TYPES.leave, repeat(tryLeave, (_, into) => encodeLeave(into))],
  [DATAGRAM_TYPES.left, repeat(tryDecodeLeft, encodeLeft)],
  [DATAGRAM_TYPES.pathChallenge, repeat(tryDecodePath, encodePath)],
  [DATAGRAM_TYPES.pathResponse, repeat(tryDecodePath, encodePath)],
  [DATAGRAM_TYPES.moved, repeat(tryDecodeMoved, encodeMoved)],
]);

function repeat<T>(
  decode: (bytes: Uint8Array, end: number) => Decoded<T>,
  encode: (message: T, into: Uint8Array) => number,
): Repeat {
  return (bytes, end, into) => {
    const decoded = decode(bytes, end);
    if (!decoded.ok) return { reason: decoded.reason };
    return { length: encode(decoded.message, into) };
  };
}

function tryInput(bytes: Uint8Array, end: number): Decoded<InputBatch> {
  const reason = decodeInput(bytes, end, inputs);
  return reason === undefined ? { ok: true, message: inputs } : { ok: false, reason };
}

function tryLeave(bytes: Uint8Array, end: number): Decoded<undefined> {
  const reason = checkLeave(bytes, end);
  return reason === undefined ? { ok: true, message: undefined } : { ok: false, reason };
}
