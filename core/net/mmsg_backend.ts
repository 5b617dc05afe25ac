// Long because it is one loop, whose steps share the socket, its vectors and what has failed.
import { IPV4_BYTES, tryParseIp } from "./ip_address.ts";
import { AF_INET, AF_INET6, EAGAIN, EINTR, Libc, POLLIN, POLLOUT } from "./mmsg_ffi.ts";
import { encodeSocketName, readSocketName } from "./socket_name.ts";
import { MmsgVectors } from "./mmsg_vectors.ts";
import { UDP_BATCH, type UdpBackend, type UdpBackendOptions } from "./udp_backend.ts";
import type { UdpMemory } from "./udp_memory.ts";
import type { UdpSource } from "./udp_source.ts";

/** How long received datagrams collect in the kernel's buffer; a tick is 16 to 100 ms. */
const REST_MS = 1;
/** Rests in a row while the owner is in the middle of a turn. */
const RESTS_MAX = 8;
/** poll(2) looks at no descriptor that is below 0. */
const NO_DESCRIPTOR = -1;

/** Nothing waits longer: a wake-up that was lost by a fault of ours would cost this much. */
const IDLE_MS_MAX = 1_000;
/** Full lots that are received before the owner is woken. */
const LOTS_PER_WAKE = 4;
/** What cannot be sent when the backend stops is given up after so many waits of this length. */
const STOP_WAITS_MAX = 20;
const STOP_WAIT_MS = 50;
/** Failures to receive in a row before it is taken for a fault of ours. */
const RECEIVE_FAILURES_MAX = 100;
/** A failure of the system, such as a lack of memory, may pass in this time. */
const FAILURE_PAUSE_MS = 10;

/** What this backend works with besides. */
export interface MmsgBackendOptions extends UdpBackendOptions {
  /** What it shares with the owner. */
  readonly memory: UdpMemory;
  /** By which the owner wakes it, and which it leaves open. */
  readonly wakeDescriptor: number;
}

/** Opens a socket of Linux' own. @throws Error when the address cannot be listened on */
export function openMmsgBackend(
  options: MmsgBackendOptions & { readonly libcPath: string },
): UdpBackend {
  const { hostname, port, reusePort, libcPath } = options;
  const address = tryParseIp(hostname);
  if (address === undefined) throw new Error(`Cannot bind ${hostname}: must be an IP address`);
  const libc = new Libc(libcPath);
  const family = address.length === IPV4_BYTES ? AF_INET : AF_INET6;
  try {
    const socket = libc.openSocket({ family, name: encodeSocketName(address, port), reusePort });
    return new MmsgBackend(libc, socket, options);
  } catch (error) {
    libc.unload();
    throw error;
  }
}

/**
 * Up to 64 datagrams a system call, from the kernel straight into the slots of the inbound ring and out
 * of those of the outbound ring. It holds up its thread: idle, it waits for the socket and for the
 * owner together, in `poll`.
 */
class MmsgBackend implements UdpBackend {
  readonly address: UdpSource;
  readonly #libc: Libc;
  readonly #socket: number;
  readonly #options: MmsgBackendOptions;
  readonly #received: MmsgVectors;
  readonly #sending: MmsgVectors;
  readonly #descriptors = new Int32Array(new SharedArrayBuffer(16));
  readonly #descriptorsAddress: bigint;
  #failuresInRow = 0;
  #isSendBlocked = false;

  constructor(libc: Libc, socket: number, options: MmsgBackendOptions) {
    const { memory, gate, link } = options;
    this.#libc = libc;
    this.#socket = socket;
    this.#options = options;
    this.address = readSocketName(libc, socket);
    const { payload, slotBytes } = memory.inbound;
    this.#received = new MmsgVectors(libc, gate.ring, {
      payload,
      count: payload.byteLength / slotBytes,
    });
    this.#received.pointToSlots();
    this.#sending = new MmsgVectors(libc, link.outbound, {
      payload: memory.outbound.payload,
      count: UDP_BATCH,
    });
    this.#descriptorsAddress = libc.addressOf(this.#descriptors.buffer);
  }

  run(): Promise<void> {
    try {
      this.#run();
    } finally {
      this.#libc.close(this.#socket);
      this.#libc.unload();
    }
    return Promise.resolve();
  }

  #run(): void {
    const { link, gate } = this.#options;
    for (let lots = 0; !link.isStopping; lots++) {
      link.applyCommands();
      const received = this.#receive();
      const hasMore = this.#send();
      // A lot that is not full has emptied the socket.
      const isIdle = received < UDP_BATCH && !hasMore;
      // On one core the owner takes over at once when it is woken: better for several lots.
      if (isIdle || lots % LOTS_PER_WAKE === 0) gate.wakeOwner();
      if (isIdle) this.#sleep(received > 0 && link.isLookedAfter);
    }
    for (let waits = 0; waits < STOP_WAITS_MAX && (this.#send() || this.#isSendBlocked);) {
      if (!this.#isSendBlocked) continue;
      this.#poll(STOP_WAIT_MS);
      waits++;
    }
  }

  /** Receives one lot: how many datagrams came. */
  #receive(): number {
    const { gate, link, onFailure } = this.#options;
    const { ring } = gate;
    const free = gate.begin();
    const untilEnd = ring.slotCount - ring.headIndex;
    // Where the ring is all but full each datagram is looked at in a spare slot and copied, or dropped:
    // were it left to the kernel, that would not ask who floods.
    const isTight = free < UDP_BATCH;
    const start = isTight ? ring.slotCount : ring.headIndex;
    const count = this.#libc.receive(
      this.#socket,
      this.#received.address(start),
      isTight ? UDP_BATCH : Math.min(UDP_BATCH, untilEnd),
    );
    if (count <= 0) return this.#onReceiveError();
    this.#failuresInRow = 0;
    for (let index = start; index < start + count; index++) {
      if (this.#received.readMessage(index)) {
        gate.offer(index);
      } else {
        link.counters.add("receive_failed");
        onFailure("receive_failed", "no source");
      }
    }
    gate.commit();
    // The end of the ring cuts a lot short: there may be more.
    return !isTight && count === untilEnd ? UDP_BATCH : count;
  }

  /** An error of the socket, such as an ICMP message for an earlier send, is told once and is over. */
  #onReceiveError(): number {
    const errno = this.#libc.errno();
    if (errno === EAGAIN || errno === EINTR) return 0;
    this.#failuresInRow++;
    if (this.#failuresInRow >= RECEIVE_FAILURES_MAX) {
      throw new Error(`Cannot receive: errno ${errno}, ${RECEIVE_FAILURES_MAX} times in a row`);
    }
    const { link, onFailure } = this.#options;
    link.counters.add("receive_failed");
    onFailure("receive_failed", `errno ${errno}`);
    if (this.#failuresInRow > 1) this.#libc.poll(0n, 0n, FAILURE_PAUSE_MS);
    return UDP_BATCH;
  }

  /** Sends one lot; whether more can be sent at once. */
  #send(): boolean {
    const { link } = this.#options;
    const { outbound } = link;
    let count = 0;
    for (; count < UDP_BATCH; count++) {
      const slot = outbound.peek();
      if (slot < 0) break;
      this.#sending.writeMessage(count, slot);
      outbound.advance();
    }
    this.#isSendBlocked = false;
    if (count === 0) return false;
    let sent = this.#libc.send(this.#socket, this.#sending.address(0), count);
    if (sent < 0) sent = this.#onSendError();
    else link.counters.add("sent", sent);
    if (sent < count) this.#keepUnsent(sent);
    outbound.release();
    return !this.#isSendBlocked && (count === UDP_BATCH || sent < count);
  }

  /** What to make of it that the first datagram could not be sent: how many are done with. */
  #onSendError(): number {
    const errno = this.#libc.errno();
    if (errno === EINTR) return 0;
    if (errno === EAGAIN) {
      this.#isSendBlocked = true;
      return 0;
    }
    const { link, onFailure } = this.#options;
    link.counters.add("send_failed");
    onFailure("send_failed", `errno ${errno}`);
    return 1;
  }

  #keepUnsent(doneCount: number): void {
    const { outbound } = this.#options.link;
    outbound.rewind();
    for (let index = 0; index < doneCount; index++) {
      if (outbound.peek() >= 0) outbound.advance();
    }
  }

  /**
   * Waits for a datagram or the owner. After datagrams it takes a rest first: at thousands of players the
   * next comes within microseconds, and a wake-up for each would cost more than receiving it. While the
   * owner is in a tick it rests on: on one core it would only make the tick longer.
   */
  #sleep(takesRest: boolean): void {
    const { link } = this.#options;
    // What cannot be sent now does not keep the thread awake: there is room when poll says so.
    if (!this.#isSendBlocked && !link.tryBeginSleep()) return;
    if (takesRest) this.#rest();
    else this.#poll(IDLE_MS_MAX);
    if (!this.#isSendBlocked) link.endSleep();
  }

  #rest(): void {
    for (let rests = 0; rests < RESTS_MAX; rests++) {
      const isWoken = this.#poll(REST_MS, NO_DESCRIPTOR);
      if (isWoken || !this.#options.link.isOwnerBusy) return;
    }
  }

  /** Waits; gives whether the owner has woken it. */
  #poll(timeoutMs: number, socket = this.#socket): boolean {
    const { wakeDescriptor } = this.#options;
    const descriptors = this.#descriptors;
    descriptors[0] = socket;
    descriptors[1] = POLLIN | (this.#isSendBlocked ? POLLOUT : 0);
    descriptors[2] = wakeDescriptor;
    descriptors[3] = POLLIN;
    this.#libc.poll(this.#descriptorsAddress, 2n, timeoutMs);
    // The upper half of the word is what poll has found.
    const isWoken = (descriptors[3] ?? 0) >>> 16 !== 0;
    if (isWoken) this.#libc.clearEvent(wakeDescriptor);
    return isWoken;
  }
}
