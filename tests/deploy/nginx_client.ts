import { connect, type Socket } from "node:net";
import type { JsonObject } from "../../core/json.ts";
import { parseJsonObject } from "../clients/json_fields.ts";
import { inTime } from "../contract/eventually.ts";
import type { LocalAddress } from "./nginx_process.ts";

/** A TCP client with an address of its own: on loopback, all of 127.0.0.0/8 is this machine. */
export class TcpClientFrom {
  readonly #socket: Socket;
  readonly #ended: Promise<void>;
  #text = "";
  #wake = Promise.withResolvers<void>();
  #isEnded = false;

  /** Connects. */
  constructor(from: string, { hostname: host, port }: LocalAddress) {
    this.#socket = connect({ host, port, localAddress: from });
    this.#socket.setEncoding("utf8");
    this.#socket.on("data", (part) => {
      this.#text += String(part);
      this.#wake.resolve();
    });
    // Reset by the server: `close` follows.
    this.#socket.on("error", () => {});
    this.#ended = new Promise((resolve) => this.#socket.on("close", () => resolve()));
    void this.#ended.then(() => {
      this.#isEnded = true;
      this.#wake.resolve();
    });
  }

  /** Sends a line. */
  send(line: JsonObject | string): void {
    this.#socket.write(`${typeof line === "string" ? line : JSON.stringify(line)}\n`);
  }

  /** The next line; undefined where the connection has ended. */
  async readLine(): Promise<string | undefined> {
    while (true) {
      const end = this.#text.indexOf("\n");
      if (end >= 0) {
        const line = this.#text.slice(0, end);
        this.#text = this.#text.slice(end + 1);
        return line;
      }
      if (this.#isEnded) return undefined;
      await inTime(this.#wake.promise);
      this.#wake = Promise.withResolvers();
    }
  }

  /** Sends a line and reads lines up to one of JSON with this field. */
  async ask(line: JsonObject | string, field = "status"): Promise<JsonObject> {
    this.send(line);
    return await this.readJson(field);
  }

  /** Reads lines up to one of JSON with this field. @throws Error where there is none */
  async readJson(field: string): Promise<JsonObject> {
    for (let text = await this.readLine(); text !== undefined; text = await this.readLine()) {
      const reply = text.startsWith("{") ? parseJsonObject(text) : {};
      if (field in reply) return reply;
    }
    throw new Error(`The connection ended before a line with ${field}`);
  }

  /** Closes it at once. */
  async close(): Promise<void> {
    this.#socket.destroy();
    await this.#ended;
  }
}

/** One request from an address on a connection of its own. */
export async function askFrom(
  from: string,
  address: LocalAddress,
  request: JsonObject,
): Promise<JsonObject> {
  const client = new TcpClientFrom(from, address);
  try {
    return await client.ask(request);
  } finally {
    await client.close();
  }
}
