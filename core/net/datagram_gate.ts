import type { DatagramFilter } from "./datagram_filter.ts";
import {
  hashSource,
  HEADER_ARRIVAL,
  HEADER_HASH,
  HEADER_LENGTH,
  HEADER_SPAN,
  HEADER_WORDS,
} from "./datagram_header.ts";
import type { Clock } from "../clock.ts";
import { FairShare } from "./fair_share.ts";
import { SharedRing } from "./shared_ring.ts";
import {
  STATE_OWNER_ASLEEP,
  STATE_OWNER_WAKE,
  STATE_WAKE_AT,
  UdpCounters,
  type UdpMemory,
} from "./udp_memory.ts";

/** What a gate works with. */
export interface DatagramGateOptions {
  /** What it shares with the owner of the socket. */
  readonly memory: UdpMemory;
  /** Decides on each datagram by itself. */
  readonly filter: DatagramFilter;
  /** Keys the hash of sources; any 32 bits, from a good source of chance. */
  readonly seed: number;
  /** Says when datagrams arrive. */
  readonly clock: Clock;
}

/**
 * The way of received datagrams into the inbound ring. For each lot of them: `begin`, which says where
 * they may be written, then `offer` for each in the order of arrival, then `commit`, and
 * `wakeOwner` after one lot or some.
 */
export class DatagramGate {
  /** The ring, with its spare slots after the others. */
  readonly ring: SharedRing;
  readonly #options: DatagramGateOptions;
  readonly #counters: UdpCounters;
  readonly #share: FairShare;
  readonly #state: Int32Array;
  /** The headers once more: a time of arrival is a float over two words. */
  readonly #arrivals: Float64Array;
  #nowMs = 0;
  #arrivalMs = 0;
  #offeredCount = 0;

  /** The producer of the memory's inbound ring, of which there is one. */
  constructor(options: DatagramGateOptions) {
    const { memory } = options;
    this.#options = options;
    this.ring = new SharedRing(memory.inbound);
    this.#counters = new UdpCounters(memory.counters);
    this.#share = new FairShare(this.ring);
    this.#state = new Int32Array(memory.state);
    this.#arrivals = new Float64Array(memory.inbound.headers);
  }

  /** Gives how many slots are free; of these, those from `ring.headIndex` on are the next. */
  begin(): number {
    const { clock } = this.#options;
    this.#nowMs = clock.monotonicMs();
    this.#arrivalMs = clock.nowMs();
    return this.#share.settle();
  }

  /**
   * Lets in or drops the datagram in a slot, spare or the next free one or one beyond, whose header has
   * its length and source.
   */
  offer(index: number): void {
    const { filter, seed } = this.#options;
    const { headers } = this.ring;
    const base = index * HEADER_WORDS;
    this.#offeredCount++;
    const hash = hashSource(headers, base, seed);
    headers[base + HEADER_HASH] = hash;
    const refusal = filter.check(this.ring, index, this.#nowMs);
    if (refusal !== undefined) return this.#counters.add(refusal);
    if (!this.#share.tryTake(hash)) return this.#counters.add("inbound_full");
    this.#arrivals[(base + HEADER_ARRIVAL) / 2] = this.#arrivalMs;
    const target = this.ring.tryReserve();
    if (target !== index) this.#move(index, target);
  }

  /** Hands over what was let in. */
  commit(): void {
    this.ring.commit();
    this.#counters.add("received", this.#offeredCount);
    this.#offeredCount = 0;
  }

  /** Wakes the owner where it waits and there is enough for it; to be called after `commit`. */
  wakeOwner(): void {
    if (Atomics.load(this.#state, STATE_OWNER_ASLEEP) === 0) return;
    if (this.ring.usedSlots < Atomics.load(this.#state, STATE_WAKE_AT)) return;
    if (Atomics.exchange(this.#state, STATE_OWNER_ASLEEP, 0) === 0) return;
    Atomics.add(this.#state, STATE_OWNER_WAKE, 1);
    Atomics.notify(this.#state, STATE_OWNER_WAKE);
  }

  #move(from: number, to: number): void {
    const { headers, bytes, slotBytes } = this.ring;
    headers.copyWithin(to * HEADER_WORDS, from * HEADER_WORDS, (from + 1) * HEADER_WORDS);
    headers[to * HEADER_WORDS + HEADER_SPAN] = 1;
    const length = headers[to * HEADER_WORDS + HEADER_LENGTH] ?? 0;
    bytes.copyWithin(to * slotBytes, from * slotBytes, from * slotBytes + length);
  }
}
