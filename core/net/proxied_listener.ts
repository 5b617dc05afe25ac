import type { Clock } from "../clock.ts";
import { Deque } from "../deque.ts";
import type { AddressRanges } from "./address_ranges.ts";
import { parseProxyHeader, type ProxiedSource, PROXY_HEADER_BYTES_MAX } from "./proxy_protocol.ts";
import type { TcpListener, TcpSocket } from "./tcp_listener.ts";

/** Why a connection is refused before it begins. */
export type ProxyRefusal = "proxy_untrusted" | "proxy_header";

/** Whose PROXY headers are believed. */
export interface ProxyProtocolOptions {
  /** The addresses of our proxies; whoever else connects is closed. */
  readonly trusted: AddressRanges;
}

/** How a {@linkcode ProxiedListener} listens. */
export interface ProxiedListenerOptions extends ProxyProtocolOptions {
  /** Told of each connection that is refused. */
  readonly drops: (reason: ProxyRefusal) => void;
  /** Measures the time that a header may take. */
  readonly clock: Clock;
}

/** A proxy sends it with the connection: 5 s are for a network that loses packets. */
const HEADER_TIMEOUT_MS = 5_000;
/** Connections whose header is awaited at once; one more is closed. */
const HEADERS_AWAITED_MAX = 4_096;

type Accepted =
  | { readonly ok: true; readonly socket: TcpSocket }
  | { readonly ok: false; readonly error: unknown };

/**
 * Accepts the connections of our proxies, each with the address of the client behind it. It waits for
 * every header apart, so that a slow one keeps nobody; a connection that is closed without a byte, as a
 * health check is, counts as nothing.
 */
export class ProxiedListener implements TcpListener {
  readonly #inner: TcpListener;
  readonly #options: ProxiedListenerOptions;
  readonly #accepted = new Deque<Accepted>();
  readonly #awaited = new Set<TcpSocket>();
  #waiter: PromiseWithResolvers<TcpSocket> | undefined;
  #isPumping = false;
  #isClosed = false;

  /** Takes `inner` over: it is closed with this one. Accepts nothing before `accept`. */
  constructor(inner: TcpListener, options: ProxiedListenerOptions) {
    this.#inner = inner;
    this.#options = options;
  }

  get addr(): Deno.Addr {
    return this.#inner.addr;
  }

  /** For one caller at a time. */
  accept(): Promise<TcpSocket> {
    if (!this.#isPumping) void this.#pump();
    const accepted = this.#accepted.shift();
    if (accepted?.ok === true) return Promise.resolve(accepted.socket);
    if (accepted !== undefined) return Promise.reject(accepted.error);
    this.#waiter = Promise.withResolvers();
    return this.#waiter.promise;
  }

  close(): void {
    this.#isClosed = true;
    this.#inner.close();
    for (const conn of this.#awaited) closeQuietly(conn);
    for (let item = this.#accepted.shift(); item !== undefined; item = this.#accepted.shift()) {
      if (item.ok) closeQuietly(item.socket);
    }
  }

  /** Never rejects. Ends at an error, which `accept` rejects with, and begins anew at the next `accept`. */
  async #pump(): Promise<void> {
    this.#isPumping = true;
    try {
      while (true) this.#take(await this.#inner.accept());
    } catch (error) {
      this.#isPumping = false;
      this.#deliver({ ok: false, error });
    }
  }

  #take(conn: TcpSocket): void {
    const { trusted, drops } = this.#options;
    const { remoteAddr } = conn;
    const isTrusted = remoteAddr.transport === "tcp" && trusted.has(remoteAddr.hostname);
    if (isTrusted && this.#awaited.size < HEADERS_AWAITED_MAX) {
      this.#awaited.add(conn);
      void this.#readHeader(conn);
      return;
    }
    drops(isTrusted ? "proxy_header" : "proxy_untrusted");
    closeQuietly(conn);
  }

  /** Never rejects. */
  async #readHeader(conn: TcpSocket): Promise<void> {
    const { clock, drops } = this.#options;
    let isLate = false;
    const cancel = clock.after(HEADER_TIMEOUT_MS, () => {
      isLate = true;
      closeQuietly(conn);
    });
    const socket = await tryOpenProxied(conn);
    cancel();
    this.#awaited.delete(conn);
    if (typeof socket === "object" && !isLate && !this.#isClosed) {
      return this.#deliver({ ok: true, socket });
    }
    if (!this.#isClosed && (isLate || socket === "bad")) drops("proxy_header");
    closeQuietly(conn);
  }

  #deliver(accepted: Accepted): void {
    const waiter = this.#waiter;
    if (waiter === undefined) return this.#accepted.push(accepted);
    this.#waiter = undefined;
    if (accepted.ok) waiter.resolve(accepted.socket);
    else waiter.reject(accepted.error);
  }
}

/** The connection without its header; `silent`: it ended before its first byte. Never rejects. */
async function tryOpenProxied(conn: TcpSocket): Promise<TcpSocket | "bad" | "silent"> {
  const buffer = new Uint8Array(PROXY_HEADER_BYTES_MAX);
  let count = 0;
  while (true) {
    let read: number | null;
    try {
      read = await conn.read(buffer.subarray(count));
    } catch {
      // Broken off, by either side: there is no header to come.
      return count === 0 ? "silent" : "bad";
    }
    if (read === null) return count === 0 ? "silent" : "bad";
    count += read;
    const header = parseProxyHeader(buffer.subarray(0, count));
    if (header.kind === "bad") return "bad";
    if (header.kind === "header") {
      return new ProxiedSocket(conn, header.source, buffer.subarray(header.length, count));
    }
  }
}

/** A connection whose remote address is the client's. */
class ProxiedSocket implements TcpSocket {
  readonly remoteAddr: Deno.Addr;
  readonly #conn: TcpSocket;
  /** What came with the header. */
  #early: Uint8Array;

  constructor(conn: TcpSocket, source: ProxiedSource | undefined, early: Uint8Array) {
    this.#conn = conn;
    this.#early = early;
    this.remoteAddr = source === undefined ? conn.remoteAddr : { transport: "tcp", ...source };
  }

  read(into: Uint8Array): Promise<number | null> {
    const count = Math.min(into.length, this.#early.length);
    if (count === 0) return this.#conn.read(into);
    into.set(this.#early.subarray(0, count));
    this.#early = this.#early.slice(count);
    return Promise.resolve(count);
  }

  write(bytes: Uint8Array): Promise<number> {
    return this.#conn.write(bytes);
  }

  closeWrite(): Promise<void> {
    return this.#conn.closeWrite();
  }

  close(): void {
    this.#conn.close();
  }

  /** As the connection has it. */
  setNoDelay(on: boolean): void {
    const conn: TcpSocket & { setNoDelay?: unknown } = this.#conn;
    if (typeof conn.setNoDelay === "function") conn.setNoDelay(on);
  }
}

function closeQuietly(conn: TcpSocket): void {
  try {
    conn.close();
  } catch {
    // It is closed already, which was all that was wanted.
  }
}
