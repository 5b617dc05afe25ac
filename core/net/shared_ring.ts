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
const POSITION_WORDS = 96;

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
 * and `release` once for many.
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
  /** The producer's own position, ahead of the shared one by what is reserved. */
  #head: number;
  /** The consumer's own position, ahead of the shared one by what is not released. */
  #cursor: number;
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
  }

  /** Slots in use, as far as the asking thread can know: committed and not released. */
  get usedSlots(): number {
    return (Atomics.load(this.#positions, HEAD) - Atomics.load(this.#positions, TAIL)) >>> 0;
  }

  /** The producer's: where the next datagram's slot is. */
  get headIndex(): number {
    return this.#head & this.#mask;
  }

  /** The producer's: slots that are free, looking at the consumer again. */
  freeSlots(): number {
    this.#seenTail = Atomics.load(this.#positions, TAIL);
    return this.slotCount - ((this.#head - this.#seenTail) >>> 0);
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
    this.#cursor = Atomics.load(this.#positions, TAIL);
  }

  #hasFree(slots: number): boolean {
    if (this.slotCount - ((this.#head - this.#seenTail) >>> 0) >= slots) return true;
    return this.freeSlots() >= slots;
  }
}
