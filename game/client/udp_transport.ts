import type { Transport, TransportEvents } from "./transport.ts";

/** Where a server is. */
export interface ServerAddress {
  /** An IP address, or a name that the system resolves. */
  readonly hostname: string;
  /** 1..65535. */
  readonly port: number;
}

/** Longer datagrams come from no server of ours, and are cut. */
const RECEIVE_BYTES = 2_048;

/**
 * Opens a socket of its own towards a server, on any free port.
 *
 * @throws Deno.errors.AddrInUse and the like when there is no socket to be had
 */
export function openUdpTransport(server: ServerAddress, events: TransportEvents): Transport {
  const isIpv6 = server.hostname.includes(":");
  const socket = Deno.listenDatagram({
    transport: "udp",
    hostname: isIpv6 ? "::" : "0.0.0.0",
    port: 0,
  });
  return new UdpTransport(socket, server, events);
}

class UdpTransport implements Transport {
  readonly #socket: Deno.DatagramConn;
  readonly #to: Deno.NetAddr;
  readonly #events: TransportEvents;
  readonly #received: Promise<void>;
  #isClosed = false;

  constructor(socket: Deno.DatagramConn, server: ServerAddress, events: TransportEvents) {
    this.#socket = socket;
    this.#to = { transport: "udp", ...server };
    this.#events = events;
    this.#received = this.#receive();
  }

  send(bytes: Uint8Array): void {
    if (this.#isClosed) return;
    // What cannot be sent is lost; the protocol sends it again.
    this.#socket.send(bytes, this.#to).catch(() => {});
  }

  async close(): Promise<void> {
    if (!this.#isClosed) {
      this.#isClosed = true;
      this.#socket.close();
    }
    await this.#received;
  }

  async #receive(): Promise<void> {
    const buffer = new Uint8Array(RECEIVE_BYTES);
    while (!this.#isClosed) {
      try {
        const [bytes, from] = await this.#socket.receive(buffer);
        if (from.transport === "udp" && from.port === this.#to.port) this.#events.onBytes(bytes);
      } catch (error) {
        if (this.#isClosed) return;
        // Nobody listens there now: shown on the next receive, and no reason to give up.
        if (error instanceof Deno.errors.ConnectionRefused) continue;
        this.#events.onFault(error);
        return;
      }
    }
  }
}
