/** What a service can be asked besides running. */
export const COMMANDS = [
  ["--health", "ask the one that runs here whether it is ready; exit code 0 or 1"],
  ["--check-config", "read all variables and say what is wrong; exit code 0 or 2"],
  ["--version", "say which version this is"],
  ["--help", "say this"],
] as const;

/** One of {@linkcode COMMANDS}. */
export type CommandFlag = typeof COMMANDS[number][0];

/** What the arguments of a service ask for. */
export type CommandLine =
  | { readonly kind: "run" }
  | { readonly kind: "command"; readonly flag: CommandFlag }
  | { readonly kind: "unknown"; readonly argument: string };

/** Reads the arguments of a service: nothing, or one of {@linkcode COMMANDS}. */
export function parseCommandLine(args: readonly string[]): CommandLine {
  const [first, second] = args;
  if (first === undefined) return { kind: "run" };
  const flag = COMMANDS.find(([name]) => name === first)?.[0];
  if (flag === undefined) return { kind: "unknown", argument: first };
  return second === undefined ? { kind: "command", flag } : { kind: "unknown", argument: second };
}
