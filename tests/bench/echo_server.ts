import { tryJsonObject, tryParseJson } from "../../core/json.ts";
import { Lines } from "../fuzz/lines.ts";
import { SERVER_CPU } from "./program.ts";

/** USER_HZ, in which Linux counts processor time for programs. */
const CLOCK_TICKS_PER_SECOND = 100;

/** A program that sends datagrams back and says `{"port":…}` first, on the core for what is measured. */
export class EchoServer {
  /** On 127.0.0.1. */
  readonly port: number;
  readonly #child: Deno.ChildProcess;

  private constructor(child: Deno.ChildProcess, port: number) {
    this.#child = child;
    this.port = port;
  }

  /** Starts a program, its words the program first. @throws Error when it does not say its port */
  static async start(words: readonly string[]): Promise<EchoServer> {
    const [command = "", ...args] = SERVER_CPU === undefined
      ? words
      : ["taskset", "-c", String(SERVER_CPU), ...words];
    const options = { args, stdin: "piped", stdout: "piped" } satisfies Deno.CommandOptions;
    const child = new Deno.Command(command, options).spawn();
    for await (const line of new Lines(child.stdout)) {
      const port = tryJsonObject(tryParseJson(line))?.port;
      if (typeof port === "number") return new EchoServer(child, port);
    }
    throw new Error(`Cannot run ${words.join(" ")}: it does not listen`);
  }

  /** Seconds of processor time of all its threads, the system's for them too; NaN outside Linux. */
  async cpuSeconds(): Promise<number> {
    if (Deno.build.os !== "linux") return NaN;
    const stat = await Deno.readTextFile(`/proc/${this.#child.pid}/stat`);
    // proc_pid_stat(5): utime and stime are fields 14 and 15, the first after the name is field 3.
    const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    return (Number(fields[11]) + Number(fields[12])) / CLOCK_TICKS_PER_SECOND;
  }

  /** Ends it at once. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.#child.stdin.close();
    try {
      this.#child.kill("SIGKILL");
    } catch {
      // It has ended by itself.
    }
    await this.#child.status;
  }
}
