import type { JsonObject } from "../../core/json.ts";
import { parseJsonObject } from "./json_fields.ts";
import { Mailbox, type Wanted } from "./mailbox.ts";

const MESSAGES_MAX = 4_096;
const RECEIVE_BYTES = 65_536;

/** How a datagram client is opened. */
export interface DatagramClientOptions {
  /** Sees every message as it comes; a message for which it returns true is not kept. */
  readonly onMessage?: (message: JsonObject) => boolean;
}

/** A client that speaks JSON datagrams to one server, from a socket of its own. */
export class DatagramClient {
  readonly #socket: Deno.DatagramConn;
  readonly #server: Deno.NetAddr;
  readonly #messages = new Mailbox<JsonObject>(MESSAGES_MAX);
  readonly #onMessage: (message: JsonObject) => boolean;
  readonly #ended: Promise<void>;
  /** The size of each reply as it came, by the object that it was parsed to. */
  readonly #sizes = new WeakMap<JsonObject, number>();
  #fault: Error | undefined;
  #isClosed = false;

  private constructor(server: Deno.NetAddr, options: DatagramClientOptions) {
    this.#socket = Deno.listenDatagram({ transport: "udp", hostname: "127.0.0.1", port: 0 });
    this.#server = server;
    this.#onMessage = options.onMessage ?? ((): boolean => false);
    this.#ended = this.#pump();
  }

  /** Opens a socket to talk to the server at `address`. */
  static open(
    address: { readonly hostname: string; readonly port: number },
    options: DatagramClientOptions = {},
  ): DatagramClient {
    const { hostname, port } = address;
    return new DatagramClient({ transport: "udp", hostname, port }, options);
  }

  /** Sends a datagram: bytes and texts as they are, an object as JSON. */
  async send(datagram: Uint8Array | string | JsonObject): Promise<void> {
    const bytes = datagram instanceof Uint8Array ? datagram : new TextEncoder().encode(
      typeof datagram === "string" ? datagram : JSON.stringify(datagram),
    );
    await this.#socket.send(bytes, this.#server);
  }

  /** The next message, or the next that matches. @throws Error when none comes in time */
  take(wanted: Wanted<JsonObject>): Promise<JsonObject> {
    return this.#messages.take(wanted);
  }

  /** The next message with a `status`: a reply, which states are not. */
  takeReply(what = "a reply"): Promise<JsonObject> {
    return this.take({ what, matches: (message) => "status" in message });
  }

  /** Sends a datagram and waits for a reply. */
  async ask(datagram: Uint8Array | string | JsonObject): Promise<JsonObject> {
    await this.send(datagram);
    const text = typeof datagram === "string" ? datagram : JSON.stringify(datagram);
    return await this.takeReply(`a reply to ${text.slice(0, 200)}`);
  }

  /**
   * Pings and returns every reply from before the pong: what was sent earlier has been answered by
   * then or will not be.
   */
  async repliesUntilPong(): Promise<JsonObject[]> {
    const t = crypto.randomUUID();
    await this.send({ action: "ping", t });
    await this.take({
      what: "a pong",
      matches: (message) => message.status === "pong" && message.t === t,
    });
    return this.takeAll().filter((message) => "status" in message);
  }

  /** Takes everything that has come. */
  takeAll(): JsonObject[] {
    return this.#messages.takeAll();
  }

  /** The bytes of the datagram that a message came in. */
  sizeOf(message: JsonObject): number {
    return this.#sizes.get(message) ?? NaN;
  }

  /** Closes the socket; the server is not told. @throws Error when something unreadable had come */
  async close(): Promise<void> {
    if (!this.#isClosed) this.#socket.close();
    this.#isClosed = true;
    await this.#ended;
    if (this.#fault !== undefined) throw this.#fault;
  }

  async #pump(): Promise<void> {
    const buffer = new Uint8Array(RECEIVE_BYTES);
    while (true) {
      let bytes: Uint8Array;
      try {
        [bytes] = await this.#socket.receive(buffer);
      } catch {
        // Our own close ends the pending receive; nothing else does.
        return this.#messages.end(new Error("the socket is closed"));
      }
      try {
        this.#onDatagram(bytes);
      } catch (error) {
        this.#fault = error instanceof Error ? error : new Error(String(error));
        return this.#messages.end(this.#fault);
      }
    }
  }

  #onDatagram(bytes: Uint8Array): void {
    const message = parseJsonObject(new TextDecoder("utf-8", { fatal: true }).decode(bytes));
    this.#sizes.set(message, bytes.length);
    if (!this.#onMessage(message)) this.#messages.push(message);
  }
}
