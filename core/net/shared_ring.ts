// Long because both sides of a ring are one agreement on whose word is whose.
import { HEADER_LENGTH, HEADER_SPAN, HEADER_WORDS } from "./datagram_header.ts";

/** The memory of a ring, which can be sent to another thread. */
export interface SharedRingMemory {
  /** Slots: a power of two. */
  readonly slotCount: number;
  /** Bytes of a slot, a multiple of 8. */
  readonly slotBytes: number;
  /** Where the two sides are. */
  readonly positions: SharedArrayBuffer;
  /** A header for each slot, as `datagram_header.ts` lays it out, the spare slots' included. */
  readonly headers: SharedArrayBuffer;
  /** The bytes of each slot, one after the other, the spare slots' included. */
  readonly payload: SharedArrayBuffer;
}

const SLOTS_MAX = 1 << 16;
const SLOT_BYTES_MAX = 65_536;

// The producer writes one and the consumer the other: 128 bytes apart, no processor's cache line (or
// the pair of them that is fetched together) is written by both.
const HEAD = 32;
const TAIL = 64;
/** The producer's: where it began again, while that is ahead of the consumer. */
const START = 96;
const POSITION_WORDS = 128;

/** From this slot on an empty ring is begun again: what was used last is still near the processor. */
const AGAIN_FROM = 256;

/**
 * Memory for a ring; `spareSlots` more slots follow it, which are the producer's own.
 *
 * @throws RangeError where `slotCount` is no power of two up to 65 536, or `slotBytes` no multiple of 8
 */
export function allocateRing(
  size: { readonly slotCount: number; readonly slotBytes: number; readonly spareSlots?: number },
): SharedRingMemory {
  const { slotCount, slotBytes, spareSlots = 0 } = size;
  const isPower = Number.isInteger(Math.log2(slotCount)) && slotCount <= SLOTS_MAX;
  if (!isPower || !(slotBytes > 0 && slotBytes <= SLOT_BYTES_MAX && slotBytes % 8 === 0)) {
    throw new RangeError(`Cannot allocate ring of ${slotCount} slots of ${slotBytes} bytes`);
  }
  const slots = slotCount + spareSlots;
  return {
    slotCount,
    slotBytes,
    positions: new SharedArrayBuffer(POSITION_WORDS * Int32Array.BYTES_PER_ELEMENT),
    headers: new SharedArrayBuffer(slots * HEADER_WORDS * Int32Array.BYTES_PER_ELEMENT),
    payload: new SharedArrayBuffer(slots * slotBytes),
  };
}

/**
 * One side of a queue of datagrams between two threads, of which one puts in and the other takes out;
 * neither ever waits for the other. Each side makes one on the same memory. A datagram longer than a
 * slot takes several that follow one another. Positions only grow, modulo 2^32, and stand for a slot by
 * their low bits; nothing is allocated for a datagram.
 *
 * The producer: `tryReserve`, write header and bytes, `commit`. The consumer: `peek`, read, `advance`,
 * and `release` once for many. A producer that calls `tryBeginAgain` now and then keeps a ring with little
 * in it to its first slots, rather than going through all of its memory.
 */
export class SharedRing {
  /** {@linkcode HEADER_WORDS} words for each slot. */
  readonly headers: Int32Array;
  /** `slotBytes` for each slot. */
  readonly bytes: Uint8Array;
  /** Slots, a power of two. */
  readonly slotCount: number;
  /** Bytes of a slot. */
  readonly slotBytes: number;
  readonly #positions: Int32Array;
  readonly #mask: number;
  readonly #views: (Uint8Array | undefined)[] = [];
  /** The producer's own position, ahead of the shared one by what is reserved. */
  #head: number;
  /** The consumer's own position, ahead of the shared one by what is not released. */
  #cursor: number;
  /** The producer's own copy of the shared word. */
  #start: number;
  /** What was last seen of the other side: the shared word is read only when that is not enough. */
  #seenTail: number;
  #seenHead: number;

  /** Goes on where the memory's ring is. */
  constructor(memory: SharedRingMemory) {
    this.slotCount = memory.slotCount;
    this.slotBytes = memory.slotBytes;
    this.headers = new Int32Array(memory.headers);
    this.bytes = new Uint8Array(memory.payload);
    this.#positions = new Int32Array(memory.positions);
    this.#mask = memory.slotCount - 1;
    this.#head = this.#seenHead = Atomics.load(this.#positions, HEAD);
    this.#cursor = this.#seenTail = Atomics.load(this.#positions, TAIL);
    this.#start = Atomics.load(this.#positions, START);
  }

  /** Slots in use, as far as the asking thread can know: committed and not released. */
  get usedSlots(): number {
    const from = this.#releasedTo();
    // A producer that begins again says where before it has anything there.
    return Math.max(0, (Atomics.load(this.#positions, HEAD) - from) | 0);
  }

  /** The memory of a slot, the same object each time; what follows a datagram in it means nothing. */
  slot(index: number): Uint8Array {
    return this.#views[index] ??= this.bytes.subarray(
      index * this.slotBytes,
      (index + 1) * this.slotBytes,
    );
  }

  /** The producer's: where the next datagram's slot is. */
  get headIndex(): number {
    return this.#head & this.#mask;
  }

  /** The producer's: slots that are free, looking at the consumer again. */
  freeSlots(): number {
    this.#seenTail = later(Atomics.load(this.#positions, TAIL), this.#start);
    return this.slotCount - ((this.#head - this.#seenTail) >>> 0);
  }

  /**
   * The producer's, where nothing is reserved: has the next datagram take the first slot, if the ring is
   * empty and has come some way; false, and nothing done, else.
   */
  tryBeginAgain(): boolean {
    const index = this.#head & this.#mask;
    if (index < AGAIN_FROM || this.freeSlots() < this.slotCount) return false;
    this.#head = (this.#head + this.slotCount - index) | 0;
    this.#setStart(this.#head);
    this.#seenTail = this.#head;
    return true;
  }

  /** The producer's: the position up to which slots are free again, as `freeSlots` last saw it. */
  get tail(): number {
    return this.#seenTail;
  }

  /** The slots that so many bytes take, at least one. */
  spanOf(byteCount: number): number {
    return Math.max(1, Math.ceil(byteCount / this.slotBytes));
  }

  /**
   * The producer's: the index of the first of `span` free slots that follow one another, or -1 where
   * there are none. They are the producer's to write until it calls `commit`.
   */
  tryReserve(span = 1): number {
    const index = this.#head & this.#mask;
    const untilEnd = this.slotCount - index;
    const skipped = untilEnd < span ? untilEnd : 0;
    if (!this.#hasFree(skipped + span)) return -1;
    if (skipped > 0) {
      this.headers[index * HEADER_WORDS + HEADER_LENGTH] = -1;
      this.headers[index * HEADER_WORDS + HEADER_SPAN] = skipped;
      this.#head = (this.#head + skipped) | 0;
    }
    const first = this.#head & this.#mask;
    this.headers[first * HEADER_WORDS + HEADER_SPAN] = span;
    this.#head = (this.#head + span) | 0;
    // Kept near: positions that are 2^31 apart could not be told before from after.
    if (first === 0) this.#setStart(this.#seenTail);
    return first;
  }

  /** The producer's: hands over everything that was reserved. */
  commit(): void {
    Atomics.store(this.#positions, HEAD, this.#head);
  }

  /** The consumer's: the index of the next datagram's first slot, or -1 where there is none. */
  peek(): number {
    for (;;) {
      if (this.#cursor === this.#seenHead) {
        this.#seenHead = Atomics.load(this.#positions, HEAD);
        if (this.#cursor === this.#seenHead) return -1;
        this.#cursor = later(this.#cursor, Atomics.load(this.#positions, START));
        if (this.#cursor === this.#seenHead) return -1;
      }
      const index = this.#cursor & this.#mask;
      if ((this.headers[index * HEADER_WORDS + HEADER_LENGTH] ?? -1) >= 0) return index;
      this.advance();
    }
  }

  /** The consumer's: goes past the datagram that `peek` gave. It stays valid until `release`. */
  advance(): void {
    const base = (this.#cursor & this.#mask) * HEADER_WORDS;
    this.#cursor = (this.#cursor + (this.headers[base + HEADER_SPAN] ?? 1)) | 0;
  }

  /** The consumer's: gives the slots of everything that it has gone past back to the producer. */
  release(): void {
    Atomics.store(this.#positions, TAIL, this.#cursor);
  }

  /** The consumer's: goes back to the first datagram that is not released. */
  rewind(): void {
    const released = this.#releasedTo();
    // Where the producer has begun again there is nothing to go back to.
    if (later(released, this.#cursor) === this.#cursor) this.#cursor = released;
  }

  /** The position of the first slot in use: where the producer has begun again the consumer has not been. */
  #releasedTo(): number {
    return later(Atomics.load(this.#positions, TAIL), Atomics.load(this.#positions, START));
  }

  #setStart(position: number): void {
    this.#start = position;
    Atomics.store(this.#positions, START, position);
  }

  #hasFree(slots: number): boolean {
    if (this.slotCount - ((this.#head - this.#seenTail) >>> 0) >= slots) return true;
    return this.freeSlots() >= slots;
  }
}

/** The later of two positions, which are less than 2^31 apart. */
function later(one: number, other: number): number {
  return ((other - one) | 0) > 0 ? other : one;
}
