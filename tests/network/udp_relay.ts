import { type Clock, systemClock } from "../../core/clock.ts";
import { Rng } from "../../core/rng.ts";
import { type LinkConditions, type LinkTally, SimulatedLink } from "./simulated_link.ts";

const HOST = "127.0.0.1";
const DATAGRAM_BYTES_MAX = 65_536;
/** Clients of one relay, those that have moved on included, at most; datagrams of more are dropped. */
const CLIENTS_MAX = 4_096;

/** Where datagrams go. */
export interface UdpAddress {
  /** An IP address. */
  readonly hostname: string;
  /** 1..65535. */
  readonly port: number;
}

/** How a relay is opened. */
export interface UdpRelayOptions {
  /** Where clients' datagrams go. */
  readonly server: UdpAddress;
  /** Of each direction. */
  readonly conditions: LinkConditions;
  /** Of each direction by itself where they differ. */
  readonly back?: LinkConditions;
  /** What chance starts from. */
  readonly seed: number;
  /** The machine's by default. */
  readonly clock?: Clock;
}

/** One client of a relay: its own socket towards the server, so that the server tells clients apart. */
interface RelayedClient {
  readonly socket: Deno.DatagramConn;
  readonly there: SimulatedLink;
  readonly back: SimulatedLink;
  readonly pump: Promise<void>;
}

/** A bad network in front of a server: a real UDP socket for clients, another for each towards it. */
export class UdpRelay {
  /** Where clients send to. */
  readonly address: UdpAddress;
  readonly #options: UdpRelayOptions;
  readonly #socket: Deno.DatagramConn;
  readonly #clients = new Map<string, RelayedClient>();
  /** Clients that have moved on; their sockets stay, or the system would give their ports out again. */
  readonly #retired: RelayedClient[] = [];
  readonly #rng: Rng;
  readonly #pump: Promise<void>;
  #isClosed = false;

  /** Listens on a free port of the loopback interface. */
  constructor(options: UdpRelayOptions) {
    this.#options = options;
    this.#rng = new Rng(options.seed);
    this.#socket = Deno.listenDatagram({ transport: "udp", hostname: HOST, port: 0 });
    const { addr } = this.#socket;
    if (addr.transport !== "udp") throw new Error("Cannot open relay: not a UDP socket");
    this.address = { hostname: HOST, port: addr.port };
    this.#pump = this.#receive(this.#socket, (bytes, from) => this.#onClient(bytes, from));
  }

  /** What all links did together, there and back. */
  get tally(): { readonly there: LinkTally; readonly back: LinkTally } {
    const clients = [...this.#clients.values()];
    return {
      there: sum(clients.map(({ there }) => there.tally)),
      back: sum(clients.map(({ back }) => back.tally)),
    };
  }

  /** Changes the network for everybody from now on. */
  setConditions(conditions: LinkConditions, back: LinkConditions = conditions): void {
    for (const client of this.#clients.values()) {
      client.there.conditions = conditions;
      client.back.conditions = back;
    }
  }

  /** Nothing passes from now on, in either direction. */
  cut(): void {
    for (const { there, back } of this.#clients.values()) {
      for (const link of [there, back]) link.cut();
    }
  }

  /** Ends a partition. */
  mend(): void {
    for (const { there, back } of this.#clients.values()) {
      for (const link of [there, back]) link.mend();
    }
  }

  /**
   * Each client has a new address as the server sees it, as when a phone changes networks or a router
   * forgets: what the server sends to the old one is lost.
   */
  moveClients(): void {
    for (const client of this.#clients.values()) {
      client.there.close();
      client.back.close();
      this.#retired.push(client);
    }
    this.#clients.clear();
  }

  /** Closes every socket. */
  async close(): Promise<void> {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#socket.close();
    const clients = [...this.#clients.values(), ...this.#retired];
    for (const client of clients) closeClient(client);
    await Promise.all([this.#pump, ...clients.map(({ pump }) => pump)]);
  }

  #onClient(bytes: Uint8Array, from: Deno.NetAddr): void {
    const key = `${from.hostname}:${from.port}`;
    let client = this.#clients.get(key);
    if (client === undefined) {
      if (this.#clients.size + this.#retired.length >= CLIENTS_MAX) return;
      client = this.#openClient(from);
      this.#clients.set(key, client);
    }
    client.there.send(bytes);
  }

  #openClient(from: Deno.NetAddr): RelayedClient {
    const { server, conditions, back: backConditions = conditions, clock = systemClock } =
      this.#options;
    const socket = Deno.listenDatagram({ transport: "udp", hostname: HOST, port: 0 });
    const to: Deno.NetAddr = { transport: "udp", ...server };
    const link = (
      conditions: LinkConditions,
      deliver: (datagram: Uint8Array) => void,
    ): SimulatedLink => {
      return new SimulatedLink({ conditions, rng: new Rng(this.#rng.nextU32()), clock, deliver });
    };
    const there = link(conditions, (datagram) => send(socket, datagram, to));
    const back = link(backConditions, (datagram) => send(this.#socket, datagram, from));
    const pump = this.#receive(socket, (bytes) => back.send(bytes));
    return { socket, there, back, pump };
  }

  async #receive(
    socket: Deno.DatagramConn,
    onDatagram: (bytes: Uint8Array, from: Deno.NetAddr) => void,
  ): Promise<void> {
    const buffer = new Uint8Array(DATAGRAM_BYTES_MAX);
    while (true) {
      try {
        const [bytes, from] = await socket.receive(buffer);
        if (from.transport === "udp") onDatagram(bytes, from);
      } catch (error) {
        // The end of a server shows as a refused send on the next receive: as little a reason to end
        // as in a real network. Only the socket's own close is.
        if (error instanceof Deno.errors.ConnectionRefused) continue;
        return;
      }
    }
  }
}

function closeClient({ socket, there, back }: RelayedClient): void {
  there.close();
  back.close();
  socket.close();
}

function send(socket: Deno.DatagramConn, datagram: Uint8Array, to: Deno.NetAddr): void {
  // What cannot be sent is lost, as datagrams are.
  socket.send(datagram, to).catch(() => {});
}

function sum(tallies: readonly LinkTally[]): LinkTally {
  const total = { sent: 0, lost: 0, cut: 0, overflowed: 0, duplicated: 0, delivered: 0 };
  for (const tally of tallies) {
    total.sent += tally.sent;
    total.lost += tally.lost;
    total.cut += tally.cut;
    total.overflowed += tally.overflowed;
    total.duplicated += tally.duplicated;
    total.delivered += tally.delivered;
  }
  return total;
}
