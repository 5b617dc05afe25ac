import type { JsonObject } from "../../core/json.ts";
import { parseJsonObject } from "../clients/json_fields.ts";
import { Mailbox } from "../clients/mailbox.ts";

/** How long services may take to start on real brokers, in milliseconds. */
const START_MS = 60_000;
const LOG_LINES_MAX = 10_000;

/** A process whose standard output is a log of JSON lines. */
export class LoggedProcess implements AsyncDisposable {
  readonly #child: Deno.ChildProcess;
  readonly #events = new Mailbox<JsonObject>(LOG_LINES_MAX);
  readonly #logged: Promise<void>;
  readonly #errorText: Promise<string>;

  /** Starts it: the command's standard output and error have to be piped. */
  constructor(command: Deno.Command) {
    this.#child = command.spawn();
    this.#logged = this.#readLog(this.#child.stdout);
    this.#errorText = new Response(this.#child.stderr).text();
  }

  /** The next event in its log that has these fields. @throws Error when none comes in time */
  event(fields: JsonObject): Promise<JsonObject> {
    return this.#events.take({
      what: `the event ${JSON.stringify(fields)}`,
      matches: (event) => Object.entries(fields).every(([name, value]) => event[name] === value),
      deadlineMs: START_MS,
    });
  }

  /** Where a service listens. */
  async address(
    service: string,
    name: string,
  ): Promise<{ readonly hostname: string; readonly port: number }> {
    const { address } = await this.event({ event: "listening", service, name });
    const [hostname = "", port] = String(address).split(":");
    return { hostname, port: Number(port) };
  }

  /** Asks it to end as Ctrl-C does. */
  interrupt(): void {
    this.#child.kill("SIGINT");
  }

  /** Its exit code and what it wrote to standard error, once it has ended. */
  async ended(): Promise<{ readonly code: number; readonly errorText: string }> {
    const { code } = await this.#child.status;
    await this.#logged;
    return { code, errorText: await this.#errorText };
  }

  /** Ends it, where it has not ended. */
  async [Symbol.asyncDispose](): Promise<void> {
    try {
      this.#child.kill("SIGKILL");
    } catch (error) {
      // It has ended.
      if (!(error instanceof TypeError)) throw error;
    }
    await this.ended();
  }

  async #readLog(stream: ReadableStream<Uint8Array<ArrayBuffer>>): Promise<void> {
    let rest = "";
    for await (const text of stream.pipeThrough(new TextDecoderStream())) {
      const lines = (rest + text).split("\n");
      rest = lines.pop() ?? "";
      for (const line of lines) this.#events.push(parseJsonObject(line));
    }
    this.#events.end(new Error(`it has ended, and said: ${await this.#errorText}`));
  }
}
