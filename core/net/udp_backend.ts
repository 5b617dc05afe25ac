import type { DatagramFilter } from "./datagram_filter.ts";
import type { DatagramGate } from "./datagram_gate.ts";
import { readCommand } from "./filter_command.ts";
import { SharedRing } from "./shared_ring.ts";
import {
  STATE_OWNER_BUSY,
  STATE_STOP,
  STATE_WAKE_AT,
  STATE_WORKER_ASLEEP,
  STATE_WORKER_WAKE,
  UdpCounters,
  type UdpMemory,
} from "./udp_memory.ts";
import type { UdpSource } from "./udp_source.ts";

/** Datagrams that are received or sent at once. */
export const UDP_BATCH = 64;

/** What a backend works with, in the thread of the socket. */
export interface UdpBackendOptions {
  /** The address to listen on: an IP address, for `mmsg`. */
  readonly hostname: string;
  /** 0 lets the system choose. */
  readonly port: number;
  /** Lets several sockets share the port, each of them opened so; `mmsg` only. */
  readonly reusePort: boolean;
  /** What it shares with the owner. */
  readonly link: WorkerLink;
  /** Takes what was received. */
  readonly gate: DatagramGate;
  /** Told of each failure of the system, so that it can be counted and now and then logged. */
  readonly onFailure: (reason: "receive_failed" | "send_failed", error: string) => void;
}

/** A UDP socket between two rings. It is open from the start. */
export interface UdpBackend {
  /** What it listens on. */
  readonly address: UdpSource;
  /**
   * Receives and sends until it is told to stop; then sends what is in the outbound ring, within a
   * second, and closes the socket. Rejects for a fault of ours.
   */
  run(): Promise<void>;
}

/** The worker's end of what it shares with the owner. */
export class WorkerLink {
  /** Datagrams to be sent. */
  readonly outbound: SharedRing;
  /** What the worker counts. */
  readonly counters: UdpCounters;
  readonly #control: SharedRing;
  readonly #state: Int32Array;
  readonly #filter: DatagramFilter;

  /** The consumer of the memory's outbound and control rings, of which there is one. */
  constructor(memory: UdpMemory, filter: DatagramFilter) {
    this.outbound = new SharedRing(memory.outbound);
    this.counters = new UdpCounters(memory.counters);
    this.#control = new SharedRing(memory.control);
    this.#state = new Int32Array(memory.state);
    this.#filter = filter;
  }

  /** Whether the worker is to end. */
  get isStopping(): boolean {
    return Atomics.load(this.#state, STATE_STOP) !== 0;
  }

  /** Whether the owner looks by itself now and then, so that nothing need be handed over at once. */
  get isLookedAfter(): boolean {
    return Atomics.load(this.#state, STATE_WAKE_AT) > 1;
  }

  /** Whether the owner is in the middle of a turn, after which it looks at what has come. */
  get isOwnerBusy(): boolean {
    return Atomics.load(this.#state, STATE_OWNER_BUSY) === 1;
  }

  /** Does what the owner has asked for. @throws Error for what cannot be asked */
  applyCommands(): void {
    for (let command = readCommand(this.#control); command !== undefined;) {
      this.#filter.apply(command);
      command = readCommand(this.#control);
    }
  }

  /**
   * Says that the worker is about to wait; false where there is something to do. After true it must
   * call `endSleep` when it has waited.
   */
  tryBeginSleep(): boolean {
    Atomics.store(this.#state, STATE_WORKER_ASLEEP, 1);
    // The owner writes first and looks at the flag then: one of the two sees the other.
    if (this.outbound.usedSlots === 0 && this.#control.usedSlots === 0 && !this.isStopping) {
      return true;
    }
    this.endSleep();
    return false;
  }

  /** Says that the worker waits no more; gives whether the owner has woken it. */
  endSleep(): boolean {
    return Atomics.exchange(this.#state, STATE_WORKER_ASLEEP, 0) === 0;
  }

  /** Waits for the owner without holding up the thread. Between `tryBeginSleep` and `endSleep`. */
  async untilWoken(): Promise<void> {
    const wakes = Atomics.load(this.#state, STATE_WORKER_WAKE);
    if (Atomics.load(this.#state, STATE_WORKER_ASLEEP) === 0) return;
    const wait = Atomics.waitAsync(this.#state, STATE_WORKER_WAKE, wakes);
    if (wait.async) await wait.value;
  }
}
