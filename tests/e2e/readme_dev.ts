import { type Address, ServiceProcess } from "../fuzz/service_process.ts";
import { readTaskWords } from "../permissions/task_command.ts";
import { ROOT } from "./readme_commands.ts";

/** The ports of README's `deno task dev`, and what listens there. */
const PORTS: ReadonlyMap<number, readonly [service: string, name: string]> = new Map([
  [8888, ["auth", "tcp"]],
  [9999, ["game", "udp"]],
  [8889, ["game", "tcp"]],
  [8080, ["gateway", "http"]],
  [8081, ["matchmaker", "http"]],
  [8090, ["status-worker", "http"]],
]);

/** How long a guest may be silent, so that a netcat ends soon. */
const SILENCE_MS = "500";
const NAMES = [
  "AUTH_TCP",
  "GAME_UDP",
  "GAME_TCP",
  "GATEWAY_HTTP",
  "MATCHMAKER_HTTP",
  "STATUS_HTTP",
];
const OPS_NAMES = ["AUTH_OPS", "GAME_OPS", "GATEWAY_OPS", "MATCHMAKER_OPS", "STATUS_OPS"];

/** What README's commands are run beside: dev with the rights of its task, on ports that are free. */
export class ReadmeDev implements AsyncDisposable {
  readonly #process: ServiceProcess;
  readonly #env: Readonly<Record<string, string>>;

  private constructor(process: ServiceProcess, env: Readonly<Record<string, string>>) {
    this.#process = process;
    this.#env = env;
  }

  /** Starts it, with data of its own. */
  static async start(): Promise<ReadmeDev> {
    // Tasks may write there and nowhere else.
    const env = { DATA_DIR: `data/readme-${crypto.randomUUID()}` };
    const words = await readTaskWords("dev");
    const ports = [...NAMES, ...OPS_NAMES].map((name) => [`${name}_PORT`, "0"]);
    const process = await ServiceProcess.start({
      script: words.at(-1) ?? "",
      flags: words.slice(0, -1),
      env: { ...env, ...Object.fromEntries(ports), GAME_SILENCE_MS: SILENCE_MS },
      awaited: [...PORTS.values()].map((what) => what.join(" ")),
    });
    return new ReadmeDev(process, env);
  }

  /** A command of the README, for where things listen here. */
  translate(command: string): string {
    return command.replaceAll(
      /(127\.0\.0\.1[: ])(\d+)/g,
      (_, host, port) => `${host}${this.portOf(Number(port))}`,
    );
  }

  /** Where that listens here which the README has at this port. @throws Error for one that it does not have */
  portOf(port: number): number {
    return this.#at(port).port;
  }

  /** Runs a command of the README in the repository, and gives what it wrote to standard output. */
  async run(command: string): Promise<{ readonly code: number; readonly output: string }> {
    const { code, stdout } = await this.command(command, "null").output();
    return { code, output: new TextDecoder().decode(stdout).trim() };
  }

  /** A command of the README, to be started; its `deno` is the one that runs the tests. */
  command(command: string, stdin: "null" | "piped"): Deno.Command {
    const real = this.translate(command).replace(/^deno /, `"$DENO" `);
    return new Deno.Command("sh", {
      args: ["-c", real],
      cwd: ROOT,
      env: { ...this.#env, DENO: Deno.execPath(), NO_COLOR: "1" },
      stdin,
      stdout: "piped",
      stderr: "null",
    });
  }

  /** Ends it and removes what it kept. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.#process.stop();
    await Deno.remove(new URL(this.#env.DATA_DIR ?? "", ROOT), { recursive: true });
  }

  #at(port: number): Address {
    const [service, name] = PORTS.get(port) ?? [];
    if (service === undefined || name === undefined) throw new Error(`Cannot find port ${port}`);
    return this.#process.address(service, name);
  }
}
