import { HEADER_HASH, HEADER_WORDS } from "./datagram_header.ts";
import type { SharedRing } from "./shared_ring.ts";

/** Sources share a count where their hashes agree in these bits. */
const BUCKETS = 1 << 12;

/**
 * Says which source may have one more slot of a ring: one that holds fewer slots than are free. So one
 * flooding source has half of the ring at most, two have a third each, n have 1/(n+1) each, and as much
 * is always left for those who send little: they are never pushed out. Whoever floods loses its newest
 * datagrams, because what is in the ring is the consumer's. Choudhury and Hahne, "Dynamic queue length
 * thresholds for shared-memory packet switches", 1998, with a factor of 1.
 *
 * Counts are exact for each bucket of the sources' hash, of which there are 4 096; who shares one
 * nobody outside can choose. A flood from very many addresses looks like very many quiet sources:
 * against that only proof of who sends helps.
 */
export class FairShare {
  readonly #ring: SharedRing;
  readonly #held = new Uint16Array(BUCKETS);
  /** The position up to which the consumer's releases are in the counts. */
  #settled: number;
  #free = 0;

  /** For the producer of a ring of at most 65 535 slots that is empty. */
  constructor(ring: SharedRing) {
    this.#ring = ring;
    this.#free = ring.freeSlots();
    this.#settled = ring.tail;
  }

  /**
   * Takes into account what the consumer has released, and gives how many slots are free; an empty ring is
   * begun again. To be called before headers of free slots are written: what is counted is read from them.
   */
  settle(): number {
    const { headers, slotCount } = this.#ring;
    this.#free = this.#ring.freeSlots();
    const { tail } = this.#ring;
    for (; this.#settled !== tail; this.#settled = (this.#settled + 1) | 0) {
      const base = (this.#settled & (slotCount - 1)) * HEADER_WORDS;
      const bucket = (headers[base + HEADER_HASH] ?? 0) & (BUCKETS - 1);
      this.#held[bucket] = (this.#held[bucket] ?? 0) - 1;
    }
    if (this.#ring.tryBeginAgain()) this.#settled = this.#ring.tail;
    return this.#free;
  }

  /** Gives a slot to the source of that hash, where it may have one more. */
  tryTake(hash: number): boolean {
    const bucket = hash & (BUCKETS - 1);
    const held = this.#held[bucket] ?? 0;
    if (held >= this.#free) return false;
    this.#held[bucket] = held + 1;
    this.#free--;
    return true;
  }
}
