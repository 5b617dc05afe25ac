import { openPorts } from "../../core/adapters/open.ts";
import { parsePortsConfig } from "../../core/adapters/ports_config.ts";
import { systemClock } from "../../core/clock.ts";
import { ConfigError, ConfigReader, type Env } from "../../core/config.ts";
import { Health } from "../../core/health.ts";
import { describeError, openLog } from "../../core/log.ts";
import { Metrics } from "../../core/metrics.ts";
import type { EventLog } from "../../core/ports/event_log.ts";
import type { ServiceContext } from "../../core/service.ts";
import { readProcessConfig } from "../../core/service_config.ts";
import { REPLAY_EXIT, runReplayCommand, type TextFile } from "./replay_command.ts";

/** Runs `deno task replay`: opens the event log, does what is asked, and returns the exit code. */
export async function runReplayProgram(args: readonly string[], env: Env): Promise<number> {
  await using opened = new AsyncDisposableStack();
  try {
    return await runReplayCommand(args, {
      out: (text) => writeAll(Deno.stdout, text),
      error: (text) => writeAll(Deno.stderr, text),
      isTerminal: Deno.stderr.isTerminal(),
      openFile,
      openEventLog: () => openRecordings(env, opened),
    });
  } catch (error) {
    const reason = error instanceof ConfigError ? error.message : describeError(error);
    writeAll(Deno.stderr, `${reason}\n`);
    return REPLAY_EXIT.incomplete;
  }
}

/** The log that services write, undefined where they have written none in that folder. */
async function openRecordings(
  env: Env,
  opened: AsyncDisposableStack,
): Promise<EventLog | undefined> {
  const reader = new ConfigReader(env);
  const { dataDir } = reader.finish(readProcessConfig(reader));
  const config = parsePortsConfig(env, ["eventLog"]);
  // Opening it would make an empty one.
  if (config.kafka === undefined && !await isThere(`${dataDir}/events.sqlite`)) return undefined;
  const log = openLog({
    name: "replay",
    level: "WARN",
    format: "text",
    write: (line) => writeAll(Deno.stderr, `${line}\n`),
  });
  const context: ServiceContext = {
    log,
    clock: systemClock,
    metrics: new Metrics({ process: false }),
    health: new Health(),
  };
  // Kafka's outbox, which only one process may have, stays empty here and goes again.
  const folder = config.kafka === undefined ? dataDir : await openTemporaryFolder(dataDir, opened);
  const options = { dataDir: folder, alone: false, clientId: "replay", config };
  const ports = await openPorts(["eventLog"], options, context);
  opened.defer(() => ports.closePorts());
  return ports.eventLog;
}

async function openTemporaryFolder(dataDir: string, opened: AsyncDisposableStack): Promise<string> {
  await Deno.mkdir(dataDir, { recursive: true, mode: 0o700 });
  const folder = await Deno.makeTempDir({ dir: dataDir, prefix: "replay-" });
  opened.defer(() => Deno.remove(folder, { recursive: true }));
  return folder;
}

async function isThere(path: string): Promise<boolean> {
  try {
    await Deno.stat(path);
    return true;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}

/** Writes beside `path` first: what is there stays until the whole text is. */
function openFile(path: string): TextFile {
  const partPath = `${path}.part`;
  const file = Deno.openSync(partPath, { create: true, write: true, truncate: true });
  return {
    write: (text) => writeAll(file, text),
    close: ({ isKept }) => {
      file.close();
      if (isKept) Deno.renameSync(partPath, path);
      else Deno.removeSync(partPath);
    },
  };
}

function writeAll(to: { writeSync(bytes: Uint8Array): number }, text: string): void {
  let bytes: Uint8Array = new TextEncoder().encode(text);
  while (bytes.length > 0) bytes = bytes.subarray(to.writeSync(bytes));
}
