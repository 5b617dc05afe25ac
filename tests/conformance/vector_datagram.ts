import { TAG_BYTES, tagKeyFrom, writeTag } from "../../core/net/datagram_tag.ts";
import {
  DATAGRAM_BYTES_MAX,
  DATAGRAM_TYPES,
  type DatagramHeader,
  isConnected,
  type Sender,
  writeHeader,
} from "../../game/wire/datagram.ts";
import { wireName } from "./decode_datagram.ts";
import { meaningOf } from "./meaning.ts";
import type { VectorCase } from "./vector_file.ts";
import type { JsonObject } from "../../core/json.ts";

/** The key of all tags in vectors: 00 01 … 0f. */
export const VECTOR_KEY: Uint8Array = Uint8Array.from({ length: 16 }, (_, index) => index);

/** What the headers of vectors say, but for the type. */
export const VECTOR_HEADER: Omit<DatagramHeader, "type"> = {
  connectionId: 0x89abcdef,
  sequence: 0x1234,
  ack: 0x0102,
  ackBits: 0x80000003,
};

/** A whole datagram, with header and, within a connection, tag (epoch 0). */
export function sealed(
  name: keyof typeof DATAGRAM_TYPES,
  encode: (into: Uint8Array) => number,
): Uint8Array {
  const type = DATAGRAM_TYPES[name];
  const bytes = new Uint8Array(DATAGRAM_BYTES_MAX);
  const length = encode(bytes);
  if (!isConnected(type)) return bytes.slice(0, length);
  writeHeader({ ...VECTOR_HEADER, type }, bytes);
  const key = tagKeyFrom(VECTOR_KEY);
  writeTag(key, bytes, { length, epoch: 0 });
  return bytes.slice(0, length + TAG_BYTES);
}

/** A message that is encoded and what it means. */
export interface Sample {
  /** What it is about. */
  readonly name: string;
  /** Its type. */
  readonly type: keyof typeof DATAGRAM_TYPES;
  /** What it says, as vectors have it. */
  readonly message: JsonObject;
  /** Writes it after the header. */
  readonly encode: (into: Uint8Array) => number;
}

/** The questions that a sample makes: to read it, and where a client sends it, to write it. */
export function casesOf(sender: Sender, sample: Sample): VectorCase[] {
  const { name, message } = sample;
  const type = wireName(sample.type);
  const bytes = sealed(sample.type, sample.encode);
  const isTagged = isConnected(DATAGRAM_TYPES[sample.type]);
  const header = isTagged ? { header: meaningOf(VECTOR_HEADER) } : {};
  const decode: VectorCase = {
    name: `${name}: read`,
    request: { op: "decode", sender, datagram: bytes.toHex() },
    response: { ok: true, type, ...header, message },
  };
  if (sender === "server") return [decode];
  const datagram = bytes.subarray(0, bytes.length - (isTagged ? TAG_BYTES : 0)).toHex();
  const encode: VectorCase = {
    name: `${name}: write`,
    request: { op: "encode", type, ...header, message },
    response: { datagram },
  };
  return [decode, encode];
}
