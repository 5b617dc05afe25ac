import { HEADER_LENGTH, HEADER_WORDS, writeSource } from "./datagram_header.ts";
import { type FilterCommand, tryWriteCommand } from "./filter_command.ts";
import { SharedRing } from "./shared_ring.ts";
import { AddressTable, KnownSource } from "./source_table.ts";
import { UDP_BATCH } from "./udp_backend.ts";
import { STATE_OWNER_BUSY, STATE_WORKER_ASLEEP, type UdpMemory } from "./udp_memory.ts";
import type { UdpSource } from "./udp_source.ts";

/** Addresses in text that are remembered. */
const ADDRESSES_MAX = 16_384;

/** Bytes up to which a loop of our own is faster than a view and `set`. */
const SHORT_BYTES = 256;

/** What an outbox works with. */
export interface UdpOutboxOptions {
  /** What it shares with the thread of the socket. */
  readonly memory: UdpMemory;
  /** Wakes that thread, which waits. */
  readonly wake: () => void;
  /** Told of datagrams that are lost here. */
  readonly drops: (reason: "send_failed" | "send_queue_full", count: number) => void;
}

/** The way of datagrams and commands to the thread of a socket. */
export class UdpOutbox {
  readonly #options: UdpOutboxOptions;
  readonly #ring: SharedRing;
  readonly #control: SharedRing;
  readonly #state: Int32Array;
  readonly #addresses = new AddressTable(ADDRESSES_MAX);
  #unflushedCount = 0;
  /** Whether the end of this turn of the event loop is waited for. */
  #isTurnOpen = false;

  /** The producer of the memory's outbound and control rings, of which there is one. */
  constructor(options: UdpOutboxOptions) {
    this.#options = options;
    this.#ring = new SharedRing(options.memory.outbound);
    this.#control = new SharedRing(options.memory.control);
    this.#state = new Int32Array(options.memory.state);
  }

  /**
   * Says that a turn of the event loop begins in which much is done: until its end the thread need not
   * look at the socket. On one core it would only take turns with this one.
   */
  beginTurn(): void {
    Atomics.store(this.#state, STATE_OWNER_BUSY, 1);
    if (this.#unflushedCount === 0) this.#ring.tryBeginAgain();
    this.#openTurn();
  }

  /**
   * Copies a datagram, the first `length` bytes, into the ring, or loses it. What one turn of the event
   * loop sends goes out at its end, so that the thread is woken once for all of it.
   */
  send(datagram: Uint8Array, to: UdpSource, length: number = datagram.length): void {
    const words = to instanceof KnownSource ? to.words : this.#addresses.tryFind(to.hostname);
    if (words === undefined) return this.#options.drops("send_failed", 1);
    const ring = this.#ring;
    const index = ring.tryReserve(ring.spanOf(length));
    if (index < 0) {
      this.flush();
      return this.#options.drops("send_queue_full", 1);
    }
    const base = index * HEADER_WORDS;
    ring.headers[base + HEADER_LENGTH] = length;
    writeSource(ring.headers, base, { words, port: to.port });
    copyBytes(datagram, ring.bytes, { at: index * ring.slotBytes, length });
    this.#openTurn();
    this.#unflushedCount++;
    // Seen without a wake-up where the thread is awake; woken, it would take the core in mid-tick.
    if (this.#unflushedCount % UDP_BATCH === 0) ring.commit();
  }

  /** Tells the filter something; false where too much of that is waiting. @throws RangeError */
  tryTell(command: FilterCommand): boolean {
    if (!tryWriteCommand(this.#control, command)) return false;
    this.#wake();
    return true;
  }

  /** Hands over what was sent, and has the thread look. */
  flush(): void {
    this.#unflushedCount = 0;
    this.#ring.commit();
    this.#wake();
  }

  #openTurn(): void {
    if (this.#isTurnOpen) return;
    this.#isTurnOpen = true;
    queueMicrotask(this.#endTurn);
  }

  readonly #endTurn = (): void => {
    this.#isTurnOpen = false;
    Atomics.store(this.#state, STATE_OWNER_BUSY, 0);
    if (this.#unflushedCount > 0) this.flush();
  };

  #wake(): void {
    if (Atomics.load(this.#state, STATE_WORKER_ASLEEP) === 0) return;
    if (Atomics.exchange(this.#state, STATE_WORKER_ASLEEP, 0) === 1) this.#options.wake();
  }
}

function copyBytes(
  from: Uint8Array,
  into: Uint8Array,
  { at, length }: { readonly at: number; readonly length: number },
): void {
  if (length > SHORT_BYTES) return into.set(from.subarray(0, length), at);
  for (let index = 0; index < length; index++) into[at + index] = from[index] ?? 0;
}
