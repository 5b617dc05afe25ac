import { type JsonObject, tryJsonObject, tryParseJson } from "../../core/json.ts";
import { Lines } from "../fuzz/lines.ts";

/** Whether processes can be kept to a core of their own, which takes two of them and `taskset`. */
export const canPin: boolean = navigator.hardwareConcurrency > 1 && await isThere("taskset");

/** The core for what is measured; undefined: any. */
export const SERVER_CPU: number | undefined = canPin ? 0 : undefined;

/** The core for what keeps it busy. */
export const LOAD_CPU: number | undefined = canPin ? 1 : undefined;

/** A program that does its work and prints a JSON object as its last line. */
export class Program {
  readonly #name: string;
  readonly #child: Deno.ChildProcess;
  readonly #lines: AsyncIterator<string>;
  readonly #writing: Promise<void>;
  #last = "";

  /** Starts `words`, the program itself first, on a core; `input` is what it reads. */
  constructor(words: readonly string[], cpu: number | undefined, input = "") {
    const [command = "", ...args] = cpu === undefined
      ? words
      : ["taskset", "-c", String(cpu), ...words];
    this.#name = words.join(" ").slice(0, 200);
    this.#child = new Deno.Command(command, { args, stdin: "piped", stdout: "piped" }).spawn();
    this.#writing = write(this.#child.stdin, input);
    this.#lines = new Lines(this.#child.stdout)[Symbol.asyncIterator]();
  }

  /** Waits until it has printed a line. @throws Error when it ends without */
  async untilLine(wanted: string): Promise<void> {
    for (let next = await this.#lines.next(); !next.done; next = await this.#lines.next()) {
      this.#last = next.value;
      if (next.value === wanted) return;
    }
    throw await this.#failure();
  }

  /** What its last line says, when it has ended. @throws Error when it fails or says nothing */
  async result(): Promise<JsonObject> {
    for (let next = await this.#lines.next(); !next.done; next = await this.#lines.next()) {
      this.#last = next.value;
    }
    await this.#writing;
    const { success } = await this.#child.status;
    const result = tryJsonObject(tryParseJson(this.#last));
    if (!success || result === undefined) throw await this.#failure();
    return result;
  }

  /** Ends it, if it has not ended. */
  async kill(): Promise<void> {
    try {
      this.#child.kill("SIGKILL");
    } catch {
      // It has ended by itself.
    }
    await this.#writing;
    await this.#child.status;
    // Reads the stream to its end, which the process has made.
    while (!(await this.#lines.next()).done);
  }

  async #failure(): Promise<Error> {
    const { code } = await this.#child.status;
    return new Error(`Cannot run ${this.#name}: it ended with ${code}`);
  }
}

async function write(stdin: WritableStream<Uint8Array>, text: string): Promise<void> {
  const writer = stdin.getWriter();
  try {
    await writer.write(new TextEncoder().encode(text));
    await writer.close();
  } catch {
    // It has ended before it read everything: its result says so.
  }
}

/** The words that run a script of this folder. */
export function scriptWords(script: string, ...args: readonly (string | number)[]): string[] {
  const path = new URL(script, import.meta.url).pathname;
  const run = [Deno.execPath(), "run", "--quiet", "--no-prompt", "--allow-all", path];
  return [...run, ...args.map(String)];
}

/** Whether the shell would find a program. */
export async function isThere(command: string): Promise<boolean> {
  const options = {
    args: ["--version"],
    stdout: "null",
    stderr: "null",
  } satisfies Deno.CommandOptions;
  try {
    return (await new Deno.Command(command, options).output()).success;
  } catch {
    // There is no such program, or none that may be run.
    return false;
  }
}

/** A number that a program's result must have. @throws Error where it has none */
export function numberOf(result: JsonObject, field: string): number {
  const value = result[field];
  if (typeof value === "number") return value;
  throw new Error(`Cannot read ${field} of ${JSON.stringify(result)}`);
}

/** Lets time pass. */
export function delay(delayMs: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, delayMs));
}
