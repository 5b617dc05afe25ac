import { assert, assertEquals, assertLess, assertStringIncludes } from "@std/assert";
import { FREE_PORTS } from "../clients/free_ports.ts";

const READY_MS_MAX = 2_000;
const CLOSE_MS_MAX = 5_000;
const STARTS_MAX = 5;

Deno.test("dev is ready in under 2 s, prints where everything is, and ends on Ctrl-C", async () => {
  const dataDir = await Deno.makeTempDir();
  const { run, table } = await startDev(dataDir);
  for (const text of ["auth           tcp", "game           udp", "| nc -w2 127.0.0.1 "]) {
    assertStringIncludes(table, text);
  }
  const endedMs = performance.now();
  // As from a terminal under a task runner: once from each.
  run.process.kill("SIGINT");
  run.process.kill("SIGINT");
  const { code } = await run.process.status;
  assertLess(performance.now() - endedMs, CLOSE_MS_MAX);
  const { output } = await run.ended();
  assertEquals(code, 0, output);
  const events = output.trim().split("\n").map((line) => JSON.parse(line));
  assertEquals(events.at(-1).event, "closed");
  assert(events.some(({ event }) => event === "port_opened"));
  await Deno.remove(dataDir, { recursive: true });
});

/** Starts it until it is ready in time: other tests may have kept both cores busy meanwhile. */
async function startDev(
  dataDir: string,
): Promise<{ readonly run: ReturnType<typeof startProcess>; readonly table: string }> {
  const tookMs: number[] = [];
  while (tookMs.length < STARTS_MAX) {
    const startedMs = performance.now();
    // Each in a folder of its own, or the second would find the first one's accounts.
    const folder = `${dataDir}/${tookMs.length}`;
    const run = startProcess("deploy/all_in_one.ts", { ...FREE_PORTS, DATA_DIR: folder });
    const table = await run.untilError("Ctrl-C ends everything.");
    tookMs.push(performance.now() - startedMs);
    if ((tookMs.at(-1) ?? Infinity) < READY_MS_MAX) return { run, table };
    run.process.kill("SIGTERM");
    await run.process.status;
    await run.ended();
  }
  throw new Error(`Cannot start dev in ${READY_MS_MAX} ms: it took ${tookMs.join(", ")} ms`);
}

Deno.test("a service alone says that nobody hears its buses, and ends on SIGTERM", async () => {
  const dataDir = await Deno.makeTempDir();
  const run = startProcess("auth/main.ts", { ...FREE_PORTS, DATA_DIR: dataDir });
  await run.untilOutput('"name":"tcp"');
  run.process.kill("SIGTERM");
  const { code } = await run.process.status;
  const { output } = await run.ended();
  assertEquals(code, 0, output);
  assertStringIncludes(output, '"event":"port_is_in_process"');
  await Deno.remove(dataDir, { recursive: true });
});

Deno.test("bad variables are all named at once, and the service ends with 2", async () => {
  const env = { GAME_UDP_PORT: "x", GAME_TICK_RATE: "1000", LOG_LEVEL: "LOUD", NATS_URL: "there" };
  const run = startProcess("game/main.ts", env);
  const { code } = await run.process.status;
  const { error } = await run.ended();
  assertEquals(code, 2);
  assertEquals(error.trim().split("\n"), [
    'Cannot read GAME_UDP_PORT: must be 0..65535, is "x"',
    'Cannot read GAME_TICK_RATE: must be 10..60, is "1000"',
    'Cannot read LOG_LEVEL: must be one of DEBUG, INFO, WARN, ERROR, is "LOUD"',
    'Cannot read NATS_URL: must be nats://user:password@host:port, or tls:// for TLS, is "there"',
  ]);
});

Deno.test("a port that is taken is named, and the service ends with 1", async () => {
  using taken = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const dataDir = await Deno.makeTempDir();
  const run = startProcess("auth/main.ts", {
    ...FREE_PORTS,
    DATA_DIR: dataDir,
    LISTEN_HOST: "127.0.0.1",
    AUTH_TCP_PORT: String(taken.addr.port),
  });
  const { code } = await run.process.status;
  const { error } = await run.ended();
  assertEquals(code, 1);
  assertStringIncludes(error, "Cannot start");
  assertStringIncludes(error, String(taken.addr.port));
  await Deno.remove(dataDir, { recursive: true });
});

interface TestProcess {
  readonly process: Deno.ChildProcess;
  /** What was written to standard output until it held `text`. */
  untilOutput(text: string): Promise<string>;
  untilError(text: string): Promise<string>;
  /** All that was written; to be called once it has ended. */
  ended(): Promise<{ output: string; error: string }>;
}

function startProcess(main: string, env: Readonly<Record<string, string>>): TestProcess {
  const process = new Deno.Command(Deno.execPath(), {
    args: ["run", "--quiet", "--no-prompt", "--allow-all", main],
    env: { ...env },
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  const output = new TextCollector(process.stdout);
  const error = new TextCollector(process.stderr);
  return {
    process,
    untilOutput: (text) => output.until(text),
    untilError: (text) => error.until(text),
    ended: async () => ({ output: await output.all(), error: await error.all() }),
  };
}

class TextCollector {
  readonly #done: Promise<void>;
  #text = "";
  #onText: () => void = () => {};

  constructor(stream: ReadableStream<Uint8Array>) {
    this.#done = this.#collect(stream);
  }

  async until(text: string): Promise<string> {
    while (!this.#text.includes(text)) {
      const more = Promise.withResolvers<"more">();
      this.#onText = () => more.resolve("more");
      const what = await Promise.race([more.promise, this.#done.then(() => "ended" as const)]);
      if (what === "ended" && !this.#text.includes(text)) {
        throw new Error(`Cannot find ${text} in: ${this.#text}`);
      }
    }
    return this.#text;
  }

  async all(): Promise<string> {
    await this.#done;
    return this.#text;
  }

  async #collect(stream: ReadableStream<Uint8Array>): Promise<void> {
    for await (const text of stream.pipeThrough(new TextDecoderStream())) {
      this.#text += text;
      this.#onText();
    }
  }
}
