import { connect as connectPlain, isIP, type Socket } from "node:net";
import { connect as connectTls } from "node:tls";
import { DataBuffer, INFO, type ServerInfo } from "@nats-io/nats-core/internal";
import type { BrokerHost } from "./broker_url.ts";

/** How a connection is encrypted, in PEM; null: not at all. */
export type NatsTransportTls = {
  /** The authorities to trust. */
  readonly ca?: string;
  /** Our certificate. */
  readonly cert?: string;
  /** Its key. */
  readonly key?: string;
} | null;

/** The longest greeting of a server, in bytes; real ones have a few hundred. */
const GREETING_BYTES_MAX = 65_536;

/**
 * Carries the protocol of one connection over TCP or TLS. The transport for Node leaves a socket behind
 * where a server accepts and says nothing, and waits for one that is frozen when it closes; this one lets
 * go of its socket whenever it is told to.
 */
export class NatsTransport {
  /** What servers show of the client: its language. */
  readonly lang = "typescript";
  /** What servers show of the client: its version. */
  readonly version = "1";
  /** What ended it, if not we. */
  closeError?: Error;
  readonly #closed = Promise.withResolvers<void | Error>();
  #socket: Socket | undefined;
  /** What has come and was not read. */
  #chunks: Uint8Array[] = [];
  /** Called when something comes or all is over. */
  #wake: () => void = () => {};
  #isConnected = false;
  #isEncrypted = false;
  #isDone = false;

  /** Whether it has ended. */
  get isClosed(): boolean {
    return this.#isDone;
  }

  /**
   * Connects, waits for the server's greeting, and encrypts where we or the server ask for it. How long
   * that may take is the caller's affair: it closes.
   *
   * @throws Error when the server cannot be reached, greets otherwise, or has the wrong certificate
   */
  async connect(
    server: BrokerHost,
    options: { readonly tls?: NatsTransportTls },
  ): Promise<void> {
    try {
      const plain = connectPlain({ host: server.hostname, port: server.port, noDelay: true });
      this.#adopt(plain);
      const info = await this.#readGreeting();
      if (options.tls && !(info.tls_required || info.tls_available)) {
        throw new Error("the server does not speak TLS");
      }
      if (options.tls || info.tls_required) {
        await this.#encrypt(plain, server.hostname, options.tls ?? {});
      }
      // It may have ended between its last word and this line.
      if (this.#isDone) throw this.#reasonOfEnd();
      this.#isConnected = true;
    } catch (error) {
      this.#end();
      throw error;
    }
  }

  /** What comes, the server's greeting first. */
  async *[Symbol.asyncIterator](): AsyncIterableIterator<Uint8Array> {
    while (true) {
      const chunks = this.#chunks;
      this.#chunks = [];
      yield* chunks;
      if (this.#chunks.length > 0) continue;
      if (this.#isDone) return;
      await this.#change();
    }
  }

  /** Whether nobody can listen in. */
  isEncrypted(): boolean {
    return this.#isEncrypted;
  }

  /** Sends; does nothing once it has ended. */
  send(frame: Uint8Array): void {
    if (!this.#isDone) this.#socket?.write(frame);
  }

  /** Ends it without waiting for what was not sent. */
  close(error?: Error): Promise<void> {
    this.#end(error);
    return Promise.resolve();
  }

  /** The same. */
  disconnect(): void {
    this.#end();
  }

  /** Resolves when a connection that had been made has ended, with the reason if there is one. */
  closed(): Promise<void | Error> {
    return this.#closed.promise;
  }

  /** Ends it and says so to nobody. */
  discard(): void {
    this.#isConnected = false;
    this.#end();
  }

  #adopt(socket: Socket): void {
    this.#socket = socket;
    socket.on("data", (chunk: unknown) => {
      // A string comes only where an encoding was set.
      if (chunk instanceof Uint8Array) this.#chunks.push(chunk);
      this.#wake();
    });
    // Stays for good: a fault that nobody listens to ends the process.
    socket.on("error", (error) => this.#end(error));
    socket.on("close", () => this.#end());
  }

  async #readGreeting(): Promise<ServerInfo> {
    while (true) {
      if (this.#isDone) throw this.#reasonOfEnd();
      const text = new TextDecoder().decode(DataBuffer.concat(...this.#chunks));
      if (text.includes("\r\n")) return parseGreeting(text);
      if (text.length > GREETING_BYTES_MAX) throw new Error("the server's greeting has no end");
      await this.#change();
    }
  }

  /** Goes on with TLS on the same connection. */
  async #encrypt(plain: Socket, hostname: string, tls: NatsTransportTls): Promise<void> {
    plain.removeAllListeners("data").removeAllListeners("close");
    const secured = Promise.withResolvers<void>();
    // An address is no name to ask for; the certificate is checked against it all the same.
    const name = isIP(hostname) === 0 ? { servername: hostname } : {};
    const socket = connectTls({ ...tls, socket: plain, host: hostname, ...name }, () => {
      this.#isEncrypted = true;
      secured.resolve();
    });
    socket.once("error", secured.reject);
    socket.once("close", () => secured.reject(this.#reasonOfEnd()));
    this.#adopt(socket);
    await secured.promise;
  }

  #reasonOfEnd(): Error {
    return this.closeError ?? new Error("the server closed the connection");
  }

  #change(): Promise<void> {
    return new Promise((resolve) => void (this.#wake = resolve));
  }

  #end(error?: Error): void {
    if (this.#isDone) return;
    this.#isDone = true;
    if (error !== undefined) this.closeError = error;
    this.#socket?.destroy();
    this.#wake();
    if (this.#isConnected) this.#closed.resolve(error);
  }
}

function parseGreeting(text: string): ServerInfo {
  const json = INFO.exec(text)?.[1];
  if (json === undefined) throw new Error("the server speaks another protocol than NATS");
  return JSON.parse(json);
}
