import { assertMatch } from "@std/assert";
import { patternOf } from "./readme_commands.ts";

/** What somebody types, in capitals and first of a line; the rest is the server's. */
const TYPED = /^(?:LOGIN (?!_)|MOVE |SHOOT$|SAY |QUIT$)/;

/** After which a session has failed; far longer than one takes. */
const DEADLINE_MS = 30_000;

/** A netcat in which lines are typed, one at a time. */
export class TypedSession implements AsyncDisposable {
  readonly #child: Deno.ChildProcess;
  readonly #writer: WritableStreamDefaultWriter<Uint8Array>;
  readonly #lines: ReadableStreamDefaultReader<string>;
  readonly #deadline: ReturnType<typeof setTimeout>;
  #rest = "";

  /** Starts it: its standard input and output have to be piped. */
  constructor(command: Deno.Command) {
    this.#child = command.spawn();
    this.#writer = this.#child.stdin.getWriter();
    this.#lines = this.#child.stdout.pipeThrough(new TextDecoderStream()).getReader();
    // Who waits is then told that it has ended.
    this.#deadline = setTimeout(() => void this.#lines.cancel(), DEADLINE_MS);
  }

  /** Types what a block has to type, when all above it has come as it stands there. */
  async follow(block: string): Promise<void> {
    for (const line of block.split("\n")) {
      if (TYPED.test(line)) await this.type(line);
      else assertMatch(await this.#readLine(), patternOf(line));
    }
  }

  /** Types a line. */
  async type(line: string): Promise<void> {
    await this.#writer.write(new TextEncoder().encode(`${line}\n`));
  }

  /** All that comes until it has what is waited for. @throws Error where it ends first */
  async until(has: (all: string) => boolean): Promise<string> {
    while (!has(this.#rest)) await this.#read();
    return this.#rest;
  }

  /** Ends it, where it has not ended. */
  async [Symbol.asyncDispose](): Promise<void> {
    clearTimeout(this.#deadline);
    try {
      this.#child.kill("SIGKILL");
    } catch (error) {
      // It has ended.
      if (!(error instanceof TypeError)) throw error;
    }
    // What was typed last may find nobody.
    await this.#writer.close().catch(() => {});
    await this.#lines.cancel();
    await this.#child.status;
  }

  async #readLine(): Promise<string> {
    while (!this.#rest.includes("\n")) await this.#read();
    const end = this.#rest.indexOf("\n");
    const line = this.#rest.slice(0, end).trimEnd();
    this.#rest = this.#rest.slice(end + 1);
    return line;
  }

  async #read(): Promise<void> {
    const { done, value } = await this.#lines.read();
    if (done) throw new Error(`Cannot read on: it has ended after ${this.#rest}`);
    this.#rest += value;
  }
}
