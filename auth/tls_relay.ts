import type { Clock } from "../core/clock.ts";

/** Bytes that are on their way in one direction. */
const BUFFER_BYTES = 4_096;
/** How long what was written last may take to reach a client after its connection was closed. */
const FAREWELL_MS = 1_000;

/**
 * A TLS connection whose encrypted bytes we pass on ourselves. Of a TLS connection that is closed before
 * its handshake is over, Deno keeps the socket until the client lets go; this one is let go of by us.
 */
export class RelayedTlsConn {
  readonly #tls: Deno.TlsConn;
  readonly #client: Deno.TcpConn;
  readonly #inner: Deno.TcpConn;
  readonly #clock: Clock;
  readonly #relayed: Promise<unknown>;
  readonly #released = Promise.withResolvers<void>();
  #isClosed = false;

  /**
   * Begins to pass bytes on between `client` and `inner`, whose other end is `tls`; all three are its own.
   */
  constructor(options: {
    readonly tls: Deno.TlsConn;
    readonly client: Deno.TcpConn;
    readonly inner: Deno.TcpConn;
    readonly clock: Clock;
  }) {
    const { tls, client, inner, clock } = options;
    this.#tls = tls;
    this.#client = client;
    this.#inner = inner;
    this.#clock = clock;
    this.#relayed = Promise.all([relay(client, inner), relay(inner, client)]);
  }

  /** The client's own address. */
  get remoteAddr(): Deno.NetAddr {
    return this.#client.remoteAddr;
  }

  /** Reads what the client sent; rejects where it speaks no TLS. */
  read(bytes: Uint8Array): Promise<number | null> {
    return this.#tls.read(bytes);
  }

  /** Writes to the client. */
  write(bytes: Uint8Array): Promise<number> {
    return this.#tls.write(bytes);
  }

  /** Says that no more will be written. */
  closeWrite(): Promise<void> {
    return this.#tls.closeWrite();
  }

  /** Resolves when it is closed and nothing of it is left. */
  get released(): Promise<void> {
    return this.#released.promise;
  }

  /** Closes: what was written still goes out, for a moment. Calling it again does nothing. */
  close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#tls.close();
    const letGo = (): void => {
      closeQuietly(this.#client);
      closeQuietly(this.#inner);
    };
    const cancel = this.#clock.after(FAREWELL_MS, letGo);
    void this.#relayed.then(() => {
      cancel();
      letGo();
      this.#released.resolve();
    });
  }
}

/** Passes on until either end is over. Never rejects. */
async function relay(from: Deno.TcpConn, to: Deno.TcpConn): Promise<void> {
  const buffer = new Uint8Array(BUFFER_BYTES);
  try {
    for (let count = await from.read(buffer); count !== null; count = await from.read(buffer)) {
      for (let sent = 0; sent < count;) sent += await to.write(buffer.subarray(sent, count));
    }
    await to.closeWrite();
  } catch {
    // Broken or closed: the other end is told, and its own direction ends with that.
    closeQuietly(from);
    closeQuietly(to);
  }
}

function closeQuietly(conn: Deno.TcpConn): void {
  try {
    conn.close();
  } catch {
    // It is closed already.
  }
}
