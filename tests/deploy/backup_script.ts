import { ROOT } from "./compose_file.ts";

/** How a script ended. */
export interface ScriptResult {
  /** Its exit code. */
  readonly code: number;
  /** What it said on standard output. */
  readonly output: string;
  /** What it said on standard error. */
  readonly error: string;
}

/** Runs a script of `deploy/`, such as `redis/backup.sh`, with nothing in its environment but `env`. */
export async function runScript(
  path: string,
  options: {
    readonly args?: readonly string[];
    readonly env: Readonly<Record<string, string>>;
    readonly owner?: { readonly uid: number; readonly gid: number } | undefined;
  },
): Promise<ScriptResult> {
  const { code, stdout, stderr } = await new Deno.Command("sh", {
    args: [new URL(`deploy/${path}`, ROOT).pathname, ...options.args ?? []],
    clearEnv: true,
    env: { PATH: Deno.env.get("PATH") ?? "", ...options.env },
    ...options.owner,
    cwd: "/",
  }).output();
  const decoder = new TextDecoder();
  return {
    code,
    output: decoder.decode(stdout).trim(),
    error: decoder.decode(stderr).trim(),
  };
}
