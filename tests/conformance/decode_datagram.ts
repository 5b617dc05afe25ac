import type { JsonObject } from "../../core/json.ts";
import { tryDecodeArenaPart, tryDecodeArenaRequest } from "../../game/wire/arena_message.ts";
import {
  DATAGRAM_TYPES,
  isConnected,
  newHeader,
  payloadEnd,
  readHeader,
  type Sender,
} from "../../game/wire/datagram.ts";
import { tryDecodeChallenge, tryDecodeHello } from "../../game/wire/hello_message.ts";
import { decodeInput, InputBatch } from "../../game/wire/input_message.ts";
import { tryDecodeJoin } from "../../game/wire/join_message.ts";
import { checkLeave, tryDecodeLeft } from "../../game/wire/leave_message.ts";
import { tryDecodeMoved } from "../../game/wire/moved_message.ts";
import { tryDecodePath } from "../../game/wire/path_message.ts";
import { tryDecodePing, tryDecodePong } from "../../game/wire/ping_message.ts";
import { tryDecodeRefused } from "../../game/wire/refused_message.ts";
import { tryDecodeReliable } from "../../game/wire/reliable_message.ts";
import { decodeSnapshotPrefix, SnapshotPrefix } from "../../game/wire/snapshot_prefix.ts";
import { tryDecodeWelcome } from "../../game/wire/welcome_message.ts";
import type { Decoded, WireRefusal } from "../../game/wire/wire_refusal.ts";
import { meaningOf, meaningOfInput, meaningOfPrefix } from "./meaning.ts";

type Decoder = (bytes: Uint8Array, end: number) => Decoded<object>;

const inputs = new InputBatch();
const prefix = new SnapshotPrefix();

/** How each type is read, by its name; what INPUT and SNAPSHOT read into is used again. */
export const DECODERS: Readonly<Record<keyof typeof DATAGRAM_TYPES, Decoder>> = {
  hello: tryDecodeHello,
  challenge: tryDecodeChallenge,
  join: tryDecodeJoin,
  welcome: tryDecodeWelcome,
  refused: tryDecodeRefused,
  arenaRequest: tryDecodeArenaRequest,
  arena: tryDecodeArenaPart,
  input: (bytes, end) => decoded(decodeInput(bytes, end, inputs), inputs),
  snapshot: (bytes, end) => decoded(decodeSnapshotPrefix(bytes, end, prefix), prefix),
  message: tryDecodeReliable,
  ping: tryDecodePing,
  pong: tryDecodePong,
  leave: (bytes, end) => decoded(checkLeave(bytes, end), {}),
  left: tryDecodeLeft,
  pathChallenge: tryDecodePath,
  pathResponse: tryDecodePath,
  moved: tryDecodeMoved,
};

const NAMES: ReadonlyMap<number, keyof typeof DATAGRAM_TYPES> = new Map([
  [DATAGRAM_TYPES.hello, "hello"],
  [DATAGRAM_TYPES.challenge, "challenge"],
  [DATAGRAM_TYPES.join, "join"],
  [DATAGRAM_TYPES.welcome, "welcome"],
  [DATAGRAM_TYPES.refused, "refused"],
  [DATAGRAM_TYPES.arenaRequest, "arenaRequest"],
  [DATAGRAM_TYPES.arena, "arena"],
  [DATAGRAM_TYPES.input, "input"],
  [DATAGRAM_TYPES.snapshot, "snapshot"],
  [DATAGRAM_TYPES.message, "message"],
  [DATAGRAM_TYPES.ping, "ping"],
  [DATAGRAM_TYPES.pong, "pong"],
  [DATAGRAM_TYPES.leave, "leave"],
  [DATAGRAM_TYPES.left, "left"],
  [DATAGRAM_TYPES.pathChallenge, "pathChallenge"],
  [DATAGRAM_TYPES.pathResponse, "pathResponse"],
  [DATAGRAM_TYPES.moved, "moved"],
]);

/** The name of a type's number; undefined where there is no such type. */
export function typeName(type: number): keyof typeof DATAGRAM_TYPES | undefined {
  return NAMES.get(type);
}

/** What a whole datagram says, its tag unchecked, or why it is refused. */
export function decodeDatagram(bytes: Uint8Array, sender: Sender): JsonObject {
  const header = newHeader();
  const reason = readHeader(bytes, sender, header);
  const type = typeName(header.type);
  if (reason !== undefined || type === undefined) return { ok: false, reason };
  const result = DECODERS[type](bytes, payloadEnd(header.type, bytes.length));
  if (!result.ok) return { ok: false, reason: result.reason };
  const { connectionId, sequence, ack, ackBits } = header;
  return {
    ok: true,
    type: wireName(type),
    ...(isConnected(header.type)
      ? { header: meaningOf({ connectionId, sequence, ack, ackBits }) }
      : {}),
    message: messageOf(result.message),
  };
}

/** A type's name as vectors have it. */
export function wireName(type: string): string {
  return type.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}

function messageOf(message: object): JsonObject {
  if (message instanceof InputBatch) return meaningOfInput(message);
  if (message instanceof SnapshotPrefix) return meaningOfPrefix(message);
  return meaningOf(message);
}

function decoded(reason: WireRefusal | undefined, message: object): Decoded<object> {
  return reason === undefined ? { ok: true, message } : { ok: false, reason };
}
