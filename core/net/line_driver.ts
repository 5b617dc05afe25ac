// Long because it is one state machine: reading, handling and writing of one connection meet here.
import type { Clock } from "../clock.ts";
import { Deque } from "../deque.ts";
import { TCP_LINGER_MS, TCP_READ_BYTES } from "../limits.ts";
import { describeError, type Log } from "../log.ts";
import { unreachable } from "../unreachable.ts";
import { Deadline } from "./deadline.ts";
import { LineFramer } from "./line_framer.ts";
import type { CloseReason, LineConnection, LineProtocol } from "./line_protocol.ts";
import { WriteQueue } from "./write_queue.ts";

/** What ends a connection and is counted as a drop. */
export type LineDropReason = "idle" | "line_too_long" | "slow_reader" | "reset" | "protocol_failed";

/** How connections are driven. */
export interface LineDriverOptions {
  /** Bytes of the longest line, without its newline. */
  readonly lineBytesMax: number;
  /** Milliseconds without a complete line, while nothing is being handled, until `onIdle`. */
  readonly idleTimeoutMs: number;
  /** Milliseconds that a batch of replies may take to be written. */
  readonly writeTimeoutMs: number;
  /** Bytes of replies that may wait. */
  readonly writeQueueBytesMax: number;
  /** Lines that may wait before no more is read; what one read brings may exceed it. */
  readonly pipelinedLinesMax: number;
  /** Measures the time. */
  readonly clock: Clock;
  /** Told of what goes wrong on our side. */
  readonly log: Log;
  /** Told of each connection that is cut off. */
  readonly drops: (reason: LineDropReason) => void;
  /** Makes the protocol of a new connection. */
  readonly protocol: (connection: LineConnection) => LineProtocol;
}

/** What is needed of a socket. Each method may reject once it is closed or broken. */
export type LineSocket = Pick<Deno.Conn, "read" | "write" | "closeWrite" | "close">;

/** A connection's socket and what the server knows of it. */
export interface DrivenConnection {
  /** Unlike that of any other connection of the server. */
  readonly id: number;
  /** The driver's from now on. */
  readonly conn: LineSocket;
  /** The client's address. */
  readonly remote: { readonly hostname: string; readonly port: number };
}

/**
 * `open`: lines are handled. `farewell`: the protocol writes its last. `flushing`: that goes out.
 * `lingering`: our side is shut, and whatever the client still sends is thrown away. `closed`: no socket.
 */
type State = "open" | "farewell" | "flushing" | "lingering" | "closed";

/** Drives one {@linkcode LineProtocol} on one socket, which it owns. */
export class LineDriver implements LineConnection {
  readonly id: number;
  readonly remote: { readonly hostname: string; readonly port: number };
  readonly #conn: LineSocket;
  readonly #options: LineDriverOptions;
  readonly #framer: LineFramer;
  readonly #writes: WriteQueue;
  readonly #idle: Deadline;
  readonly #linger: Deadline;
  readonly #protocol: LineProtocol | undefined;
  readonly #waiting = new Deque<Uint8Array>();
  #state: State = "open";
  /** Why it closes, once the lines that wait are handled. */
  #ending: CloseReason | undefined;
  #reason: CloseReason = "reset";
  #isNotified = false;
  #inputEnded = false;
  #serverCloses = false;
  #isHandling = false;
  #handled: Promise<void> = Promise.resolve();
  #reading: Promise<void> = Promise.resolve();
  readonly #socketClosed = Promise.withResolvers<void>();
  #readerWakeUp: (() => void) | undefined;

  /** Makes the protocol; nothing happens before `run`. Throws what the protocol's maker throws. */
  constructor(connection: DrivenConnection, options: LineDriverOptions) {
    const { id, conn, remote } = connection;
    const { clock } = options;
    this.id = id;
    this.remote = remote;
    this.#conn = conn;
    this.#options = options;
    this.#framer = new LineFramer(options);
    this.#writes = new WriteQueue({
      write: (bytes) => conn.write(bytes),
      bytesMax: options.writeQueueBytesMax,
      timeoutMs: options.writeTimeoutMs,
      clock,
      onFailure: (reason) => this.abort(reason),
    });
    this.#idle = new Deadline({
      delayMs: options.idleTimeoutMs,
      clock,
      onDue: () => this.#finish("idle"),
    });
    this.#linger = new Deadline({
      delayMs: TCP_LINGER_MS,
      clock,
      onDue: () => this.#closeSocket(),
    });
    this.#protocol = options.protocol(this);
  }

  /** Serves the connection. Resolves, never rejects, when the socket is closed and nothing is in hand. */
  async run(): Promise<void> {
    this.#idle.start();
    if (this.#state === "open") this.#call((protocol) => protocol.open?.());
    this.#reading = this.#readAll();
    await this.released;
    await this.#handled;
  }

  /** Resolves when the socket is closed; a line may still be in hand. */
  get released(): Promise<void> {
    return Promise.all([this.#reading, this.#socketClosed.promise]).then(() => {});
  }

  write(text: string): void {
    if (this.#state === "open" || this.#state === "farewell") this.#writes.push(text);
  }

  close(): void {
    // Within a farewell it closes anyway, for the reason that is known already.
    if (this.#state === "open") this.#finish("protocol_closed");
  }

  /** The server ends: the line in hand is finished, what is queued goes out, then it closes. */
  stop(): void {
    this.#serverCloses = true;
    if (this.#state === "lingering") return this.#closeSocket();
    if (this.#state !== "open") return;
    if (!this.#isHandling) return this.#finish("server_closed");
    this.#ending = "server_closed";
    this.#waiting.clear();
    this.#wakeReader();
  }

  /** Closes at once; what is queued or in hand is lost. */
  abort(reason: "slow_reader" | "reset" | "server_closed"): void {
    if (this.#state === "closed") return;
    if (this.#state !== "lingering") {
      this.#reason = reason;
      if (reason !== "server_closed") this.#options.drops(reason);
    }
    this.#closeSocket();
  }

  async #readAll(): Promise<void> {
    const buffer = new Uint8Array(TCP_READ_BYTES);
    while (this.#state !== "closed") {
      const count = await this.#read(buffer);
      if (count === "reset") return this.abort("reset");
      if (count === "end") return this.#onEnd();
      this.#onBytes(buffer.subarray(0, count));
      if (this.#mayNotRead()) await new Promise<void>((wake) => this.#readerWakeUp = wake);
    }
  }

  async #read(buffer: Uint8Array): Promise<number | "end" | "reset"> {
    try {
      return await this.#conn.read(buffer) ?? "end";
    } catch {
      // Whatever a socket throws at a read, there is nothing more to be read. Also after our own close.
      return "reset";
    }
  }

  #mayNotRead(): boolean {
    return this.#state === "open" && this.#waiting.length > this.#options.pipelinedLinesMax;
  }

  #wakeReader(): void {
    this.#readerWakeUp?.();
    this.#readerWakeUp = undefined;
  }

  #onBytes(bytes: Uint8Array): void {
    // Once it closes, bytes are read only to be thrown away: unread ones would reset the connection.
    if (this.#state !== "open" || this.#ending !== undefined) return;
    for (const framed of this.#framer.push(bytes)) {
      switch (framed.kind) {
        case "line":
          // A view of the read buffer is good only until the next read.
          this.#waiting.push(
            framed.bytes.buffer === bytes.buffer ? framed.bytes.slice() : framed.bytes,
          );
          break;
        case "too_long":
          this.#ending = "line_too_long";
          break;
        default:
          unreachable(framed);
      }
    }
    this.#advance();
  }

  #onEnd(): void {
    this.#inputEnded = true;
    if (this.#state === "lingering") return this.#closeSocket();
    if (this.#state !== "open" || this.#ending !== undefined) return;
    const last = this.#framer.finish();
    if (last !== undefined) this.#waiting.push(last);
    this.#ending = "client_closed";
    this.#advance();
  }

  #advance(): void {
    if (this.#isHandling || (this.#waiting.length === 0 && this.#ending === undefined)) return;
    this.#isHandling = true;
    this.#idle.stop();
    this.#handled = this.#handleWaiting();
  }

  async #handleWaiting(): Promise<void> {
    // Replies that the client does not read hold up its next lines before they overflow the queue.
    const queuedBytesMax = this.#options.writeQueueBytesMax / 2;
    for (let line = this.#nextLine(); line !== undefined; line = this.#nextLine()) {
      try {
        const handled = this.#protocol?.onLine(line);
        if (handled !== undefined) await handled;
      } catch (error) {
        this.#onProtocolFailure(error);
      }
      if (this.#writes.byteCount > queuedBytesMax) await this.#writes.whenAtMost(queuedBytesMax);
    }
    this.#isHandling = false;
    if (this.#state !== "open") return;
    if (this.#ending !== undefined) this.#finish(this.#ending);
    else this.#idle.start();
  }

  #nextLine(): Uint8Array | undefined {
    if (this.#state !== "open") return undefined;
    const line = this.#waiting.shift();
    if (!this.#mayNotRead()) this.#wakeReader();
    return line;
  }

  /** Lets the protocol say its last, sends what is queued, and closes. */
  #finish(reason: CloseReason): void {
    if (this.#state !== "open") return;
    this.#state = "farewell";
    this.#reason = reason;
    this.#idle.dispose();
    this.#waiting.clear();
    this.#wakeReader();
    if (reason === "idle" || reason === "line_too_long") {
      this.#options.drops(reason);
      this.#call((protocol) => reason === "idle" ? protocol.onIdle() : protocol.onLineTooLong());
    }
    this.#state = "flushing";
    void this.#writes.whenAtMost(0).then(() => this.#onFlushed());
  }

  #onFlushed(): void {
    if (this.#state !== "flushing") return;
    if (this.#inputEnded || this.#serverCloses) return this.#closeSocket();
    this.#state = "lingering";
    this.#notifyClosed();
    this.#linger.start();
    this.#conn.closeWrite().catch(() => this.#closeSocket());
  }

  #closeSocket(): void {
    if (this.#state === "closed") return;
    this.#state = "closed";
    this.#idle.dispose();
    this.#linger.dispose();
    this.#waiting.clear();
    this.#writes.dispose();
    this.#wakeReader();
    this.#conn.close();
    this.#socketClosed.resolve();
    this.#notifyClosed();
  }

  #notifyClosed(): void {
    if (this.#isNotified) return;
    this.#isNotified = true;
    const { log } = this.#options;
    if (log.debugOn) log.debug("connection_closed", { connection: this.id, reason: this.#reason });
    this.#call((protocol) => protocol.onClose(this.#reason));
  }

  /** Calls the protocol; what it throws closes the connection. */
  #call(action: (protocol: LineProtocol) => void): void {
    if (this.#protocol === undefined) return;
    try {
      action(this.#protocol);
    } catch (error) {
      this.#onProtocolFailure(error);
    }
  }

  #onProtocolFailure(error: unknown): void {
    const { log, drops } = this.#options;
    log.error("protocol_failed", { connection: this.id, error: describeError(error) });
    drops("protocol_failed");
    this.close();
  }
}
