import { setImmediate } from "node:timers";
import type { Clock } from "../clock.ts";
import { describeError, type Log } from "../log.ts";
import { HEADER_CONNECTION, HEADER_LENGTH, HEADER_WORDS } from "./datagram_header.ts";
import { RateLimiter } from "./rate_limiter.ts";
import { SharedRing } from "./shared_ring.ts";
import { SourceTable } from "./source_table.ts";
import {
  STATE_OWNER_ASLEEP,
  STATE_OWNER_WAKE,
  STATE_WAKE_AT,
  type UdpCounter,
  UdpCounters,
  type UdpMemory,
} from "./udp_memory.ts";
import type { UdpSource } from "./udp_source.ts";

/** Datagrams that are handed over at once, before timers and sockets get their turn: 10 ms' at most. */
const DRAIN_MAX = 4_096;
/** Slots are given back in lots of this size, because that is seen by the other thread. */
const RELEASE_LOT = 64;
/**
 * Sources remembered, a power of two: far more than play at once, because two whose hashes meet take
 * turns, and each turn makes a text. 2 MiB.
 */
const SOURCES_MAX = 65_536;
/** A handler's failure is logged this often at first, and then once a second. */
const LOG_BURST = 3;

/** What the thread of a socket counts as lost. */
export type UdpLoss = Exclude<UdpCounter, "received" | "sent">;

/** What the thread loses, and counts. */
const LOST: readonly UdpLoss[] = [
  "too_large",
  "source_rate",
  "bad_tag",
  "inbound_full",
  "receive_failed",
  "send_failed",
];

/** A datagram that has come; all of it is good only during the call that brings it. */
export interface ReceivedDatagram {
  /** Begins with the datagram; what follows it means nothing. */
  readonly bytes: Uint8Array;
  /** How many of the bytes it has. */
  readonly length: number;
  /** Who sent it; the same object each time, while it is remembered. */
  readonly source: UdpSource;
  /** The id of the connection whose tag it has, or 0 where the filter knows of none. */
  readonly connection: number;
}

/** Takes one datagram; what it throws is counted. */
export type DatagramHandler = (datagram: ReceivedDatagram) => void;

/** What an inbox works with. */
export interface UdpInboxOptions {
  /** What it shares with the thread of the socket. */
  readonly memory: UdpMemory;
  /** Takes one datagram, as {@linkcode DatagramHandler} says. */
  readonly onDatagram: DatagramHandler;
  /** Told how many datagrams were lost since it was last told. */
  readonly drops: (reason: UdpLoss | "handler_failed", count: number) => void;
  /** Told of what a handler throws, now and then. */
  readonly log: Log;
  /** Spaces out log lines. */
  readonly clock: Clock;
}

/** The way of datagrams from the thread of a socket to a handler. */
export class UdpInbox {
  readonly #options: UdpInboxOptions;
  readonly #ring: SharedRing;
  readonly #state: Int32Array;
  readonly #counters: UdpCounters;
  readonly #sources = new SourceTable(SOURCES_MAX);
  readonly #logged: RateLimiter;
  /** Used again for each. */
  readonly #received = {
    bytes: new Uint8Array(0) as Uint8Array,
    length: 0,
    source: { hostname: "", port: 0 } as UdpSource,
    connection: 0,
  };
  /** What the thread had counted when it was last looked at. */
  readonly #counted = new Map<UdpLoss, number>(LOST.map((reason) => [reason, 0]));
  #isClosed = false;

  /** The consumer of the memory's inbound ring, of which there is one. */
  constructor(options: UdpInboxOptions) {
    const { memory, clock } = options;
    this.#options = options;
    this.#ring = new SharedRing(memory.inbound);
    this.#state = new Int32Array(memory.state);
    this.#counters = new UdpCounters(memory.counters);
    this.#logged = new RateLimiter({ ratePerSecond: 1, burst: LOG_BURST, keysMax: 1, clock });
    this.#drainWhenFull();
  }

  /** Hands over what has come, a bounded number of datagrams; gives how many. */
  drain(): number {
    const { onDatagram } = this.#options;
    const ring = this.#ring;
    const { headers } = ring;
    const received = this.#received;
    let count = 0;
    while (count < DRAIN_MAX && !this.#isClosed) {
      const index = ring.peek();
      if (index < 0) break;
      const base = index * HEADER_WORDS;
      received.bytes = ring.slot(index);
      received.length = headers[base + HEADER_LENGTH] ?? 0;
      received.source = this.#sources.find(headers, base);
      received.connection = (headers[base + HEADER_CONNECTION] ?? 0) >>> 0;
      try {
        onDatagram(received);
      } catch (error) {
        this.#onHandlerFailure(error);
      }
      ring.advance();
      count++;
      if (count % RELEASE_LOT === 0) ring.release();
    }
    ring.release();
    this.countDrops();
    return count;
  }

  /** Tells what the thread has lost since the last time. */
  countDrops(): void {
    for (const reason of LOST) {
      const counted = this.#counters.get(reason);
      const grown = (counted - (this.#counted.get(reason) ?? 0)) >>> 0;
      if (grown === 0) continue;
      this.#counted.set(reason, counted);
      this.#options.drops(reason, grown);
    }
  }

  /** Has datagrams handed over without `drain` being called when so many wait, 1 or more. */
  setWakeAt(slots: number): void {
    Atomics.store(this.#state, STATE_WAKE_AT, slots);
    this.#wake();
  }

  /** Hands over nothing more. */
  close(): void {
    this.#isClosed = true;
    this.#wake();
  }

  #wake(): void {
    Atomics.add(this.#state, STATE_OWNER_WAKE, 1);
    Atomics.notify(this.#state, STATE_OWNER_WAKE);
  }

  /** Drains between two calls of `drain` where so much comes that the ring would be full by then. */
  async #drainWhenFull(): Promise<void> {
    const isDue = (): boolean => this.#ring.usedSlots >= Atomics.load(this.#state, STATE_WAKE_AT);
    while (!this.#isClosed) {
      if (isDue()) {
        this.drain();
        if (isDue()) await new Promise<void>((resume) => void setImmediate(resume));
        continue;
      }
      const wakes = Atomics.load(this.#state, STATE_OWNER_WAKE);
      Atomics.store(this.#state, STATE_OWNER_ASLEEP, 1);
      // The thread writes first and looks at the flag then: one of the two sees the other.
      if (isDue()) {
        Atomics.store(this.#state, STATE_OWNER_ASLEEP, 0);
        continue;
      }
      const wait = Atomics.waitAsync(this.#state, STATE_OWNER_WAKE, wakes);
      if (wait.async) await wait.value;
    }
  }

  #onHandlerFailure(error: unknown): void {
    const { drops, log } = this.#options;
    drops("handler_failed", 1);
    if (this.#logged.tryTake("")) log.warn("udp_handler_failed", { error: describeError(error) });
  }
}
