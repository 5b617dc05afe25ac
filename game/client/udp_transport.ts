import type { Transport, TransportEvents } from "./transport.ts";

/** Where a server is. */
export interface ServerAddress {
  /** An IP address, or a name that the system resolves. */
  readonly hostname: string;
  /** 1..65535. */
  readonly port: number;
}

/** What a transport needs of a socket. */
export type DatagramSocket = Pick<Deno.DatagramConn, "send" | "receive" | "close">;

/** The most that a datagram over IPv4 carries: `joined` in JSON is as long as its match is large. */
const RECEIVE_BYTES = 65_507;
/** So many sends that fail before one has worked are no loss: with this address nothing can be sent. */
export const UNSENT_MAX = 6;

/** Any address of the machine, by family. */
const ANY = { ipv4: "0.0.0.0", ipv6: "::" } as const;

/**
 * Opens a socket of its own towards a server, on any free port. Until something could be sent it tries IPv4
 * and IPv6 in turn: which of them a name stands for shows in what can be sent to it.
 *
 * @throws Deno.errors.AddrInUse and the like when there is no socket to be had
 */
export function openUdpTransport(
  server: ServerAddress,
  events: TransportEvents,
  listen: (hostname: string) => DatagramSocket = listenUdp,
): Transport {
  return new UdpTransport({ server, events, listen });
}

function listenUdp(hostname: string): DatagramSocket {
  return Deno.listenDatagram({ transport: "udp", hostname, port: 0 });
}

class UdpTransport implements Transport {
  readonly #to: Deno.NetAddr;
  readonly #events: TransportEvents;
  readonly #listen: (hostname: string) => DatagramSocket;
  #family: keyof typeof ANY;
  #socket: DatagramSocket;
  /** Until what comes has been taken, of every socket that there was. */
  #received: Promise<void>;
  #hasSent = false;
  #unsentCount = 0;
  #isClosed = false;

  constructor(options: {
    readonly server: ServerAddress;
    readonly events: TransportEvents;
    readonly listen: (hostname: string) => DatagramSocket;
  }) {
    const { server, events, listen } = options;
    this.#to = { transport: "udp", ...server };
    this.#events = events;
    this.#listen = listen;
    this.#family = server.hostname.includes(":") ? "ipv6" : "ipv4";
    this.#socket = listen(ANY[this.#family]);
    this.#received = this.#receive(this.#socket);
  }

  send(bytes: Uint8Array): void {
    if (this.#isClosed) return;
    const socket = this.#socket;
    socket.send(bytes, this.#to).then(
      () => void (this.#hasSent = true),
      (error) => this.#onUnsent(socket, error),
    );
  }

  async close(): Promise<void> {
    this.#close();
    await this.#received;
  }

  #close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#socket.close();
  }

  /** What cannot be sent is lost, and the protocol sends it again: by the other family, if none has worked. */
  #onUnsent(socket: DatagramSocket, error: unknown): void {
    if (this.#isClosed || this.#hasSent) return;
    this.#unsentCount++;
    if (this.#unsentCount >= UNSENT_MAX) {
      this.#close();
      this.#events.onFault(error);
      return;
    }
    if (socket === this.#socket) this.#changeFamily();
  }

  #changeFamily(): void {
    const family = this.#family === "ipv4" ? "ipv6" : "ipv4";
    const before = this.#socket;
    try {
      this.#socket = this.#listen(ANY[family]);
    } catch {
      // The machine has not got that family, or no socket to spare: on with the one that there is.
      return;
    }
    this.#family = family;
    before.close();
    this.#received = Promise.all([this.#received, this.#receive(this.#socket)]).then(() => {});
  }

  async #receive(socket: DatagramSocket): Promise<void> {
    const buffer = new Uint8Array(RECEIVE_BYTES);
    while (!this.#isClosed && socket === this.#socket) {
      try {
        const [bytes, from] = await socket.receive(buffer);
        if (from.transport === "udp" && from.port === this.#to.port) this.#events.onBytes(bytes);
      } catch (error) {
        if (this.#isClosed || socket !== this.#socket) return;
        // Nobody listens there now: shown on the next receive, and no reason to give up.
        if (error instanceof Deno.errors.ConnectionRefused) continue;
        this.#events.onFault(error);
        return;
      }
    }
  }
}
