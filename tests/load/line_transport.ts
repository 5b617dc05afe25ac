import { LineFramer } from "../../core/net/line_framer.ts";
import type { Transport, TransportEvents } from "../../game/client/transport.ts";
import type { LoadTarget } from "./load_options.ts";

const LINE_BYTES_MAX = 65_536;
const READ_BYTES = 65_536;
/** A server that does not read has this much waiting for it at most; what is more is lost. */
const WRITES_WAITING_MAX = 256;
const NEWLINE = 10;

/** Carries each message as a line over TCP: the game server's lines are the JSON of its datagrams. */
export class LineTransport implements Transport {
  readonly #conn: Deno.TcpConn;
  #waiting: Uint8Array[] = [];
  #isWriting = false;
  #isClosed = false;
  #writing: Promise<void> = Promise.resolve();
  #reading: Promise<void> = Promise.resolve();

  private constructor(conn: Deno.TcpConn) {
    this.#conn = conn;
  }

  /** Connects. @throws the error of the system where that fails, or the signal's reason */
  static async connect(target: LoadTarget, signal: AbortSignal): Promise<LineTransport> {
    const conn = await Deno.connect({ ...target, signal });
    conn.setNoDelay(true);
    return new LineTransport(conn);
  }

  /** Tells from now on what comes. */
  start(events: TransportEvents): this {
    this.#reading = this.#read(events);
    return this;
  }

  send(bytes: Uint8Array): void {
    if (this.#isClosed || this.#waiting.length >= WRITES_WAITING_MAX) return;
    const line = new Uint8Array(bytes.length + 1);
    line.set(bytes);
    line[bytes.length] = NEWLINE;
    this.#waiting.push(line);
    if (!this.#isWriting) this.#writing = this.#write();
  }

  async close(): Promise<void> {
    if (!this.#isClosed) {
      this.#isClosed = true;
      this.#conn.close();
    }
    await this.#writing;
    await this.#reading;
  }

  async #write(): Promise<void> {
    this.#isWriting = true;
    try {
      for (let next = this.#waiting.shift(); next !== undefined; next = this.#waiting.shift()) {
        for (let rest = next; rest.length > 0;) rest = rest.subarray(await this.#conn.write(rest));
      }
    } catch {
      // The connection is broken or closed, which reading tells.
      this.#waiting = [];
    }
    this.#isWriting = false;
  }

  async #read(events: TransportEvents): Promise<void> {
    const framer = new LineFramer({ lineBytesMax: LINE_BYTES_MAX });
    const buffer = new Uint8Array(READ_BYTES);
    try {
      while (!this.#isClosed) {
        const count = await this.#conn.read(buffer);
        if (count === null) throw new Error("Cannot read: the server closed the connection");
        for (const line of framer.push(buffer.subarray(0, count))) {
          if (line.kind === "too_long") throw new Error("Cannot read: a line is too long");
          events.onBytes(line.bytes);
        }
      }
    } catch (error) {
      // Our own close ends the pending read with an error as well.
      if (!this.#isClosed) events.onFault(error);
    }
  }
}
