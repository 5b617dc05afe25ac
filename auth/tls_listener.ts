import type { Clock } from "../core/clock.ts";
import { listenOn } from "../core/net/listen_on.ts";
import { RelayedTlsConn } from "./tls_relay.ts";

/** Where a certificate and its key are, as PEM files. */
export interface TlsFiles {
  /** The certificate, and whatever stands between it and an authority. */
  readonly certFile: string;
  /** Its private key. */
  readonly keyFile: string;
}

/** What a certificate and its key say. */
export interface TlsPem {
  /** The certificate. */
  readonly cert: string;
  /** Its private key. */
  readonly key: string;
}

const LOOPBACK = "127.0.0.1";

/**
 * Listens for TLS with a certificate that can be exchanged at any time: nobody is refused meanwhile, and
 * connections go on with the one that they began with. Clients' sockets are plain ones of ours; their
 * bytes go to a TLS listener on loopback, to which nobody else's connections count.
 */
export class TlsListener {
  readonly #outer: Deno.TcpListener;
  readonly #clock: Clock;
  #inner: Deno.TlsListener;
  /** A connection that is being made to the inner listener, which must not be exchanged then. */
  #pairing: Promise<unknown> = Promise.resolve();

  /** Listens. @throws Error when the certificate cannot be used or the address is taken */
  constructor(options: {
    readonly hostname: string;
    readonly port: number;
    readonly pem: TlsPem;
    readonly clock: Clock;
  }) {
    const { hostname, port, pem, clock } = options;
    this.#clock = clock;
    this.#inner = listenInside(pem);
    try {
      this.#outer = listenOn(
        { transport: "tcp", hostname, port },
        () => Deno.listen({ hostname, port }),
      );
    } catch (error) {
      this.#inner.close();
      throw error;
    }
  }

  /** What clients connect to. */
  get addr(): Deno.NetAddr {
    return this.#outer.addr;
  }

  /** The next connection; its handshake is still under way. @throws Error as a listener's does */
  async accept(): Promise<RelayedTlsConn> {
    const client = await this.#outer.accept();
    const pairing = this.#pair(client);
    this.#pairing = pairing.catch(() => {});
    return await pairing;
  }

  /** Has who comes from now on served with another certificate. @throws Error when it cannot be used */
  async exchange(pem: TlsPem): Promise<void> {
    const next = listenInside(pem);
    const before = this.#inner;
    this.#inner = next;
    await this.#pairing;
    before.close();
  }

  /** Accepts no more; connections go on. */
  close(): void {
    this.#outer.close();
    this.#inner.close();
  }

  async #pair(client: Deno.TcpConn): Promise<RelayedTlsConn> {
    const listener = this.#inner;
    let inner: Deno.TcpConn | undefined;
    try {
      inner = await Deno.connect({ hostname: LOOPBACK, port: listener.addr.port });
      setNoDelay(inner);
      setNoDelay(client);
      const tls = await acceptFrom(listener, inner.localAddr.port);
      return new RelayedTlsConn({ tls, client, inner, clock: this.#clock });
    } catch (error) {
      inner?.close();
      client.close();
      throw error;
    }
  }
}

/** Reads both files. @throws Error naming the one that cannot be read */
export async function readTlsFiles({ certFile, keyFile }: TlsFiles): Promise<TlsPem> {
  const read = async (path: string): Promise<string> => {
    try {
      return await Deno.readTextFile(path);
    } catch (cause) {
      throw new Error(`Cannot read ${path} for TLS`, { cause });
    }
  };
  return { cert: await read(certFile), key: await read(keyFile) };
}

function setNoDelay(conn: Deno.TcpConn): void {
  try {
    conn.setNoDelay(true);
  } catch {
    // It is gone already, which the first read says: no reason to accept nobody else.
  }
}

/** Accepts the connection that comes from one port of ours, and turns others away. */
async function acceptFrom(listener: Deno.TlsListener, port: number): Promise<Deno.TlsConn> {
  while (true) {
    const tls = await listener.accept();
    if (tls.remoteAddr.port === port && tls.remoteAddr.hostname === LOOPBACK) return tls;
    tls.close();
  }
}

function listenInside(pem: TlsPem): Deno.TlsListener {
  const address = { hostname: LOOPBACK, port: 0 };
  try {
    return Deno.listenTls({ ...address, ...pem });
  } catch (cause) {
    throw new Error("Cannot use the certificate for TLS", { cause });
  }
}
