import { type JsonObject, type JsonValue, tryJsonObject } from "../../core/json.ts";
import { encodeArenaRequest } from "../../game/wire/arena_message.ts";
import {
  DATAGRAM_BYTES_MAX,
  DATAGRAM_TYPES,
  type DatagramType,
  writeHeader,
} from "../../game/wire/datagram.ts";
import { encodeHello } from "../../game/wire/hello_message.ts";
import { encodeInput, InputBatch } from "../../game/wire/input_message.ts";
import { type Credential, encodeJoin } from "../../game/wire/join_message.ts";
import { encodeLeave } from "../../game/wire/leave_message.ts";
import { encodePath } from "../../game/wire/path_message.ts";
import { encodePing } from "../../game/wire/ping_message.ts";
import { encodeReliable } from "../../game/wire/reliable_message.ts";

/** Writes a message after its header and gives the length so far. */
type Encoder = (message: JsonObject, into: Uint8Array) => number;

interface ClientType {
  readonly type: DatagramType;
  readonly encode: Encoder;
}

/** What a client sends, by the names that vectors have. */
const CLIENT_TYPES: ReadonlyMap<string, ClientType> = new Map<string, ClientType>([
  ["hello", { type: DATAGRAM_TYPES.hello, encode: hello }],
  ["join", { type: DATAGRAM_TYPES.join, encode: join }],
  ["arena_request", { type: DATAGRAM_TYPES.arenaRequest, encode: arenaRequest }],
  ["input", { type: DATAGRAM_TYPES.input, encode: input }],
  ["message", { type: DATAGRAM_TYPES.message, encode: message }],
  ["ping", { type: DATAGRAM_TYPES.ping, encode: ping }],
  ["leave", { type: DATAGRAM_TYPES.leave, encode: (_, into) => encodeLeave(into) }],
  ["path_response", { type: DATAGRAM_TYPES.pathResponse, encode: path }],
]);

/**
 * The bytes of what a client sends, up to the tag.
 *
 * @throws RangeError where a message breaks its bounds, or is of no such type
 */
export function encodeDatagram(request: JsonObject): Uint8Array {
  const client = CLIENT_TYPES.get(text(request, "type"));
  if (client === undefined) throw new RangeError(`Cannot encode ${text(request, "type")}`);
  const bytes = new Uint8Array(DATAGRAM_BYTES_MAX);
  const length = client.encode(tryJsonObject(request.message) ?? {}, bytes);
  const header = tryJsonObject(request.header);
  if (header !== undefined) {
    writeHeader({
      type: client.type,
      connectionId: number(header, "connection_id"),
      sequence: number(header, "sequence"),
      ack: number(header, "ack"),
      ackBits: number(header, "ack_bits"),
    }, bytes);
  }
  return bytes.slice(0, length);
}

function hello(fields: JsonObject, into: Uint8Array): number {
  return encodeHello({ clientNonce: bytesOf(fields, "client_nonce") }, into);
}

function join(fields: JsonObject, into: Uint8Array): number {
  return encodeJoin({
    clientNonce: bytesOf(fields, "client_nonce"),
    challengeToken: bytesOf(fields, "challenge_token"),
    clientPublicKey: bytesOf(fields, "client_public_key"),
    credential: credentialOf(tryJsonObject(fields.credential) ?? {}),
    playerId: text(fields, "player_id"),
    matchId: text(fields, "match_id"),
    mode: text(fields, "mode"),
  }, into);
}

function credentialOf(fields: JsonObject): Credential {
  const kind = text(fields, "kind");
  if (kind === "token") return { kind, token: text(fields, "token") };
  if (kind === "resume") return { kind, resumeToken: bytesOf(fields, "resume_token") };
  return { kind: "guest" };
}

function arenaRequest(fields: JsonObject, into: Uint8Array): number {
  return encodeArenaRequest({ offset: number(fields, "offset") }, into);
}

function input(fields: JsonObject, into: Uint8Array): number {
  const batch = new InputBatch();
  batch.newestSeq = number(fields, "newest_seq");
  batch.snapshotTick = number(fields, "snapshot_tick");
  batch.viewAgeTicks = number(fields, "view_age_ticks");
  for (const value of list(fields.inputs)) {
    const one = tryJsonObject(value) ?? {};
    batch.throttle[batch.count] = number(one, "throttle");
    batch.turn[batch.count] = number(one, "turn");
    batch.turret[batch.count] = number(one, "turret");
    batch.fire[batch.count] = one.fire === true ? 1 : 0;
    batch.count += 1;
  }
  return encodeInput(batch, into);
}

function message(fields: JsonObject, into: Uint8Array): number {
  return encodeReliable({ number: number(fields, "number"), text: text(fields, "text") }, into);
}

function ping(fields: JsonObject, into: Uint8Array): number {
  return encodePing({ time: number(fields, "time") }, into);
}

function path(fields: JsonObject, into: Uint8Array): number {
  return encodePath({ data: bytesOf(fields, "data") }, into);
}

/** A number of a vector. @throws TypeError for anything else */
export function number(fields: JsonObject, key: string): number {
  const value = fields[key];
  if (typeof value !== "number") throw new TypeError(`Cannot read ${key}: it is no number`);
  return value;
}

/** Text of a vector. @throws TypeError for anything else */
export function text(fields: JsonObject, key: string): string {
  const value = fields[key];
  if (typeof value !== "string") throw new TypeError(`Cannot read ${key}: it is no text`);
  return value;
}

/** Bytes of a vector, which has them as hex digits. @throws TypeError for anything else */
export function bytesOf(fields: JsonObject, key: string): Uint8Array {
  return Uint8Array.fromHex(text(fields, key));
}

/** A list of a vector; empty for anything else. */
export function list(value: JsonValue | undefined): readonly JsonValue[] {
  return Array.isArray(value) ? value : [];
}
