import { isTagGood, type TagKey, writeTag } from "../../core/net/datagram_tag.ts";
import {
  DATAGRAM_BYTES_MAX,
  DATAGRAM_TAG_BYTES,
  type DatagramHeader,
  type DatagramType,
  newHeader,
  writeHeader,
} from "../wire/datagram.ts";
import { epochOf, expandAck, ReplayWindow } from "../wire/replay_window.ts";
import type { WireRefusal } from "../wire/wire_refusal.ts";

/** What makes a connection. */
export interface ChannelOptions {
  /** Unsigned 32-bit, not 0. */
  readonly connectionId: number;
  /** Tags what is sent. */
  readonly sendKey: TagKey;
  /** Tags what is received. */
  readonly receiveKey: TagKey;
}

// Used within one call.
const scratch = new Uint8Array(DATAGRAM_BYTES_MAX);
const outgoing = newHeader();

/** One end of a connection: numbers, acknowledges and tags what is sent, and checks what comes. */
export class DatagramChannel {
  readonly #options: ChannelOptions;
  readonly #received = new ReplayWindow();
  #sentSequence = 0;

  /** Has sent nothing yet. */
  constructor(options: ChannelOptions) {
    this.#options = options;
  }

  /** Names it to the other side. */
  get connectionId(): number {
    return this.#options.connectionId;
  }

  /** The full sequence of the newest datagram that was sent; 0: none. */
  get sentSequence(): number {
    return this.#sentSequence;
  }

  /** A datagram whose payload `encode` writes behind the header; it gives the length so far. */
  seal(type: DatagramType, encode: (into: Uint8Array) => number): Uint8Array {
    this.#sentSequence++;
    outgoing.type = type;
    outgoing.connectionId = this.#options.connectionId;
    outgoing.sequence = this.#sentSequence & 0xffff;
    outgoing.ack = this.#received.ack;
    outgoing.ackBits = this.#received.ackBits;
    writeHeader(outgoing, scratch);
    const length = encode(scratch);
    writeTag(this.#options.sendKey, scratch, { length, epoch: epochOf(this.#sentSequence) });
    return scratch.slice(0, length + DATAGRAM_TAG_BYTES);
  }

  /** Checks a datagram's tag and that it is new. Until it is accepted it changes nothing. */
  accept(bytes: Uint8Array, header: DatagramHeader): WireRefusal | undefined {
    if (header.connectionId !== this.#options.connectionId) return "bad_connection";
    const sequence = this.#received.expand(header.sequence);
    if (!this.#received.isFresh(sequence)) return "replayed";
    if (!isTagGood(this.#options.receiveKey, bytes, { epoch: epochOf(sequence) })) return "bad_tag";
    this.#received.accept(sequence);
    return undefined;
  }

  /** The newest full sequence of one's own that an accepted header acknowledges; 0: none. */
  ackOf(header: DatagramHeader): number {
    return expandAck(header.ack, this.#sentSequence);
  }
}
