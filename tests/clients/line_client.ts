import { systemClock } from "../../core/clock.ts";
import type { JsonObject } from "../../core/json.ts";
import { parseJsonObject } from "./json_fields.ts";
import { DEADLINE_MS, Mailbox, type Wanted } from "./mailbox.ts";

const LINES_MAX = 10_000;
const READ_BYTES = 65_536;
const NEWLINE = 10;

/** How a connection ended: the server closed it in good order, or it broke. */
export type StreamEnd = "end_of_stream" | "reset";

/** A client that speaks lines over TCP and reads them as they come. */
export class LineClient {
  readonly #conn: Deno.TcpConn;
  readonly #lines = new Mailbox<string>(LINES_MAX);
  readonly #ended: Promise<StreamEnd>;
  readonly #onLine: ((line: string) => void) | undefined;
  #partial = new Uint8Array(0);
  #isClosed = false;

  private constructor(conn: Deno.TcpConn, onLine: ((line: string) => void) | undefined) {
    this.#conn = conn;
    this.#onLine = onLine;
    this.#ended = this.#pump();
  }

  /** Connects. `onLine` sees every line as it comes, before it can be read. */
  static async connect(
    address: { readonly hostname: string; readonly port: number },
    options: { readonly onLine?: (line: string) => void } = {},
  ): Promise<LineClient> {
    const conn = await Deno.connect({ hostname: address.hostname, port: address.port });
    // Every write goes out as a packet of its own.
    conn.setNoDelay(true);
    return new LineClient(conn, options.onLine);
  }

  /** Writes all the bytes. */
  async send(bytes: Uint8Array | string): Promise<void> {
    let rest = typeof bytes === "string" ? new TextEncoder().encode(bytes) : bytes;
    while (rest.length > 0) rest = rest.subarray(await this.#conn.write(rest));
  }

  /** Writes a line: a text as it is, an object as JSON. */
  sendLine(line: string | JsonObject): Promise<void> {
    return this.send(`${typeof line === "string" ? line : JSON.stringify(line)}\n`);
  }

  /** The next line, or the next that matches. @throws Error when none comes in time */
  readLine(wanted: Partial<Wanted<string>> = {}): Promise<string> {
    return this.#lines.take({ what: "a line", ...wanted });
  }

  /** The next line as a JSON object. */
  async readJson(): Promise<JsonObject> {
    return parseJsonObject(await this.readLine({ what: "a line of JSON" }));
  }

  /** Sends a line and reads one. */
  async ask(line: string | JsonObject): Promise<string> {
    await this.sendLine(line);
    return await this.readLine({ what: `a reply to ${JSON.stringify(line).slice(0, 200)}` });
  }

  /** Sends a line and reads a JSON object. */
  async askJson(line: string | JsonObject): Promise<JsonObject> {
    return parseJsonObject(await this.ask(line));
  }

  /** Waits until the server closes. @throws Error when it does not in time */
  async untilEnd(deadlineMs = DEADLINE_MS): Promise<StreamEnd> {
    const { promise, reject } = Promise.withResolvers<never>();
    const cancel = systemClock.after(deadlineMs, () => {
      reject(new Error(`Cannot see the end: connection open after ${deadlineMs} ms`));
    });
    try {
      return await Promise.race([this.#ended, promise]);
    } finally {
      cancel();
    }
  }

  /** All the lines until the server closes. @throws Error when it does not, or breaks it off */
  async readUntilClosed(deadlineMs = DEADLINE_MS): Promise<string[]> {
    const end = await this.untilEnd(deadlineMs);
    const lines = this.takeLines();
    if (end !== "end_of_stream") throw new Error(`Cannot read: reset after ${lines.join(" | ")}`);
    return lines;
  }

  /** The lines that are here and not yet read. */
  takeLines(): string[] {
    return this.#lines.takeAll();
  }

  /** Says that no more will be sent, and goes on reading. */
  closeWrite(): Promise<void> {
    return this.#conn.closeWrite();
  }

  /** Closes at once. */
  async close(): Promise<void> {
    if (!this.#isClosed) {
      this.#isClosed = true;
      this.#conn.close();
    }
    await this.#ended;
  }

  async #pump(): Promise<StreamEnd> {
    const buffer = new Uint8Array(READ_BYTES);
    try {
      while (true) {
        const count = await this.#conn.read(buffer);
        if (count === null) break;
        this.#take(buffer.subarray(0, count));
      }
    } catch (error) {
      // Our own close ends the pending read with an error as well.
      this.#lines.end(new Error("the connection broke", { cause: error }));
      return "reset";
    }
    if (this.#partial.length > 0) this.#push(this.#partial);
    this.#lines.end(new Error("the server closed the connection"));
    return "end_of_stream";
  }

  #take(bytes: Uint8Array): void {
    const all = new Uint8Array(this.#partial.length + bytes.length);
    all.set(this.#partial);
    all.set(bytes, this.#partial.length);
    let start = 0;
    for (let end = all.indexOf(NEWLINE); end >= 0; end = all.indexOf(NEWLINE, start)) {
      this.#push(all.subarray(start, end));
      start = end + 1;
    }
    this.#partial = all.slice(start);
  }

  #push(bytes: Uint8Array): void {
    const line = new TextDecoder("utf-8", { fatal: true }).decode(bytes);
    this.#onLine?.(line);
    this.#lines.push(line);
  }
}
