import { assert } from "@std/assert";
import { parseJsonObject } from "./json_fields.ts";

/** What a replay in a process of its own came to. */
export interface ReplayOutcome {
  /** 0: all hashes equal; 1: one differs; 2: incomplete. */
  readonly code: number;
  /** Standard output. */
  readonly output: string;
  /** Standard error. */
  readonly error: string;
}

const ROOT = new URL("../../", import.meta.url);

/**
 * Runs what `deno task replay` runs, with no more permissions than the task has, but for the folder: the
 * task may read `./data` alone.
 */
export async function runReplay(
  args: readonly string[],
  options: { readonly dataDir: string; readonly env?: Readonly<Record<string, string>> },
): Promise<ReplayOutcome> {
  const { dataDir, env } = options;
  const tasks = parseJsonObject(await Deno.readTextFile(new URL("deno.json", ROOT))).tasks;
  const command = /"replay":.*?"command":"deno (run [^"]*)"/.exec(JSON.stringify(tasks))?.[1];
  assert(command !== undefined, "there is no task replay");
  const flags = command.replaceAll("./data", dataDir).split(" ");
  const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: [...flags, ...args],
    cwd: ROOT,
    env: { DATA_DIR: dataDir, NO_COLOR: "1", ...env },
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
  }).output();
  const decoder = new TextDecoder();
  return { code, output: decoder.decode(stdout), error: decoder.decode(stderr) };
}
