import { setImmediate } from "node:timers";
import { type Clock, sleep, systemClock } from "../clock.ts";
import {
  UDP_BURST_DATAGRAMS_MAX,
  UDP_PAYLOAD_BYTES_MAX,
  UDP_SENDS_IN_FLIGHT_MAX,
} from "../limits.ts";
import { describeError, type Log } from "../log.ts";
import { listenOn } from "./listen_on.ts";
import { RateLimiter } from "./rate_limiter.ts";

/** Where a datagram came from or goes to: an IP address in text and a port. */
export interface UdpSource {
  /** An IP address, never a name. */
  readonly hostname: string;
  /** 1 to 65 535. */
  readonly port: number;
}

/** Why a datagram was lost on our side, for a metric's label. */
export const UDP_DROP_REASONS = [
  "too_large",
  "receive_failed",
  "handler_failed",
  "send_failed",
  "send_queue_full",
] as const;

/** One of {@linkcode UDP_DROP_REASONS}. */
export type UdpDropReason = typeof UDP_DROP_REASONS[number];

/** How a UDP server is started. */
export interface UdpServerOptions {
  /** The address to listen on, `0.0.0.0` for all of IPv4. */
  readonly hostname: string;
  /** 0 lets the system choose. */
  readonly port: number;
  /** The longest datagram that is handed over, 1 to 65 507 bytes; a longer one is dropped. */
  readonly datagramBytesMax: number;
  /** Takes one datagram, whose bytes are good only during the call. What it throws is counted. */
  readonly onDatagram: (bytes: Uint8Array, from: UdpSource) => void;
  /** Told of each datagram that is lost. */
  readonly drops: (reason: UdpDropReason) => void;
  /** Told of what goes wrong on our side. */
  readonly log: Log;
  /** Spaces out log lines and tries after a failure; the machine's by default. */
  readonly clock?: Clock;
  /** Opens another socket than a plain one on `hostname` and `port`. */
  readonly listen?: () => Deno.DatagramConn;
}

/** A UDP socket that hands over what it receives. */
export interface UdpServer {
  /** What it listens on. */
  readonly address: UdpSource;
  /**
   * Sends a datagram, or loses it. Never throws and never waits. The bytes are the server's from now
   * on: they may be read after the call, so do not change them.
   */
  send(datagram: Uint8Array, to: UdpSource): void;
  /** Hands over nothing more, sends what was given to it, and closes. */
  close(): Promise<void>;
}

/**
 * Serves UDP over `Deno.listenDatagram`.
 *
 * @throws Error when the address cannot be listened on
 * @throws RangeError where `datagramBytesMax` is out of bounds
 */
export function startUdpServer(options: UdpServerOptions): UdpServer {
  const { datagramBytesMax } = options;
  if (!(datagramBytesMax >= 1 && datagramBytesMax <= UDP_PAYLOAD_BYTES_MAX)) {
    throw new RangeError(
      `Cannot start UDP server: datagramBytesMax must be 1..${UDP_PAYLOAD_BYTES_MAX}, ` +
        `is ${datagramBytesMax}`,
    );
  }
  return new DatagramServer(options);
}

const RETRY_MS_MIN = 1;
const RETRY_MS_MAX = 1_000;
/** A failure of one kind is logged this often at first, and then once a second. */
const LOG_BURST = 3;

class DatagramServer implements UdpServer {
  readonly address: UdpSource;
  readonly #options: UdpServerOptions;
  readonly #clock: Clock;
  readonly #socket: Deno.DatagramConn;
  readonly #logged: RateLimiter;
  readonly #closing = new AbortController();
  // A signal is asked through a getter that checks its kind: a field costs a datagram nothing.
  #isClosing = false;
  readonly #receiving: Promise<void>;
  #sendCount = 0;
  #whenSent: (() => void) | undefined;
  #closed: Promise<void> | undefined;

  constructor(options: UdpServerOptions) {
    const { hostname, port, clock = systemClock } = options;
    this.#options = options;
    this.#clock = clock;
    this.#logged = new RateLimiter({
      ratePerSecond: 1,
      burst: LOG_BURST,
      keysMax: UDP_DROP_REASONS.length,
      clock,
    });
    const { listen = () => Deno.listenDatagram({ transport: "udp", hostname, port }) } = options;
    this.#socket = listenOn({ transport: "udp", hostname, port }, listen);
    const { addr } = this.#socket;
    this.address = addr.transport === "udp"
      ? { hostname: addr.hostname, port: addr.port }
      : { hostname, port };
    this.#receiving = this.#receiveAll();
  }

  send(datagram: Uint8Array, to: UdpSource): void {
    if (this.#closed !== undefined) return;
    if (this.#sendCount >= UDP_SENDS_IN_FLIGHT_MAX) return this.#options.drops("send_queue_full");
    this.#sendCount++;
    const { hostname, port } = to;
    this.#socket.send(datagram, { transport: "udp", hostname, port })
      .then(this.#onSent, this.#onSendFailed);
  }

  close(): Promise<void> {
    return this.#closed ??= this.#close();
  }

  async #close(): Promise<void> {
    this.#isClosing = true;
    this.#closing.abort();
    if (this.#sendCount > 0) await new Promise<void>((resolve) => this.#whenSent = resolve);
    this.#socket.close();
    await this.#receiving;
  }

  async #receiveAll(): Promise<void> {
    const { datagramBytesMax, drops } = this.#options;
    const handle = this.#handle;
    const { signal } = this.#closing;
    // One byte more than is allowed tells a datagram that was cut off from one that fits.
    const buffer = new Uint8Array(datagramBytesMax + 1);
    let retryMs = RETRY_MS_MIN;
    let burstCount = 0;
    while (!this.#isClosing) {
      try {
        const received = await this.#socket.receive(buffer);
        const from = received[1];
        if (this.#isClosing || from.transport !== "udp") continue;
        if (received[0].byteLength > datagramBytesMax) drops("too_large");
        else handle(received[0], from);
        retryMs = RETRY_MS_MIN;
      } catch (error) {
        if (this.#isClosing) return;
        // Of one datagram, such as an ICMP error for an earlier send, or of the socket: try again.
        this.#onFailure("receive_failed", error);
        await sleep(this.#clock, retryMs, signal).catch(() => {});
        retryMs = Math.min(2 * retryMs, RETRY_MS_MAX);
      }
      // A full socket is received from without a turn of the event loop, up to 129 times as measured
      // on Deno 2.9: with a handler of 50 us every timer is late by more than 6 ms.
      if (++burstCount < UDP_BURST_DATAGRAMS_MAX) continue;
      burstCount = 0;
      await new Promise<void>((resume) => void setImmediate(resume));
    }
  }

  readonly #handle = (bytes: Uint8Array, from: UdpSource): void => {
    try {
      this.#options.onDatagram(bytes, from);
    } catch (error) {
      this.#onFailure("handler_failed", error);
    }
  };

  readonly #onSent = (): void => {
    this.#sendCount--;
    if (this.#sendCount === 0) this.#whenSent?.();
  };

  readonly #onSendFailed = (error: unknown): void => {
    this.#onFailure("send_failed", error);
    this.#onSent();
  };

  #onFailure(reason: UdpDropReason, error: unknown): void {
    const { drops, log } = this.#options;
    drops(reason);
    if (this.#logged.tryTake(reason)) log.warn(`udp_${reason}`, { error: describeError(error) });
  }
}
