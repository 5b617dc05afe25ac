import {
  HEADER_CONNECTION,
  HEADER_HASH,
  HEADER_LENGTH,
  HEADER_TAG,
  HEADER_WORDS,
  TAG_BINARY,
  TAG_JSON,
  TAG_OTHER,
} from "./datagram_header.ts";
import { ConnectionKeys } from "./connection_keys.ts";
import type { FilterCommand } from "./filter_command.ts";
import type { SharedRing } from "./shared_ring.ts";

/** Why a filter lets a datagram not in. */
export type FilterRefusal = "too_large" | "source_rate" | "bad_tag";

/** Decides, in the thread of the socket, which datagrams reach the simulation's. */
export interface DatagramFilter {
  /**
   * Looks at the datagram in a slot of the ring, whose header has its length, source and hash. Writes
   * its tag, and its connection where it has shown one. Gives why it must not go on, or undefined.
   * `nowMs` is monotonic. Must not throw and should not allocate.
   */
  check(ring: SharedRing, index: number, nowMs: number): FilterRefusal | undefined;
  /** Does what the owner of the socket asks. */
  apply(command: FilterCommand): void;
}

/** The bounds of a {@linkcode SourceFilter}. */
export interface SourceFilterOptions {
  /** The longest datagram that is let in, in bytes. */
  readonly datagramBytesMax: number;
  /** Datagrams a second of one source. */
  readonly ratePerSecond: number;
  /** Datagrams of one source at once, 1 or more. */
  readonly burst: number;
}

/** The first byte of a JSON object, and of the binary protocol: `{` and the mark of game/wire/README.md. */
const FIRST_BYTE_JSON = 0x7b;
const FIRST_BYTE_BINARY = 0xb1;

/** Sources share a bucket where their hashes agree in these bits: memory is bounded whoever sends. */
const BUCKETS = 1 << 14;

/**
 * Checks size and rate and says by the first byte what a datagram is. A source is an address with a
 * port; two whose hashes meet in one of 16 384 buckets share a limit, which should therefore be well
 * above what an honest source sends. Who they are nobody can choose, for the hash is keyed. Datagrams of
 * the connections that it is told of must have their tag.
 */
export class SourceFilter implements DatagramFilter {
  readonly #options: SourceFilterOptions;
  /** Two numbers for each bucket, beside one another: its tokens, and when they were counted, in ms. */
  readonly #buckets = new Float64Array(2 * BUCKETS);
  readonly #connections = new ConnectionKeys();

  /** Every source may send its burst at first. */
  constructor(options: SourceFilterOptions) {
    this.#options = options;
    for (let at = 0; at < this.#buckets.length; at += 2) this.#buckets[at] = options.burst;
  }

  /** Connections that it knows. */
  get connectionCount(): number {
    return this.#connections.size;
  }

  check(ring: SharedRing, index: number, nowMs: number): FilterRefusal | undefined {
    const { headers } = ring;
    const base = index * HEADER_WORDS;
    const length = headers[base + HEADER_LENGTH] ?? 0;
    if (length > this.#options.datagramBytesMax) return "too_large";
    const first = length === 0 ? -1 : ring.bytes[index * ring.slotBytes];
    headers[base + HEADER_TAG] = first === FIRST_BYTE_JSON
      ? TAG_JSON
      : first === FIRST_BYTE_BINARY
      ? TAG_BINARY
      : TAG_OTHER;
    headers[base + HEADER_CONNECTION] = 0;
    // First what costs least.
    if (!this.#tryTake(headers[base + HEADER_HASH] ?? 0, nowMs)) return "source_rate";
    if (first !== FIRST_BYTE_BINARY) return undefined;
    const connection = this.#connections.check(ring.slot(index), length);
    if (connection === undefined) return "bad_tag";
    headers[base + HEADER_CONNECTION] = connection;
    return undefined;
  }

  apply(command: FilterCommand): void {
    if (command.kind === "remove_connection") this.#connections.remove(command.id);
    else this.#connections.add(command.id, command.key);
  }

  #tryTake(hash: number, nowMs: number): boolean {
    const { ratePerSecond, burst } = this.#options;
    const at = 2 * (hash & (BUCKETS - 1));
    const refill = (nowMs - (this.#buckets[at + 1] ?? 0)) * ratePerSecond / 1_000;
    const tokens = Math.min(burst, (this.#buckets[at] ?? 0) + refill);
    const isLetIn = tokens >= 1;
    this.#buckets[at] = isLetIn ? tokens - 1 : tokens;
    this.#buckets[at + 1] = nowMs;
    return isLetIn;
  }
}
