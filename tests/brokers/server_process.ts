import { eventually, inTime } from "../contract/eventually.ts";

/** How a {@linkcode ServerProcess} is started. */
export interface ServerProcessOptions {
  /** The program. */
  readonly command: string;
  /** Its arguments. */
  readonly args: readonly string[];
  /** Whom it runs as, where we may choose. */
  readonly owner: ProcessOwner | undefined;
  /** What it says on standard error once it can be used. */
  readonly readyPattern: RegExp;
}

/** A user of this machine. */
export interface ProcessOwner {
  /** Its number. */
  readonly uid: number;
  /** Its group's number. */
  readonly gid: number;
}

/** What a server may say before it is ready, in UTF-16 units. */
const LOG_LENGTH_MAX = 1_000_000;
/** Until it is ready, in milliseconds, also where everything else wants the same cores. */
const START_MS_MAX = 60_000;

/** A server that a test started, and its children: it can be killed or stopped with all of them. */
export class ServerProcess {
  readonly #child: Deno.ChildProcess;
  readonly #drained: Promise<void>;

  private constructor(child: Deno.ChildProcess, drained: Promise<void>) {
    this.#child = child;
    this.#drained = drained;
  }

  /** Starts a server and waits until it is ready. @throws Error with what it said, where it ends first */
  static async start(options: ServerProcessOptions): Promise<ServerProcess> {
    const child = new Deno.Command(options.command, {
      args: [...options.args],
      ...options.owner,
      stdin: "null",
      stdout: "null",
      stderr: "piped",
    }).spawn();
    const ready = Promise.withResolvers<void>();
    let text = "";
    const drained = drain(child.stderr, (part) => {
      if (text.length < LOG_LENGTH_MAX) text += part;
      if (options.readyPattern.test(text)) ready.resolve();
    });
    drained.then(() => ready.reject(new Error(`Cannot start ${options.command}: ${text}`)));
    const server = new ServerProcess(child, drained);
    try {
      await inTime(ready.promise, START_MS_MAX);
    } catch (error) {
      await server.kill();
      throw error;
    }
    return server;
  }

  /** Ends it at once, as a crash would, and waits until nothing of it is left. */
  async kill(): Promise<void> {
    const pids = await this.#pids();
    for (const pid of pids) signal(pid, "SIGKILL");
    await this.#child.status;
    await this.#drained;
    // Orphans are somebody else's children now.
    await eventually(() => {
      const left = pids.filter((pid) => pid !== this.#child.pid && isThere(pid));
      if (left.length > 0) throw new Error(`Cannot see the end of ${left.join(", ")}`);
    });
  }

  /** Stops it in the middle of whatever it does: it accepts and never answers. */
  async freeze(): Promise<void> {
    for (const pid of await this.#pids()) signal(pid, "SIGSTOP");
  }

  /** It goes on. */
  async thaw(): Promise<void> {
    for (const pid of await this.#pids()) signal(pid, "SIGCONT");
  }

  async #pids(): Promise<number[]> {
    const { pid } = this.#child;
    try {
      const children = await Deno.readTextFile(`/proc/${pid}/task/${pid}/children`);
      return [pid, ...children.split(" ").map(Number).filter((child) => child > 0)];
    } catch (error) {
      // It has ended, or this is no Linux.
      if (error instanceof Deno.errors.NotFound) return [pid];
      throw error;
    }
  }
}

/** The user of that name, where we may become it; undefined where we are not root or there is none. */
export async function findProcessOwner(name: string): Promise<ProcessOwner | undefined> {
  if (Deno.uid() !== 0) return undefined;
  const line = (await Deno.readTextFile("/etc/passwd")).split("\n")
    .find((line) => line.startsWith(`${name}:`));
  const [, , uid, gid] = line?.split(":") ?? [];
  return uid === undefined || gid === undefined
    ? undefined
    : { uid: Number(uid), gid: Number(gid) };
}

async function drain(
  stream: ReadableStream<Uint8Array<ArrayBuffer>>,
  onText: (text: string) => void,
): Promise<void> {
  for await (const part of stream.pipeThrough(new TextDecoderStream())) onText(part);
}

function signal(pid: number, name: Deno.Signal): void {
  try {
    Deno.kill(pid, name);
  } catch (error) {
    // It ended by itself meanwhile.
    if (!(error instanceof Deno.errors.NotFound) && !(error instanceof TypeError)) throw error;
  }
}

function isThere(pid: number): boolean {
  try {
    return !/^State:\s*Z/m.test(Deno.readTextFileSync(`/proc/${pid}/status`));
  } catch {
    // Whatever cannot be read is gone.
    return false;
  }
}
