import { HEADER_CONNECTION, HEADER_LENGTH, HEADER_TAG, HEADER_WORDS } from "./datagram_header.ts";
import type { SharedRing } from "./shared_ring.ts";
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
 * @throws RangeError where the key is not 16 bytes
 */
export function tryWriteCommand(ring: SharedRing, command: FilterCommand): boolean {
  if (command.kind === "add_connection" && command.key.length !== CONNECTION_KEY_BYTES) {
    throw new RangeError(`Cannot add connection: its key must be ${CONNECTION_KEY_BYTES} bytes`);
  }
  const index = ring.tryReserve();
  if (index < 0) return false;
  const base = index * HEADER_WORDS;
  const { headers } = ring;
  headers[base + HEADER_CONNECTION] = command.id;
  switch (command.kind) {
    case "add_connection":
      headers[base + HEADER_TAG] = KIND_ADD;
      headers[base + HEADER_LENGTH] = CONNECTION_KEY_BYTES;
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
  };
}
