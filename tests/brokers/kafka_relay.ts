/** Kafka's API keys whose replies name brokers (https://kafka.apache.org/protocol#protocol_api_keys). */
const METADATA = 3;
const FIND_COORDINATOR = 10;

/** Below Linux's ephemeral ports, so that no connection takes a port while its listener is away. */
const PORT_MIN = 20_000;
const PORT_COUNT = 10_000;
const PORT_ATTEMPTS_MAX = 100;

const HOST = "127.0.0.1";

/** A request whose reply is to be rewritten. */
interface Asked {
  readonly apiKey: number;
  readonly apiVersion: number;
}

/**
 * Stands between clients and the brokers of a cluster, one port for each, and can be cut and mended. In
 * the replies that name brokers it names itself instead, because clients go where those lead; and it
 * names a controller, which librdkafka's mock cluster leaves out and an idempotent producer asks for.
 */
export class KafkaRelay {
  /** Where clients connect, one port for each broker. */
  readonly ports: readonly number[];
  #brokerPorts: readonly number[];
  #listeners: Deno.TcpListener[] = [];
  readonly #connections = new Set<Deno.TcpConn>();
  readonly #pumps = new Set<Promise<void>>();

  /** Listens for the brokers at these ports of the loopback interface. */
  constructor(brokerPorts: readonly number[]) {
    this.#brokerPorts = brokerPorts;
    this.#listeners = brokerPorts.map(() => listenAnywhere());
    this.ports = this.#listeners.map(({ addr }) => addr.port);
    this.#acceptAll();
  }

  /** Resets every connection and refuses new ones. */
  cut(): void {
    for (const listener of this.#listeners) listener.close();
    this.#listeners = [];
    for (const connection of this.#connections) close(connection);
  }

  /** Accepts connections again, at the same ports, to brokers that may have moved. */
  mend(brokerPorts: readonly number[] = this.#brokerPorts): void {
    if (this.#listeners.length > 0) return;
    this.#brokerPorts = brokerPorts;
    this.#listeners = this.ports.map((port) => Deno.listen({ hostname: HOST, port }));
    this.#acceptAll();
  }

  /** Cuts for good. */
  async close(): Promise<void> {
    this.cut();
    await Promise.all(this.#pumps);
  }

  #acceptAll(): void {
    for (const [index, listener] of this.#listeners.entries()) {
      this.#keep(this.#accept(listener, index));
    }
  }

  async #accept(listener: Deno.TcpListener, index: number): Promise<void> {
    for await (const client of listener) {
      this.#connections.add(client);
      this.#keep(this.#serve(client, index));
    }
  }

  #keep(work: Promise<void>): void {
    const kept = work.catch(() => {
      // A connection that was cut; its client sees it.
    }).finally(() => this.#pumps.delete(kept));
    this.#pumps.add(kept);
  }

  async #serve(client: Deno.TcpConn, index: number): Promise<void> {
    let broker: Deno.TcpConn | undefined;
    try {
      broker = await Deno.connect({ hostname: HOST, port: this.#brokerPorts[index] ?? 0 });
      this.#connections.add(broker);
      const asked = new Map<number, Asked>();
      await Promise.race([
        this.#pump(client, broker, (frame) => noteRequest(frame, asked)),
        this.#pump(broker, client, (frame) => this.#rewriteReply(frame, asked)),
      ]);
    } finally {
      for (const connection of [client, broker]) {
        if (connection === undefined) continue;
        this.#connections.delete(connection);
        close(connection);
      }
    }
  }

  async #pump(
    from: Deno.TcpConn,
    to: Deno.TcpConn,
    onFrame: (frame: Uint8Array<ArrayBuffer>) => void,
  ): Promise<void> {
    for await (const frame of readFrames(from)) {
      onFrame(frame);
      for (let sent = 0; sent < frame.length;) sent += await to.write(frame.subarray(sent));
    }
  }

  #rewriteReply(frame: Uint8Array<ArrayBuffer>, asked: Map<number, Asked>): void {
    const view = new DataView(frame.buffer);
    const correlationId = view.getInt32(4);
    const request = asked.get(correlationId);
    if (request === undefined) return;
    asked.delete(correlationId);
    this.#rewritePorts(view);
    if (request.apiKey === METADATA && request.apiVersion >= 1) nameController(view, request);
  }

  #rewritePorts(view: DataView): void {
    const host = new TextEncoder().encode(HOST);
    for (let at = 8; at + host.length + 4 <= view.byteLength; at++) {
      if (!host.every((byte, offset) => view.getUint8(at + offset) === byte)) continue;
      const index = this.#brokerPorts.indexOf(view.getInt32(at + host.length));
      const port = this.ports[index];
      if (port !== undefined) view.setInt32(at + host.length, port);
    }
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

function noteRequest(frame: Uint8Array<ArrayBuffer>, asked: Map<number, Asked>): void {
  const view = new DataView(frame.buffer);
  const apiKey = view.getInt16(4);
  if (apiKey !== METADATA && apiKey !== FIND_COORDINATOR) return;
  asked.set(view.getInt32(8), { apiKey, apiVersion: view.getInt16(6) });
}

/** Makes the first broker of a Metadata reply of version 1 to 8 the controller. */
function nameController(view: DataView, { apiVersion }: Asked): void {
  let at = 8;
  const skipText = (): void => {
    at += 2 + Math.max(0, view.getInt16(at));
  };
  if (apiVersion >= 3) at += 4; // throttle time
  const brokerCount = view.getInt32(at);
  at += 4;
  const firstBroker = view.getInt32(at);
  for (let broker = 0; broker < brokerCount; broker++) {
    at += 4; // node id
    skipText(); // host
    at += 4; // port
    skipText(); // rack
  }
  if (apiVersion >= 2) skipText(); // cluster id
  view.setInt32(at, firstBroker);
}

/** The frames of a connection, each with the four bytes of its length. */
async function* readFrames(connection: Deno.TcpConn): AsyncGenerator<Uint8Array<ArrayBuffer>> {
  let pending = new Uint8Array(0);
  const chunk = new Uint8Array(65_536);
  while (true) {
    const count = await connection.read(chunk);
    if (count === null) return;
    const joined = new Uint8Array(pending.length + count);
    joined.set(pending);
    joined.set(chunk.subarray(0, count), pending.length);
    pending = joined;
    while (pending.length >= 4) {
      const end = 4 + new DataView(pending.buffer, pending.byteOffset).getUint32(0);
      if (pending.length < end) break;
      yield pending.slice(0, end);
      pending = pending.slice(end);
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
