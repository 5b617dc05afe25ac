import { tryJsonObject } from "../../core/json.ts";
import { objectAt, parseJsonObject, textAt } from "../clients/json_fields.ts";

/** The root of the repository, where tasks run. */
export const ROOT = new URL("../../", import.meta.url);

const PROBE = "./tests/permissions/probe.ts";

/** The words of a task's command as deno.json has it. @throws Error where it is no `deno run` */
export async function readTaskWords(task: string): Promise<string[]> {
  const config = parseJsonObject(await Deno.readTextFile(new URL("deno.json", ROOT)));
  const words = textAt(objectAt(objectAt(config, "tasks"), task), "command").split(" ");
  if (words[0] !== "deno" || words[1] !== "run") throw new Error(`${task} is no \`deno run\``);
  return words.slice(2);
}

/** The names of the tasks that run services and operators' commands with rights of their own. */
export async function readLimitedTasks(): Promise<string[]> {
  const config = parseJsonObject(await Deno.readTextFile(new URL("deno.json", ROOT)));
  return Object.entries(objectAt(config, "tasks")).flatMap(([name, task]) => {
    const command = tryJsonObject(task)?.command;
    return typeof command === "string" && command.includes("--ignore-env") ? [name] : [];
  });
}

/** A run of Deno with a probe loaded before the script, its output piped. */
export function probedCommand(
  words: readonly string[],
  env: Readonly<Record<string, string>>,
): Deno.Command {
  return new Deno.Command(Deno.execPath(), {
    args: ["run", "--quiet", `--preload=${PROBE}`, ...words],
    cwd: ROOT,
    env: { NO_COLOR: "1", ...env },
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
  });
}
