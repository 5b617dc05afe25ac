import { tryJsonObject, tryParseJson } from "../../core/json.ts";
import { collectGarbage } from "./inspector.ts";
import { Lines } from "./lines.ts";
import { parseMetrics } from "./metrics_text.ts";
import { type ServiceCommand, serviceCommand } from "./service_command.ts";

const START_DEADLINE_MS = 20_000;
const STOP_DEADLINE_MS = 10_000;
const REQUEST_DEADLINE_MS = 10_000;
/** USER_HZ, in which Linux counts processor time for programs. */
const CLOCK_TICKS_PER_SECOND = 100;
/** Log lines of a process that are kept for a message; older ones are forgotten. */
const LOG_LINES_MAX = 1_000;

/** How a service is run, and when it has started. */
export interface ServiceProcessOptions extends ServiceCommand {
  /** What it listens on, each as `<service> <name>`; it has started when all are logged. */
  readonly awaited: readonly string[];
  /** How long that may take, in milliseconds; 20 s by default. */
  readonly startMsMax?: number;
}

/** Where something listens. */
export interface Address {
  /** An IP address. */
  readonly hostname: string;
  /** Never 0. */
  readonly port: number;
}

/** A service in a process of its own, known by what it logs and by its metrics. */
export class ServiceProcess {
  readonly #child: Deno.ChildProcess;
  readonly #addresses = new Map<string, Address>();
  readonly #logLines: string[] = [];
  readonly #errorLines: string[] = [];
  readonly #started = Promise.withResolvers<void>();
  readonly #readers: Promise<void>;
  #inspectorUrl: string | undefined;

  private constructor(child: Deno.ChildProcess, awaited: readonly string[]) {
    this.#child = child;
    this.#readers = Promise.all([
      this.#readLog(child.stdout, awaited),
      this.#readStderr(child.stderr),
    ]).then(() => {});
  }

  /** Starts a process and waits until it listens. @throws Error when it does not in time */
  static async start(options: ServiceProcessOptions): Promise<ServiceProcess> {
    const child = serviceCommand(options).spawn();
    const running = new ServiceProcess(child, options.awaited);
    const died = child.status.then(({ code }) => `it ended with ${code}`);
    const late = deadline(options.startMsMax ?? START_DEADLINE_MS);
    const trouble = await Promise.race([
      running.#started.promise.then(() => undefined),
      died,
      late.due.then(() => "it does not listen in time"),
    ]);
    late.cancel();
    if (trouble === undefined) return running;
    await running.kill();
    throw new Error(`Cannot run ${options.script}: ${trouble}\n${running.#logLines.join("\n")}`);
  }

  /** Where it listens. @throws Error for what it never said */
  address(service: string, name: string): Address {
    const address = this.#addresses.get(`${service} ${name}`);
    if (address === undefined) throw new Error(`Cannot reach ${service} ${name}: not listening`);
    return address;
  }

  /** The process. */
  get pid(): number {
    return this.#child.pid;
  }

  /** What it logged at error level or beyond, or could not log at all. */
  get errorLines(): readonly string[] {
    return this.#errorLines;
  }

  /** What it wrote last, oldest first, at most {@linkcode LOG_LINES_MAX} lines. */
  get logLines(): readonly string[] {
    return this.#logLines;
  }

  /** The metrics of one of its services, each by its name with its labels as Prometheus writes them. */
  async metrics(service: string): Promise<ReadonlyMap<string, number>> {
    const { hostname, port } = this.address(service, "ops");
    const signal = AbortSignal.timeout(REQUEST_DEADLINE_MS);
    const response = await fetch(`http://${hostname}:${port}/metrics`, { signal });
    return parseMetrics(await response.text());
  }

  /** Has V8 throw away everything that is not in use; gives the bytes of its heap that are then. */
  async collectGarbage(): Promise<number> {
    if (this.#inspectorUrl === undefined) throw new Error("Cannot collect garbage: no inspector");
    return await collectGarbage(this.#inspectorUrl);
  }

  /** Bytes of memory that it occupies, or undefined where the system does not say. */
  async residentBytes(): Promise<number | undefined> {
    if (Deno.build.os !== "linux") return undefined;
    const status = await Deno.readTextFile(`/proc/${this.pid}/status`);
    return Number(/^VmRSS:\s+(\d+) kB$/m.exec(status)?.[1]) * 1_024;
  }

  /**
   * Seconds of processor time that all its threads have had, in the system and outside, or undefined
   * where the system does not say.
   */
  async cpuSeconds(): Promise<number | undefined> {
    if (Deno.build.os !== "linux") return undefined;
    const stat = await Deno.readTextFile(`/proc/${this.pid}/stat`);
    // proc_pid_stat(5): utime and stime are fields 14 and 15, the first after the name is field 3.
    const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    return (Number(fields[11]) + Number(fields[12])) / CLOCK_TICKS_PER_SECOND;
  }

  /** Asks it to end, and gives its exit code. */
  async stop(): Promise<number> {
    this.#child.kill("SIGTERM");
    const late = deadline(STOP_DEADLINE_MS);
    const code = await Promise.race([
      this.#child.status.then((status) => status.code),
      late.due.then(() => undefined),
    ]);
    late.cancel();
    if (code === undefined) {
      await this.kill();
      throw new Error("Cannot stop a service: it does not end in time");
    }
    await this.#readers;
    return code;
  }

  /** Ends it at once, if it has not ended. */
  async kill(): Promise<void> {
    try {
      this.#child.kill("SIGKILL");
    } catch {
      // It has ended by itself.
    }
    await this.#child.status;
    await this.#readers;
  }

  /** At the end of the scope that uses it. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.kill();
  }

  async #readLog(stdout: ReadableStream<Uint8Array>, awaited: readonly string[]): Promise<void> {
    for await (const line of new Lines(stdout)) {
      this.#keep(line);
      const entry = tryJsonObject(tryParseJson(line)) ?? {};
      const { level, service, event, name, address } = entry;
      if (level !== "INFO" && level !== "WARN") this.#errorLines.push(line);
      if (event !== "listening" || typeof address !== "string") continue;
      const colon = address.lastIndexOf(":");
      const hostname = address.slice(0, colon);
      this.#addresses.set(`${service} ${name}`, {
        hostname,
        port: Number(address.slice(colon + 1)),
      });
      if (awaited.every((key) => this.#addresses.has(key))) this.#started.resolve();
    }
  }

  async #readStderr(stderr: ReadableStream<Uint8Array>): Promise<void> {
    for await (const line of new Lines(stderr)) {
      this.#keep(line);
      this.#inspectorUrl ??= /^Debugger listening on (ws:\S+)/.exec(line)?.[1];
      if (/\bpanicked\b|^error: |Uncaught/.test(line)) this.#errorLines.push(line);
    }
  }

  #keep(line: string): void {
    this.#logLines.push(line);
    if (this.#logLines.length > LOG_LINES_MAX) this.#logLines.shift();
  }
}

function deadline(delayMs: number): { readonly due: Promise<void>; cancel(): void } {
  const { promise, resolve } = Promise.withResolvers<void>();
  const id = setTimeout(resolve, delayMs);
  return { due: promise, cancel: () => clearTimeout(id) };
}
