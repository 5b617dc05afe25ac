// Long because a connection is accepted, bounded, served and let go in one place.
import { sleep } from "../clock.ts";
import { TCP_ACCEPT_BACKOFF_MS_MAX, TCP_ACCEPT_BACKOFF_MS_MIN } from "../limits.ts";
import { describeError } from "../log.ts";
import { ConnectionCaps } from "./connection_caps.ts";
import { listenOn } from "./listen_on.ts";
import { LineDriver, type LineDriverOptions } from "./line_driver.ts";
import { ProxiedListener, type ProxyProtocolOptions } from "./proxied_listener.ts";
import type { TcpListener, TcpSocket } from "./tcp_listener.ts";

export type { TcpListener, TcpSocket } from "./tcp_listener.ts";
export type { CloseReason, LineConnection, LineProtocol } from "./line_protocol.ts";

/** Why a connection was refused or ended against the client's wish, for a metric's label. */
export const TCP_DROP_REASONS = [
  "connections_max",
  "connections_per_address_max",
  "idle",
  "line_too_long",
  "slow_reader",
  "reset",
  "protocol_failed",
  "accept_failed",
  "proxy_untrusted",
  "proxy_header",
] as const;

/** One of {@linkcode TCP_DROP_REASONS}. */
export type TcpDropReason = typeof TCP_DROP_REASONS[number];

/** How a TCP server is started. */
export interface TcpServerOptions extends Omit<LineDriverOptions, "drops"> {
  /** The address to listen on, `0.0.0.0` for all of IPv4. */
  readonly hostname: string;
  /** 0 lets the system choose. */
  readonly port: number;
  /** Open connections, 1 or more; one more is closed at once. */
  readonly connectionsMax: number;
  /** Open connections of one address, 1 or more; one more is closed at once. */
  readonly connectionsPerAddressMax: number;
  /** Told of each connection that is refused or cut off. */
  readonly drops: (reason: TcpDropReason) => void;
  /**
   * Opens another listener than plain TCP on `hostname` and `port`, such as one for TLS. Of a connection
   * of `Deno.listenTls` closed before its handshake is over, Deno 2.9 keeps the socket until the client
   * closes it, outside our counts: let only a proxy reach such a listener.
   */
  readonly listen?: () => TcpListener;
  /** Every connection comes from a proxy and begins with a PROXY header; undefined: from the client. */
  readonly proxyProtocol?: ProxyProtocolOptions | undefined;
}

/** A TCP server that runs. */
export interface TcpServer {
  /** What it listens on. */
  readonly address: { readonly hostname: string; readonly port: number };
  /** Connections that are open, or whose last line is still being handled. */
  readonly connectionCount: number;
  /**
   * Accepts no more, lets each connection finish the line in hand and send what is queued, and closes
   * it. Resolves when all are closed; after `drainMs` they are closed regardless, and lines still in
   * hand are not waited for. Calling it again waits for the first call.
   */
  close(options: { readonly drainMs: number }): Promise<void>;
}

/**
 * Serves a line protocol over TCP. A connection is idle from the end of its last line's handling: a
 * client that waits for a slow reply is not, one that sends a line byte by byte is. Behind the bounds
 * nobody waits: what exceeds one is closed and counted.
 *
 * @throws Error when the address cannot be listened on
 */
export function startTcpServer(options: TcpServerOptions): TcpServer {
  return new LineTcpServer(options);
}

class LineTcpServer implements TcpServer {
  readonly address: { readonly hostname: string; readonly port: number };
  readonly #options: TcpServerOptions;
  readonly #listener: TcpListener;
  readonly #caps: ConnectionCaps;
  readonly #running = new Map<LineDriver, Promise<void>>();
  readonly #closing = new AbortController();
  readonly #accepting: Promise<void>;
  #nextId = 1;
  #closed: Promise<void> | undefined;

  constructor(options: TcpServerOptions) {
    const { hostname, port } = options;
    this.#options = options;
    this.#caps = new ConnectionCaps(options);
    const { listen = (): TcpListener => Deno.listen({ hostname, port }) } = options;
    const listener = listenOn({ transport: "tcp", hostname, port }, listen);
    const { proxyProtocol } = options;
    this.#listener = proxyProtocol === undefined
      ? listener
      : new ProxiedListener(listener, { ...options, ...proxyProtocol });
    this.address = netAddress(this.#listener.addr);
    this.#accepting = this.#acceptAll();
  }

  get connectionCount(): number {
    return this.#caps.count;
  }

  close(options: { readonly drainMs: number }): Promise<void> {
    return this.#closed ??= this.#close(options.drainMs);
  }

  async #acceptAll(): Promise<void> {
    const { signal } = this.#closing;
    let backoffMs = TCP_ACCEPT_BACKOFF_MS_MIN;
    while (!signal.aborted) {
      try {
        this.#serve(await this.#listener.accept());
        backoffMs = TCP_ACCEPT_BACKOFF_MS_MIN;
      } catch (error) {
        if (signal.aborted) return;
        // Out of file handles, most likely: those who are here go on, and others may come later.
        await this.#backOff(error, backoffMs);
        backoffMs = Math.min(backoffMs * 2, TCP_ACCEPT_BACKOFF_MS_MAX);
      }
    }
  }

  async #backOff(error: unknown, delayMs: number): Promise<void> {
    const { log, drops, clock } = this.#options;
    drops("accept_failed");
    log.warn("accept_failed", { error: describeError(error), retry_after_ms: delayMs });
    // Rejects when the server closes, which the loop sees for itself.
    await sleep(clock, delayMs, this.#closing.signal).catch(() => {});
  }

  /** Never throws. */
  #serve(conn: TcpSocket): void {
    const { drops, log } = this.#options;
    const remote = netAddress(conn.remoteAddr);
    const refusal = this.#caps.take(remote.hostname);
    if (refusal !== undefined) {
      drops(refusal);
      conn.close();
      return;
    }
    setNoDelay(conn);
    const id = this.#nextId++;
    let driver: LineDriver;
    try {
      driver = new LineDriver({ id, conn, remote }, this.#options);
    } catch (error) {
      log.error("protocol_failed", { connection: id, error: describeError(error) });
      drops("protocol_failed");
      conn.close();
      this.#caps.release(remote.hostname);
      return;
    }
    if (log.debugOn) log.debug("connection_opened", { connection: id, from: remote.hostname });
    const over = driver.run().finally(() => {
      this.#running.delete(driver);
      this.#caps.release(remote.hostname);
    });
    this.#running.set(driver, over);
  }

  async #close(drainMs: number): Promise<void> {
    this.#closing.abort();
    this.#listener.close();
    const drained = this.#drain();
    if (drainMs > 0 && await this.#inTime(drained, drainMs)) return;
    await this.#accepting;
    for (const driver of this.#running.keys()) driver.abort("server_closed");
    await Promise.all([...this.#running.keys()].map((driver) => driver.released));
  }

  async #drain(): Promise<void> {
    for (const driver of this.#running.keys()) driver.stop();
    await this.#accepting;
    // One may have been accepted at the last moment.
    for (const driver of this.#running.keys()) driver.stop();
    await Promise.all(this.#running.values());
  }

  async #inTime(work: Promise<unknown>, delayMs: number): Promise<boolean> {
    const late = Promise.withResolvers<boolean>();
    const cancel = this.#options.clock.after(delayMs, () => late.resolve(false));
    const inTime = await Promise.race([work.then(() => true), late.promise]);
    cancel();
    return inTime;
  }
}

/** The address of a TCP socket; a listener of another kind has no host and port. */
function netAddress(address: Deno.Addr): TcpServer["address"] {
  const isNet = address.transport === "tcp" || address.transport === "udp";
  return isNet ? { hostname: address.hostname, port: address.port } : { hostname: "", port: 0 };
}

// Replies are small and each is waited for. A wrapped listener's connections may not know the option.
function setNoDelay(conn: TcpSocket): void {
  if (!("setNoDelay" in conn) || typeof conn.setNoDelay !== "function") return;
  try {
    conn.setNoDelay(true);
  } catch {
    // The client is gone already: the first read says so.
  }
}
