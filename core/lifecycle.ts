import { openPorts, type PortName } from "./adapters/open.ts";
import { systemClock } from "./clock.ts";
import { answerCommand, EXIT_BAD_CONFIG, EXIT_FAILED, EXIT_OK } from "./command_answer.ts";
import { parseCommandLine } from "./command_line.ts";
import { ConfigError, type Env } from "./config.ts";
import { Health } from "./health.ts";
import { describeError, type Log, openLog } from "./log.ts";
import { Metrics } from "./metrics.ts";
import { parseProgramConfig } from "./program_config.ts";
import type { Ports, RunningService, ServiceContext } from "./service.ts";
import type { ProcessConfig, ServiceConfig } from "./service_config.ts";

/** What `close` may take beyond a service's own drain time before the process ends regardless. */
const CLOSE_GRACE_MS = 500;
/** A signal that comes again within this time is the same one; later it is somebody's impatience. */
const SIGNAL_ECHO_MS = 1_000;
const SIGNALS = ["SIGINT", "SIGTERM"] as const;
const EXIT_INTERRUPTED = 130;

/** What of a service's settings its process uses too. */
export type ProgramSettings = Pick<ServiceConfig, "serverId" | "drainMs" | "opsHost" | "opsPort">;

/** A service as a program: its settings, the ports it needs, and how it starts. */
export interface Program<Config extends ProgramSettings, Name extends PortName> {
  /** Names it in its log lines. */
  readonly name: string;
  /** The ports to open for it; others stay closed. */
  readonly ports: readonly Name[];
  /** Reads the settings of the service. @throws ConfigError when a variable cannot be read */
  parseConfig(env: Env): Config;
  /** Called once, when the ports are open. A rejection ends the process with 1. */
  start(config: Config, deps: ServiceContext & Pick<Ports, Name>): Promise<RunningService>;
}

/** Something that runs and can be asked to end. */
export interface Running {
  /** Where its end is logged, and a rejection that nobody handled. */
  readonly log: Log;
  /** Marked as draining before `close` is called. */
  readonly health: Health;
  /** Milliseconds that `close` may take. */
  readonly drainMs: number;
  /** Called at each SIGHUP, which ends the process where this is undefined. */
  reload?(): Promise<void>;
  /** Called once, at a signal. A rejection makes the process exit with 1. */
  close(): Promise<void>;
}

/**
 * Runs one service until a signal, then ends the process as {@linkcode runUntilSignal} does. With an
 * argument it does what that asks for instead, and ends the process with the exit code of its answer.
 */
export async function runProgram<Config extends ProgramSettings, Name extends PortName>(
  program: Program<Config, Name>,
): Promise<never> {
  const command = parseCommandLine(Deno.args);
  if (command.kind !== "run") {
    const { exitCode, text } = await answerCommand(command, program, Deno.env);
    writeLine(exitCode === EXIT_OK ? Deno.stdout : Deno.stderr, text);
    return Deno.exit(exitCode);
  }
  return await runUntilSignal(async (env) => {
    const parsed = parseProgramConfig(env, program);
    const { service: config, process: { dataDir } } = parsed;
    const context = openContext(program.name, parsed.process);
    const options = { dataDir, alone: true, clientId: config.serverId, config: parsed.ports };
    const ports = await openPorts(program.ports, options, context);
    try {
      const service = await program.start(config, { ...context, ...ports });
      logAddresses(context.log, service);
      return {
        ...context,
        drainMs: config.drainMs,
        ...(service.reload && { reload: service.reload.bind(service) }),
        close: async () => {
          try {
            await service.close();
          } finally {
            await ports.closePorts();
          }
        },
      };
    } catch (error) {
      await ports.closePorts();
      throw error;
    }
  });
}

/**
 * Starts, waits for SIGINT or SIGTERM, closes, and ends the process: with 0; with 1 where starting
 * failed, closing failed or took too long, or a rejection was left unhandled, which closes too;
 * with 2 where the configuration is bad; with 130 at a second signal while closing.
 */
export async function runUntilSignal(start: (env: Env) => Promise<Running>): Promise<never> {
  const signalled = Promise.withResolvers<string>();
  let firstSignalMs: number | undefined;
  let exitCode = EXIT_OK;
  const onSignal = (signal: string) => (): void => {
    const nowMs = systemClock.monotonicMs();
    firstSignalMs ??= nowMs;
    // A terminal's Ctrl-C comes twice: to every process of the group, and from a task runner again.
    if (nowMs - firstSignalMs > SIGNAL_ECHO_MS) Deno.exit(EXIT_INTERRUPTED);
    signalled.resolve(signal);
  };
  for (const signal of SIGNALS) Deno.addSignalListener(signal, onSignal(signal));
  const running = await start(Deno.env).catch(failToStart);
  const onFault = (name: string, error: unknown): void => {
    running.log.error(name, { error: describeError(error) });
    exitCode = EXIT_FAILED;
    signalled.resolve(name);
  };
  globalThis.addEventListener("unhandledrejection", (event) => {
    event.preventDefault();
    onFault("unhandled_rejection", event.reason);
  });
  globalThis.addEventListener("error", (event) => {
    event.preventDefault();
    onFault("uncaught_error", event.error);
  });
  if (running.reload !== undefined) Deno.addSignalListener("SIGHUP", () => void reload(running));
  const signal = await signalled.promise;
  const closed = await closeInTime(running, signal);
  return Deno.exit(closed ? exitCode : EXIT_FAILED);
}

/**
 * What a service is given. Of several in one process each gets its own, made with what they
 * `share`: the context of the process and of the ports that are open in it.
 */
export function openContext(
  name: string,
  config: ProcessConfig,
  shared?: ServiceContext,
): ServiceContext {
  const format = config.logFormat === "auto"
    ? Deno.stdout.isTerminal() ? "text" : "json"
    : config.logFormat;
  return {
    log: openLog({ name, level: config.logLevel, format }),
    clock: systemClock,
    metrics: shared === undefined
      ? new Metrics({ process: true })
      : new Metrics({ process: false, shared: shared.metrics }),
    health: new Health(shared?.health),
  };
}

/** Logs what a service listens on, a line for each address. */
export function logAddresses(log: Log, service: RunningService): void {
  for (const [name, { transport, hostname, port }] of Object.entries(service.addresses)) {
    log.info("listening", { name, transport, address: `${hostname}:${port}` });
  }
}

/** Never rejects: what cannot be read anew stays as it was. */
async function reload(running: Running): Promise<void> {
  const { log } = running;
  try {
    await running.reload?.();
    log.info("reloaded");
  } catch (error) {
    log.error("reload_failed", { error: describeError(error) });
  }
}

async function closeInTime(running: Running, signal: string): Promise<boolean> {
  const { log, health, drainMs } = running;
  health.markDraining();
  log.info("closing", { signal, drain_ms: drainMs });
  const deadline = Promise.withResolvers<"late">();
  const cancel = systemClock.after(drainMs + CLOSE_GRACE_MS, () => deadline.resolve("late"));
  try {
    const outcome = await Promise.race([running.close(), deadline.promise]);
    if (outcome === "late") log.error("close_took_too_long", { drain_ms: drainMs });
    else log.info("closed");
    return outcome !== "late";
  } catch (error) {
    log.error("close_failed", { error: describeError(error) });
    return false;
  } finally {
    cancel();
  }
}

function failToStart(error: unknown): never {
  const isConfig = error instanceof ConfigError;
  const text = isConfig ? error.message : `Cannot start: ${describeError(error)}`;
  writeLine(Deno.stderr, text);
  return Deno.exit(isConfig ? EXIT_BAD_CONFIG : EXIT_FAILED);
}

function writeLine(output: typeof Deno.stdout | typeof Deno.stderr, text: string): void {
  const bytes = new TextEncoder().encode(`${text}\n`);
  for (let sent = 0; sent < bytes.length;) sent += output.writeSync(bytes.subarray(sent));
}
