import { tryJsonObject, tryParseJson } from "../core/json.ts";

/** A service as an executable: what its task in deno.json says of it. */
export interface ServiceTarget {
  /** Names the task and the executable. */
  readonly name: string;
  /** The entrypoint, from the root of the repository. */
  readonly main: string;
  /** The variables that it may read, as `--allow-env` has them. */
  readonly variables: string;
  /** The paths of the libraries that it may load, as `--allow-ffi` has them; undefined: none. */
  readonly libraries: string | undefined;
}

/** Every service, in the order in which they are compiled. */
export const SERVICES = ["auth", "game", "gateway", "matchmaker", "status-worker"] as const;

/** Where packages come from, and the only place from which code may be loaded. */
export const CODE_HOST = "jsr.io:443";

/** Where data may be, as flags have it: beside the executable, or a container's volume. */
export const DATA_FOLDERS = "./data,/data";

/**
 * Reads a service's task, so that task and executable cannot come apart.
 *
 * @param denoJson the text of deno.json
 * @throws Error where there is no such task, or it is no `deno run` with variables of its own
 */
export function parseServiceTarget(denoJson: string, name: string): ServiceTarget {
  const tasks = tryJsonObject(tryJsonObject(tryParseJson(denoJson))?.tasks);
  const command = tryJsonObject(tasks?.[name])?.command;
  const words = typeof command === "string" ? command.split(" ") : [];
  const valueOf = (flag: string): string | undefined =>
    words.find((word) => word.startsWith(`${flag}=`))?.slice(flag.length + 1);
  const [main, variables] = [words.at(-1), valueOf("--allow-env")];
  const isRun = words[0] === "deno" && words[1] === "run" && words.includes("--ignore-env");
  if (!isRun || main?.endsWith("/main.ts") !== true || variables === undefined) {
    throw new Error(`Cannot read the task ${name} in deno.json: is ${JSON.stringify(command)}`);
  }
  return { name, main, variables, libraries: valueOf("--allow-ffi") };
}

/**
 * The rights of an executable: its task's, but that brokers and databases are wherever their addresses
 * say, that data may be in {@linkcode DATA_FOLDERS}, and that its sources, which it carries, need not be
 * read.
 *
 * @param options `read`: folders that it may read besides, for one that does not carry its sources
 */
export function toPermissionFlags(
  target: ServiceTarget,
  options: { readonly read?: readonly string[] } = {},
): string[] {
  const { variables, libraries } = target;
  return [
    "--no-prompt",
    "--allow-net",
    `--allow-read=${[DATA_FOLDERS, ...options.read ?? []].join(",")}`,
    `--allow-write=${DATA_FOLDERS}`,
    `--allow-env=${variables}`,
    ...libraries === undefined ? [] : [`--allow-ffi=${libraries}`],
    // `--deny-import` alone would leave Deno's list of hosts, so that list is replaced by the one host that
    // compiling may need.
    `--allow-import=${CODE_HOST}`,
    // Clients of brokers look for variables of their own, which shall have no effect.
    "--ignore-env",
  ];
}
