/** Where the relay listens. */
const HOST = "127.0.0.1";

/** Below Linux's ephemeral ports, so that no connection takes the port while its listener is away. */
const PORT_MIN = 20_000;
const PORT_COUNT = 10_000;
const PORT_ATTEMPTS_MAX = 100;

/** Where a broker is. */
export interface BrokerAddress {
  /** Its name or address. */
  readonly host: string;
  /** Its port. */
  readonly port: number;
}

/** Stands between clients and a broker, and can be cut and mended: to clients the broker restarts. */
export class RabbitRelay {
  /** Where clients connect. */
  readonly port: number;
  readonly #broker: BrokerAddress;
  #listener: Deno.TcpListener;
  #accepting: Promise<void>;
  readonly #connections = new Set<Deno.TcpConn>();
  readonly #running = new Set<Promise<void>>();
  #isCut = false;

  /** Listens for that broker, at a port of the loopback interface. */
  constructor(broker: BrokerAddress) {
    this.#broker = broker;
    this.#listener = listenAnywhere();
    this.port = this.#listener.addr.port;
    this.#accepting = this.#accept(this.#listener);
  }

  /** Closes every connection and refuses new ones. */
  async cut(): Promise<void> {
    if (!this.#isCut) {
      this.#isCut = true;
      this.#listener.close();
      for (const connection of this.#connections) close(connection);
    }
    // Until then the port is taken.
    await this.#accepting;
  }

  /** Accepts connections again, at the same port. */
  mend(): void {
    if (!this.#isCut) return;
    this.#listener = Deno.listen({ hostname: HOST, port: this.port });
    this.#accepting = this.#accept(this.#listener);
    this.#isCut = false;
  }

  /** Cuts for good. */
  async close(): Promise<void> {
    await this.cut();
    while (this.#running.size > 0) await Promise.all(this.#running);
  }

  async #accept(listener: Deno.TcpListener): Promise<void> {
    for await (const client of listener) this.#keep(this.#serve(client));
  }

  async #serve(client: Deno.TcpConn): Promise<void> {
    this.#connections.add(client);
    let broker: Deno.TcpConn | undefined;
    try {
      broker = await Deno.connect({ hostname: this.#broker.host, port: this.#broker.port });
      this.#connections.add(broker);
      if (this.#isCut) return;
      const [toBroker, toClient] = [broker.writable, client.writable];
      await Promise.race([client.readable.pipeTo(toBroker), broker.readable.pipeTo(toClient)]);
    } finally {
      for (const connection of [client, broker]) {
        if (connection === undefined) continue;
        this.#connections.delete(connection);
        close(connection);
      }
    }
  }

  #keep(work: Promise<void>): void {
    const kept = work.catch(() => {
      // A connection that was cut; its client sees it.
    }).finally(() => this.#running.delete(kept));
    this.#running.add(kept);
  }
}

function listenAnywhere(): Deno.TcpListener {
  for (let attempt = 1;; attempt++) {
    try {
      const port = PORT_MIN + Math.floor(Math.random() * PORT_COUNT);
      return Deno.listen({ hostname: HOST, port });
    } catch (error) {
      if (attempt >= PORT_ATTEMPTS_MAX) throw error;
    }
  }
}

function close(connection: Deno.TcpConn): void {
  try {
    connection.close();
  } catch {
    // Closed already, from the other side of the relay.
  }
}
