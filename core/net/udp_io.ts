import { type Clock, systemClock } from "../clock.ts";
import { UDP_PAYLOAD_BYTES_MAX } from "../limits.ts";
import type { Log } from "../log.ts";
import type { FilterCommand } from "./filter_command.ts";
import { UDP_BATCH } from "./udp_backend.ts";
import type { ChosenUdpBackend } from "./udp_choice.ts";
import { type DatagramHandler, UdpInbox } from "./udp_inbox.ts";
import {
  allocateUdpMemory,
  STATE_STOP,
  STATE_WAKE_AT,
  type UdpCounter,
  UdpCounters,
  type UdpMemory,
} from "./udp_memory.ts";
import { UdpOutbox } from "./udp_outbox.ts";
import type { UdpSource } from "./udp_source.ts";
import { startUdpThread, type UdpThread } from "./udp_thread.ts";

/** Why datagrams were lost on our side, for a metric's label. */
export const UDP_DROP_REASONS = [
  "too_large",
  "source_rate",
  "bad_tag",
  "inbound_full",
  "receive_failed",
  "handler_failed",
  "send_failed",
  "send_queue_full",
] as const;

/** One of {@linkcode UDP_DROP_REASONS}. */
export type UdpDropReason = typeof UDP_DROP_REASONS[number];

/** How a UDP socket in a thread of its own is started. */
export interface UdpIoOptions {
  /** The address to listen on, `0.0.0.0` for all of IPv4. */
  readonly hostname: string;
  /** 0 lets the system choose. */
  readonly port: number;
  /** How the socket is reached, from `chooseUdpBackend`. */
  readonly backend: ChosenUdpBackend;
  /** The longest datagram that is let in, 1 to 65 507 bytes; a longer one is dropped. */
  readonly datagramBytesMax: number;
  /** Datagrams that one source may send a second, and at once; more are dropped in the thread. */
  readonly sourceRate: { readonly perSecond: number; readonly burst: number };
  /** Takes one datagram, as {@linkcode DatagramHandler} says. */
  readonly onDatagram: DatagramHandler;
  /** Told how many datagrams were lost since it was last told. */
  readonly drops: (reason: UdpDropReason, count: number) => void;
  /** Told that the thread has ended by a fault of ours: nothing is received or sent any more. */
  readonly onFault: (error: Error) => void;
  /** Told of what goes wrong on our side. */
  readonly log: Log;
  /** Bounds how long closing takes, and spaces out log lines; the machine's by default. */
  readonly clock?: Clock;
  /** Datagrams that wait for the simulation at most, a power of two; 8 192 by default. */
  readonly inboundSlots?: number;
  /** Datagrams that wait for the socket at most, longer ones counting more; 8 192 by default. */
  readonly outboundSlots?: number;
  /**
   * How many datagrams must wait before they are handled without `drain` being called: half of what may
   * wait by default, 1 for those who never call it.
   */
  readonly wakeAtSlots?: number;
  /** Lets several sockets share the port, each of them opened so; `mmsg` only. */
  readonly reusePort?: boolean;
}

/** A UDP socket in a thread of its own, seen from the thread that handles datagrams. */
export interface UdpIo {
  /** What it listens on. */
  readonly address: UdpSource;
  /** Hands over what has come, a bounded number of datagrams; gives how many. */
  drain(): number;
  /** Has datagrams handled without `drain` being called when so many wait; 1: at once. */
  setWakeAt(slots: number): void;
  /**
   * Sends a copy of a datagram, or loses it and counts it. Never throws and never waits.
   * @param length how many of the bytes are sent; all by default
   */
  send(datagram: Uint8Array, to: UdpSource, length?: number): void;
  /** Tells the filter something; false where too much of that is waiting. @throws RangeError */
  tryTell(command: FilterCommand): boolean;
  /** What the thread has counted since it started, modulo 2^32. */
  count(counter: UdpCounter): number;
  /** Hands over nothing more, sends what was given to it, frees the port. Two seconds at most. */
  close(): Promise<void>;
}

const SLOTS = 8_192;

/**
 * Opens a UDP socket in a thread of its own, with a ring of shared memory in each direction.
 *
 * @throws Error when the address cannot be listened on
 * @throws RangeError where `datagramBytesMax` or a count of slots is out of bounds
 */
export async function startUdpIo(options: UdpIoOptions): Promise<UdpIo> {
  const { datagramBytesMax, inboundSlots = SLOTS, outboundSlots = SLOTS } = options;
  if (!(datagramBytesMax >= 1 && datagramBytesMax <= UDP_PAYLOAD_BYTES_MAX)) {
    throw new RangeError(
      `Cannot start UDP: datagramBytesMax must be 1..${UDP_PAYLOAD_BYTES_MAX}, ` +
        `is ${datagramBytesMax}`,
    );
  }
  const batch = UDP_BATCH;
  const memory = allocateUdpMemory({ datagramBytesMax, inboundSlots, outboundSlots, batch });
  const { wakeAtSlots = inboundSlots / 2, clock = systemClock } = options;
  Atomics.store(new Int32Array(memory.state), STATE_WAKE_AT, wakeAtSlots);
  const thread = await startUdpThread({ ...options, memory, clock });
  return new ThreadedUdp(options, { memory, thread, clock });
}

class ThreadedUdp implements UdpIo {
  readonly address: UdpSource;
  readonly #thread: UdpThread;
  readonly #inbox: UdpInbox;
  readonly #outbox: UdpOutbox;
  readonly #counters: UdpCounters;
  readonly #state: Int32Array;
  #closed: Promise<void> | undefined;

  constructor(
    options: UdpIoOptions,
    parts: {
      readonly memory: UdpMemory;
      readonly thread: UdpThread;
      readonly clock: Clock;
    },
  ) {
    const { memory, thread } = parts;
    this.address = thread.address;
    this.#thread = thread;
    this.#counters = new UdpCounters(memory.counters);
    this.#state = new Int32Array(memory.state);
    this.#inbox = new UdpInbox({ ...options, ...parts });
    this.#outbox = new UdpOutbox({ memory, wake: () => thread.wake(), drops: options.drops });
  }

  drain(): number {
    if (this.#closed !== undefined) return 0;
    this.#outbox.beginTurn();
    return this.#inbox.drain();
  }

  setWakeAt(slots: number): void {
    this.#inbox.setWakeAt(slots);
  }

  send(datagram: Uint8Array, to: UdpSource, length?: number): void {
    if (this.#closed === undefined) this.#outbox.send(datagram, to, length);
  }

  tryTell(command: FilterCommand): boolean {
    return this.#closed === undefined && this.#outbox.tryTell(command);
  }

  count(counter: UdpCounter): number {
    return this.#counters.get(counter);
  }

  close(): Promise<void> {
    return this.#closed ??= this.#close();
  }

  async #close(): Promise<void> {
    this.#inbox.close();
    this.#outbox.flush();
    Atomics.store(this.#state, STATE_STOP, 1);
    await this.#thread.close();
    this.#inbox.countDrops();
  }
}
