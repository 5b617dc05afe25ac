import { isTagGood, TAG_BYTES, type TagKey, tagKeyFrom } from "./datagram_tag.ts";

/** Connections that are known at most; one more is not taken. */
export const CONNECTIONS_MAX = 65_536;

/** What stands before every payload of the binary protocol (`game/wire/README.md`). */
const HEADER_BYTES = 14;
const CONNECTION_AT = 2;
const SEQUENCE_AT = 6;
/** Sequences on the wire have 16 bits; the rest is the epoch, which the tag covers. */
const SEQUENCES = 0x1_0000;

interface KnownConnection {
  readonly key: TagKey;
  /** The newest full sequence with a good tag. */
  newest: number;
}

/**
 * The keys of the binary protocol's connections, in the thread of the socket: a datagram that only
 * claims to be of one goes no further. Whether it is a copy of an earlier one is for the simulation to see.
 */
export class ConnectionKeys {
  /** By id as a signed number, which V8 looks up faster: it is no object of its own. */
  readonly #known = new Map<number, KnownConnection>();

  /** How many are known. */
  get size(): number {
    return this.#known.size;
  }

  /** Datagrams of this connection are checked from now on; `key` is 16 bytes. */
  add(id: number, key: Uint8Array): void {
    if (this.#known.size >= CONNECTIONS_MAX && !this.#known.has(id | 0)) return;
    this.#known.set(id | 0, { key: tagKeyFrom(key), newest: 0 });
  }

  /** A connection is over. */
  remove(id: number): void {
    this.#known.delete(id | 0);
  }

  /**
   * Whether a datagram, the first `length` bytes, has the tag of the connection that it names: the
   * connection's id; 0 where that is not known here, or the datagram belongs to none; undefined where the
   * tag is not good.
   */
  check(datagram: Uint8Array, length: number = datagram.length): number | undefined {
    if (length < HEADER_BYTES + TAG_BYTES) return 0;
    const id = readU32(datagram, CONNECTION_AT);
    const connection = id === 0 ? undefined : this.#known.get(id | 0);
    if (connection === undefined) return 0;
    const { key, newest } = connection;
    const ahead = (readU16(datagram, SEQUENCE_AT) - newest) & (SEQUENCES - 1);
    const sequence = newest + (ahead < SEQUENCES / 2 ? ahead : ahead - SEQUENCES);
    const epoch = Math.floor(sequence / SEQUENCES);
    if (sequence < 0 || !isTagGood(key, datagram, { epoch, datagramBytes: length })) {
      return undefined;
    }
    if (sequence > newest) connection.newest = sequence;
    return id;
  }
}

function readU16(bytes: Uint8Array, at: number): number {
  return (bytes[at] ?? 0) | ((bytes[at + 1] ?? 0) << 8);
}

function readU32(bytes: Uint8Array, at: number): number {
  return (readU16(bytes, at) | (readU16(bytes, at + 2) << 16)) >>> 0;
}
