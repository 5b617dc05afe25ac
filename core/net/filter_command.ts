import {
  addressBytes,
  addressWords,
  HEADER_CONNECTION,
  HEADER_LENGTH,
  HEADER_PORT,
  HEADER_TAG,
  HEADER_WORDS,
  writeSource,
} from "./datagram_header.ts";
import { formatIp, tryParseIp } from "./ip_address.ts";
import type { SharedRing } from "./shared_ring.ts";
import type { UdpSource } from "./udp_source.ts";
import { unreachable } from "../unreachable.ts";

/** The length of a connection's key, in bytes: a key of SipHash. */
export const CONNECTION_KEY_BYTES = 16;

/** What the owner of a socket tells its filter. */
export type FilterCommand =
  | {
    /** Datagrams of a connection may come from now on; an id that is known gets new values. */
    readonly kind: "add_connection";
    /** An integer of 32 bits without sign, not 0. */
    readonly id: number;
    /** The key of the tags of what the client sends, 16 bytes. */
    readonly key: Uint8Array;
    /** Where the client is. */
    readonly source: UdpSource;
  }
  | {
    /** A connection is over. */
    readonly kind: "remove_connection";
    /** Its id. */
    readonly id: number;
  };

const KIND_ADD = 1;
const KIND_REMOVE = 2;

/**
 * Puts a command into a ring and hands it over; false where the ring is full.
 *
 * @throws RangeError where the key is not 16 bytes or the source is no IP address
 */
export function tryWriteCommand(ring: SharedRing, command: FilterCommand): boolean {
  const source = command.kind === "add_connection" ? parseSource(command) : undefined;
  const index = ring.tryReserve();
  if (index < 0) return false;
  const base = index * HEADER_WORDS;
  const { headers } = ring;
  headers[base + HEADER_CONNECTION] = command.id;
  switch (command.kind) {
    case "add_connection":
      headers[base + HEADER_TAG] = KIND_ADD;
      headers[base + HEADER_LENGTH] = CONNECTION_KEY_BYTES;
      if (source !== undefined) writeSource(headers, base, source);
      ring.bytes.set(command.key, index * ring.slotBytes);
      break;
    case "remove_connection":
      headers[base + HEADER_TAG] = KIND_REMOVE;
      headers[base + HEADER_LENGTH] = 0;
      break;
    default:
      return unreachable(command);
  }
  ring.commit();
  return true;
}

/** Takes the next command out of a ring, or undefined. @throws Error for what is no command */
export function readCommand(ring: SharedRing): FilterCommand | undefined {
  const index = ring.peek();
  if (index < 0) return undefined;
  const command = commandAt(ring, index);
  ring.advance();
  ring.release();
  return command;
}

function commandAt({ headers, bytes, slotBytes }: SharedRing, index: number): FilterCommand {
  const base = index * HEADER_WORDS;
  const id = (headers[base + HEADER_CONNECTION] ?? 0) >>> 0;
  const kind = headers[base + HEADER_TAG];
  if (kind === KIND_REMOVE) return { kind: "remove_connection", id };
  if (kind !== KIND_ADD) throw new Error(`Cannot read a filter's command: its kind is ${kind}`);
  const start = index * slotBytes;
  return {
    kind: "add_connection",
    id,
    key: bytes.slice(start, start + CONNECTION_KEY_BYTES),
    source: {
      hostname: formatIp(addressBytes(headers, base)),
      port: headers[base + HEADER_PORT] ?? 0,
    },
  };
}

function parseSource(
  { key, source }: Extract<FilterCommand, { readonly kind: "add_connection" }>,
): { readonly words: Int32Array; readonly port: number } {
  if (key.length !== CONNECTION_KEY_BYTES) {
    throw new RangeError(`Cannot add connection: its key must be ${CONNECTION_KEY_BYTES} bytes`);
  }
  const address = tryParseIp(source.hostname);
  if (address === undefined) {
    throw new RangeError(`Cannot add connection: ${source.hostname} is no IP address`);
  }
  return { words: addressWords(address), port: source.port };
}
