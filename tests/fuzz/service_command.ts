/** How a service is run as a process of its own. */
export interface ServiceCommand {
  /** From the root of the repository, such as `game/main.ts`. */
  readonly script: string;
  /** What the script is given; nothing by default. */
  readonly args?: readonly string[];
  /** Environment variables beside those of this process. */
  readonly env?: Readonly<Record<string, string>>;
  /** Flags for `deno run`; all permissions by default. */
  readonly flags?: readonly string[];
  /** The core that it is pinned to, with `taskset`; undefined: any. */
  readonly cpu?: number;
  /** Opens V8's inspector, through which garbage can be collected. */
  readonly collectable?: boolean;
}

/** The command that runs a script of this repository, its output piped. */
export function serviceCommand(options: ServiceCommand): Deno.Command {
  const { script, args = [], env = {}, flags = ["--allow-all"], cpu, collectable } = options;
  // Quiet, it would not say where its inspector is.
  const inspect = collectable ? ["--inspect=127.0.0.1:0"] : ["--quiet"];
  const path = new URL(`../../${script}`, import.meta.url).pathname;
  const run = ["run", "--no-prompt", ...inspect, ...flags, path, ...args];
  const pinned = cpu === undefined ? [] : ["-c", String(cpu), Deno.execPath()];
  return new Deno.Command(cpu === undefined ? Deno.execPath() : "taskset", {
    args: [...pinned, ...run],
    env: { ...env, NO_COLOR: "1" },
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
  });
}
