import { allocateRing, type SharedRingMemory } from "./shared_ring.ts";

/** What the thread of a UDP socket and its owner share. */
export interface UdpMemory {
  /** Datagrams received; the owner takes them out. */
  readonly inbound: SharedRingMemory;
  /** Datagrams to be sent; the owner puts them in. */
  readonly outbound: SharedRingMemory;
  /** Commands to the filter; the owner puts them in. */
  readonly control: SharedRingMemory;
  /** Flags and wake-ups, at the `STATE_…` words. */
  readonly state: SharedArrayBuffer;
  /** What the worker counts, in the order of {@linkcode UDP_COUNTERS}, modulo 2^32. */
  readonly counters: SharedArrayBuffer;
}

/** Not 0: the worker is to send what is there, and to end. */
export const STATE_STOP = 0;

/** 1: the worker waits, or is about to. Whoever makes it 0 wakes it. */
export const STATE_WORKER_ASLEEP = 32;

/** Counts the wake-ups of a worker that waits for this word. */
export const STATE_WORKER_WAKE = 64;

/** 1: the owner waits for the inbound ring to fill. Whoever makes it 0 wakes it. */
export const STATE_OWNER_ASLEEP = 96;

/** Counts the wake-ups of the owner. */
export const STATE_OWNER_WAKE = 128;

/** The owner is woken when this many slots of the inbound ring are in use. */
export const STATE_WAKE_AT = 160;

/** 1: the owner has begun a turn, at whose end it hands over what it sends. */
export const STATE_OWNER_BUSY = 192;

// Each of them in a pair of cache lines of its own.
const STATE_WORDS = 224;

/** What the worker counts: datagrams received and sent, and those that it lost, by reason. */
export const UDP_COUNTERS = [
  "received",
  "sent",
  "too_large",
  "source_rate",
  "bad_tag",
  "inbound_full",
  "receive_failed",
  "send_failed",
] as const;

/** One of {@linkcode UDP_COUNTERS}. */
export type UdpCounter = typeof UDP_COUNTERS[number];

/** Counters that the worker adds to and its owner reads. */
export class UdpCounters {
  readonly #words: Int32Array;

  /** On the memory that both have. */
  constructor(memory: SharedArrayBuffer) {
    this.#words = new Int32Array(memory);
  }

  /** Adds to a counter. */
  add(name: UdpCounter, count = 1): void {
    Atomics.add(this.#words, UDP_COUNTERS.indexOf(name), count);
  }

  /** What a counter stands at, modulo 2^32. */
  get(name: UdpCounter): number {
    return Atomics.load(this.#words, UDP_COUNTERS.indexOf(name)) >>> 0;
  }
}

/** Commands that wait for the worker at most. */
const CONTROL_SLOTS = 4_096;
const CONTROL_SLOT_BYTES = 64;
const CACHE_LINE_BYTES = 64;

/**
 * Memory for one socket.
 *
 * @throws RangeError where a count of slots is no power of two
 */
export function allocateUdpMemory(
  size: {
    /** The longest datagram that is let in; a slot has room for a byte more, to tell a longer one. */
    readonly datagramBytesMax: number;
    /** Slots of the inbound ring, a power of two. */
    readonly inboundSlots: number;
    /** Slots of the outbound ring, a power of two. */
    readonly outboundSlots: number;
    /** Datagrams that are received at once. */
    readonly batch: number;
  },
): UdpMemory {
  const { datagramBytesMax, inboundSlots, outboundSlots, batch } = size;
  const slotBytes = Math.ceil((datagramBytesMax + 1) / CACHE_LINE_BYTES) * CACHE_LINE_BYTES;
  return {
    inbound: allocateRing({ slotCount: inboundSlots, slotBytes, spareSlots: batch }),
    outbound: allocateRing({ slotCount: outboundSlots, slotBytes }),
    control: allocateRing({ slotCount: CONTROL_SLOTS, slotBytes: CONTROL_SLOT_BYTES }),
    state: new SharedArrayBuffer(STATE_WORDS * Int32Array.BYTES_PER_ELEMENT),
    counters: new SharedArrayBuffer(UDP_COUNTERS.length * Int32Array.BYTES_PER_ELEMENT),
  };
}
