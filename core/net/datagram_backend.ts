import { setImmediate } from "node:timers";
import {
  addressWords,
  hashSource,
  HEADER_HASH,
  HEADER_LENGTH,
  HEADER_WORDS,
  writeSource,
} from "./datagram_header.ts";
import { type Clock, sleep } from "../clock.ts";
import { UDP_BURST_DATAGRAMS_MAX } from "../limits.ts";
import { describeError } from "../log.ts";
import { AddressTable, SourceTable } from "./source_table.ts";
import { UDP_BATCH, type UdpBackend, type UdpBackendOptions } from "./udp_backend.ts";
import type { UdpSource } from "./udp_source.ts";

const RETRY_MS_MIN = 1;
const RETRY_MS_MAX = 1_000;
/** How long what is still being sent may take when the backend stops. */
const STOP_MS_MAX = 1_000;
/** Addresses remembered in each direction. */
const ADDRESSES_MAX = 4_096;
/** `::`, for a source whose address is none that we can read: a zone, perhaps. */
const UNKNOWN_ADDRESS = addressWords(new Uint8Array(16));

/** What this backend works with besides. */
export interface DatagramBackendOptions extends UdpBackendOptions {
  /** Spaces out tries after a failure. */
  readonly clock: Clock;
  /** Opens another socket than a plain one on `hostname` and `port`. */
  readonly listen?: () => Deno.DatagramConn;
}

/** Opens a socket of Deno's. @throws Error when the address cannot be listened on */
export function openDatagramBackend(options: DatagramBackendOptions): UdpBackend {
  const { hostname, port } = options;
  const { listen = () => Deno.listenDatagram({ transport: "udp", hostname, port }) } = options;
  return new DatagramBackend(listen(), options);
}

/** A datagram a call, through `Deno.listenDatagram`: as fast as that is, and wherever Deno is. */
class DatagramBackend implements UdpBackend {
  readonly address: UdpSource;
  readonly #socket: Deno.DatagramConn;
  readonly #options: DatagramBackendOptions;
  readonly #addresses = new AddressTable(ADDRESSES_MAX);
  readonly #sources = new SourceTable(ADDRESSES_MAX);
  readonly #stopped = new AbortController();
  // A signal is asked through a getter that checks its kind: a field costs a datagram nothing.
  #isStopped = false;
  /** Datagrams of the lot that is being received, and the slots that were free when it began. */
  #lotCount = 0;
  #lotFree = 0;
  /** A datagram on its way out, longer ones in memory of their own: Deno sends from no shared memory. */
  readonly #outgoing: Uint8Array<ArrayBuffer>;

  constructor(socket: Deno.DatagramConn, options: DatagramBackendOptions) {
    this.#socket = socket;
    this.#options = options;
    this.#outgoing = new Uint8Array(options.link.outbound.slotBytes);
    const { addr } = socket;
    this.address = addr.transport === "udp"
      ? { hostname: addr.hostname, port: addr.port }
      : { hostname: options.hostname, port: options.port };
  }

  async run(): Promise<void> {
    const receiving = this.#receiveAll();
    try {
      // Receiving ends by itself only for a fault, which ends both.
      await Promise.race([this.#sendAll(), receiving]);
    } finally {
      this.#isStopped = true;
      this.#stopped.abort();
      this.#socket.close();
      // The port is free only when nobody receives from the socket any more.
      await Promise.allSettled([receiving]);
    }
  }

  async #receiveAll(): Promise<void> {
    const { gate, clock } = this.#options;
    const { signal } = this.#stopped;
    // One that fills it was longer than a slot, or is too long anyhow.
    const buffer = new Uint8Array(gate.ring.slotBytes);
    let retryMs = RETRY_MS_MIN;
    let burstCount = 0;
    while (!this.#isStopped) {
      try {
        const [bytes, from] = await this.#socket.receive(buffer);
        if (from.transport === "udp") this.#offer(bytes, from);
        retryMs = RETRY_MS_MIN;
      } catch (error) {
        if (this.#isStopped) return;
        // Of one datagram, such as an ICMP error for an earlier send, or of the socket: try again.
        this.#onFailure("receive_failed", error);
        await sleep(clock, retryMs, signal).catch(() => {});
        retryMs = Math.min(2 * retryMs, RETRY_MS_MAX);
      }
      // A full socket is received from without a turn of the event loop.
      if (++burstCount < UDP_BURST_DATAGRAMS_MAX) continue;
      burstCount = 0;
      await new Promise<void>((resume) => void setImmediate(resume));
    }
  }

  /**
   * What comes without a turn of the event loop in between is one lot: what is done for each lot, such as
   * asking the time, would cost as much as receiving a datagram.
   */
  #offer(bytes: Uint8Array, from: UdpSource): void {
    const { gate } = this.#options;
    const { ring } = gate;
    if (this.#lotCount === 0) {
      this.#lotFree = gate.begin();
      setImmediate(this.#endLot);
    }
    const words = this.#addresses.tryFind(from.hostname) ?? UNKNOWN_ADDRESS;
    const index = this.#lotCount < this.#lotFree ? ring.headIndex : ring.slotCount;
    const base = index * HEADER_WORDS;
    ring.headers[base + HEADER_LENGTH] = bytes.length;
    writeSource(ring.headers, base, { words, port: from.port });
    ring.bytes.set(bytes, index * ring.slotBytes);
    gate.offer(index);
    this.#lotCount++;
    if (this.#lotCount === UDP_BATCH) this.#endLot();
  }

  readonly #endLot = (): void => {
    if (this.#lotCount === 0) return;
    const { gate } = this.#options;
    this.#lotCount = 0;
    gate.commit();
    gate.wakeOwner();
  };

  async #sendAll(): Promise<void> {
    const { link, clock } = this.#options;
    while (!link.isStopping) {
      link.applyCommands();
      await this.#sendReady();
      if (!link.tryBeginSleep()) continue;
      await link.untilWoken();
      link.endSleep();
    }
    const late = sleep(clock, STOP_MS_MAX, this.#stopped.signal).catch(() => {});
    await Promise.race([this.#sendReady(), late]);
  }

  /** Sends what is in the ring, one after the other: Deno keeps no order among those that wait. */
  async #sendReady(): Promise<void> {
    const { outbound, counters } = this.#options.link;
    for (let index = outbound.peek(); index >= 0; index = outbound.peek()) {
      try {
        await this.#send(index);
        counters.add("sent");
      } catch (error) {
        this.#onFailure("send_failed", error);
      }
      outbound.advance();
      outbound.release();
    }
  }

  #send(index: number): Promise<number> {
    const { headers, bytes, slotBytes } = this.#options.link.outbound;
    const base = index * HEADER_WORDS;
    const length = headers[base + HEADER_LENGTH] ?? 0;
    headers[base + HEADER_HASH] = hashSource(headers, base, 0);
    const { hostname, port } = this.#sources.find(headers, base);
    const start = index * slotBytes;
    const buffer = length <= slotBytes ? this.#outgoing : new Uint8Array(length);
    buffer.set(bytes.subarray(start, start + length));
    return this.#socket.send(buffer.subarray(0, length), { transport: "udp", hostname, port });
  }

  #onFailure(reason: "receive_failed" | "send_failed", error: unknown): void {
    const { link, onFailure } = this.#options;
    link.counters.add(reason);
    onFailure(reason, describeError(error));
  }
}
