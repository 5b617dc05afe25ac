import { PORTS_SAMPLES } from "./adapters/ports_config.ts";
import { type CommandFlag, type CommandLine, COMMANDS } from "./command_line.ts";
import { ConfigError, type Env } from "./config.ts";
import { checkHealth } from "./health_check.ts";
import { parseProgramConfig } from "./program_config.ts";
import type { Ports } from "./service.ts";
import type { ServiceConfig } from "./service_config.ts";
import { unreachable } from "./unreachable.ts";
import { describeVariables, listVariables } from "./variable_list.ts";
import { VERSION } from "./version.ts";

/** Below the time that a container's health check may take. */
const HEALTH_DEADLINE_MS = 4_000;

/** The exit code of a process that did what it was asked. */
export const EXIT_OK = 0;
/** The exit code where something failed. */
export const EXIT_FAILED = 1;
/** The exit code where arguments or variables are wrong. */
export const EXIT_BAD_CONFIG = 2;

/** A service that is asked something instead of run. */
export interface CommandSubject {
  /** Its name. */
  readonly name: string;
  /** The ports that it opens, all by default. */
  readonly ports?: readonly (keyof Ports)[];
  /** Reads its settings. @throws ConfigError when a variable cannot be read */
  parseConfig(env: Env): Pick<ServiceConfig, "opsHost" | "opsPort">;
}

/** What the process writes, and how it ends. */
export interface CommandAnswer {
  /** 0, 1 or 2, as {@linkcode COMMANDS} say. */
  readonly exitCode: number;
  /** Without the newline at its end; for standard error where the exit code is not 0. */
  readonly text: string;
}

/** Does what the arguments of a service ask for besides running. Rejects for faults of ours alone. */
export async function answerCommand(
  command: Exclude<CommandLine, { readonly kind: "run" }>,
  subject: CommandSubject,
  env: Env,
): Promise<CommandAnswer> {
  if (command.kind === "command") return await answerFlag(command.flag, subject, env);
  const complaint = `Cannot use the argument ${JSON.stringify(command.argument)}: it is unknown`;
  return { exitCode: EXIT_BAD_CONFIG, text: [complaint, ...usageOf(subject.name)].join("\n") };
}

async function answerFlag(
  flag: CommandFlag,
  subject: CommandSubject,
  env: Env,
): Promise<CommandAnswer> {
  switch (flag) {
    case "--health":
      return await answerHealth(subject, env);
    case "--check-config":
      return answerCheck(subject, env);
    case "--version":
      return { exitCode: EXIT_OK, text: versionOf(subject.name) };
    case "--help":
      return { exitCode: EXIT_OK, text: helpOf(subject) };
    default:
      return unreachable(flag);
  }
}

async function answerHealth({ parseConfig }: CommandSubject, env: Env): Promise<CommandAnswer> {
  try {
    const { opsHost, opsPort } = parseConfig(env);
    if (opsPort === 0) {
      return { exitCode: EXIT_BAD_CONFIG, text: "Cannot ask for health: the ops port is any" };
    }
    const options = { hostname: opsHost, port: opsPort, deadlineMs: HEALTH_DEADLINE_MS };
    const { ready, text } = await checkHealth(options);
    return { exitCode: ready ? EXIT_OK : EXIT_FAILED, text };
  } catch (error) {
    return refuse(error);
  }
}

function answerCheck(subject: CommandSubject, env: Env): CommandAnswer {
  try {
    parseProgramConfig(env, subject);
    return { exitCode: EXIT_OK, text: `${subject.name}: every variable can be read` };
  } catch (error) {
    return refuse(error);
  }
}

function refuse(error: unknown): CommandAnswer {
  if (!(error instanceof ConfigError)) throw error;
  return { exitCode: EXIT_BAD_CONFIG, text: error.message };
}

function versionOf(name: string): string {
  const { os, arch } = Deno.build;
  return `tanks-blitz ${name} ${VERSION} (deno ${Deno.version.deno}, ${os} ${arch})`;
}

function helpOf(subject: CommandSubject): string {
  const variables = listVariables((env) => parseProgramConfig(env, subject), PORTS_SAMPLES);
  return [
    versionOf(subject.name),
    "",
    ...usageOf(subject.name),
    "",
    "Environment variables, each with its default and what it may be:",
    ...describeVariables(variables).map((line) => `  ${line}`),
  ].join("\n");
}

function usageOf(name: string): string[] {
  const width = Math.max(...COMMANDS.map(([flag]) => flag.length));
  return [
    `Usage: ${name} [${COMMANDS.map(([flag]) => flag).join(" | ")}]`,
    ...COMMANDS.map(([flag, meaning]) => `  ${flag.padEnd(width)}  ${meaning}`),
  ];
}
