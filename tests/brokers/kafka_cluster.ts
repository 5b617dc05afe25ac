import { inTime } from "../contract/eventually.ts";
import { KafkaRelay } from "./kafka_relay.ts";

const BROKER_COUNT = 3;

/**
 * A Kafka cluster without Java: the mock cluster of librdkafka, which Debian's `kcat` runs, behind a
 * {@linkcode KafkaRelay}. Its topics have four partitions, are made when they are first named, and are
 * lost when the process ends. It knows no CreateTopics, SASL or TLS, and does not check sequence numbers.
 */
export class KafkaCluster {
  readonly #relay: KafkaRelay;
  #process: MockProcess;

  private constructor(process: MockProcess) {
    this.#process = process;
    this.#relay = new KafkaRelay(process.ports);
  }

  /** Starts a cluster. @throws Error where `kcat` is not there or does not start one */
  static async start(): Promise<KafkaCluster> {
    return new KafkaCluster(await startMock());
  }

  /** Where clients connect: `host:port,…`, the same for the cluster's whole life. */
  get bootstrapServers(): string {
    return toServers(this.#relay.ports);
  }

  /** Where the brokers themselves listen, out of reach of `cut`; changed by `replace`. */
  get directServers(): string {
    return toServers(this.#process.ports);
  }

  /** Resets all connections, and refuses new ones until `mend`: the brokers are gone. */
  cut(): void {
    this.#relay.cut();
  }

  /** The brokers are back, with all that they had. */
  mend(): void {
    this.#relay.mend();
  }

  /** Stops the brokers in the middle of whatever they do: they accept and never answer. */
  freeze(): void {
    this.#process.child.kill("SIGSTOP");
  }

  /** The brokers go on, with what was sent to them meanwhile. */
  thaw(): void {
    this.#process.child.kill("SIGCONT");
  }

  /** Kills the brokers, waits for `whileDown`, and puts new and empty ones in their place. */
  async replace(whileDown: () => Promise<void>): Promise<void> {
    this.#relay.cut();
    await endMock(this.#process);
    await whileDown();
    this.#process = await startMock();
    this.#relay.mend(this.#process.ports);
  }

  /** Ends the brokers without waiting, for a process that ends itself. */
  kill(): void {
    this.#process.child.kill("SIGKILL");
  }

  /** Ends the cluster. */
  async close(): Promise<void> {
    await this.#relay.close();
    await endMock(this.#process);
  }
}

interface MockProcess {
  readonly child: Deno.ChildProcess;
  readonly ports: readonly number[];
  /** Settles when all that it says has been read. */
  readonly drained: Promise<void>;
}

/** What can be said against starting a cluster here; undefined where nothing can. */
export async function whyNoKafkaCluster(): Promise<string | undefined> {
  try {
    await new Deno.Command("kcat", { args: ["-V"], stdout: "null", stderr: "null" }).output();
    return undefined;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return "kcat is not installed";
    throw error;
  }
}

/** What `kcat` reads from a topic, to its end: a line for each event, in kcat's `format`. */
export async function readWithKcat(
  servers: string,
  options: { readonly topic: string; readonly format: string },
): Promise<string[]> {
  const { topic, format } = options;
  const command = new Deno.Command("kcat", {
    args: ["-C", "-e", "-q", "-b", servers, "-t", topic, "-o", "beginning", "-f", format],
    stderr: "piped",
  });
  const { code, stdout, stderr } = await command.output();
  const decoder = new TextDecoder();
  if (code !== 0) throw new Error(`Cannot read with kcat: ${decoder.decode(stderr)}`);
  return decoder.decode(stdout).split("\n").filter((line) => line !== "");
}

/** Has `kcat` write to a topic: each line is a key, a colon and a value, which is null where it is empty. */
export async function writeWithKcat(
  servers: string,
  options: { readonly topic: string; readonly lines: readonly string[] },
): Promise<void> {
  const child = new Deno.Command("kcat", {
    args: ["-P", "-q", "-b", servers, "-t", options.topic, "-K", ":", "-Z"],
    stdin: "piped",
    stdout: "null",
    stderr: "piped",
  }).spawn();
  const writer = child.stdin.getWriter();
  await writer.write(new TextEncoder().encode(`${options.lines.join("\n")}\n`));
  await writer.close();
  const { code, stderr } = await child.output();
  if (code !== 0) throw new Error(`Cannot write with kcat: ${new TextDecoder().decode(stderr)}`);
}

async function startMock(): Promise<MockProcess> {
  // It reads what to produce from its standard input, which stays open and empty.
  const child = new Deno.Command("kcat", {
    args: ["-X", `test.mock.num.brokers=${BROKER_COUNT}`, "-b", "mock", "-P", "-t", "boot"],
    stdin: "piped",
    stdout: "null",
    stderr: "piped",
  }).spawn();
  const found = Promise.withResolvers<readonly number[]>();
  const drained = drain(child.stderr, (text) => {
    const servers = /replaced with ([\d.:,]+)\s/.exec(text)?.[1];
    if (servers === undefined) return;
    found.resolve(servers.split(",").map((server) => Number(server.split(":")[1])));
  });
  drained.then(() => found.reject(new Error("Cannot start a Kafka cluster: kcat ended")));
  const ports = await inTime(found.promise);
  return { child, ports, drained };
}

async function drain(
  stream: ReadableStream<Uint8Array<ArrayBuffer>>,
  onText: (text: string) => void,
): Promise<void> {
  let text = "";
  for await (const part of stream.pipeThrough(new TextDecoderStream())) {
    // The addresses come first.
    if (text.length < 65_536) onText(text += part);
  }
}

async function endMock({ child, drained }: MockProcess): Promise<void> {
  // SIGTERM would have to wait until a stopped process goes on.
  child.kill("SIGKILL");
  await child.stdin.close().catch(() => {
    // The pipe broke with the process.
  });
  await child.status;
  await drained;
}

function toServers(ports: readonly number[]): string {
  return ports.map((port) => `127.0.0.1:${port}`).join(",");
}
