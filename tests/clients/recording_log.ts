import { systemClock } from "../../core/clock.ts";
import type { JsonObject } from "../../core/json.ts";
import { silentLog } from "../../core/log.ts";
import { SqliteEventLog } from "../../core/ports/sqlite_event_log.ts";

/** Runs `work` with a temporary folder, and removes it whatever happens. */
export async function withFolder(work: (dataDir: string) => Promise<void>): Promise<void> {
  const dataDir = await Deno.makeTempDir({ prefix: "tanks-" });
  try {
    await work(dataDir);
  } finally {
    await Deno.remove(dataDir, { recursive: true });
  }
}

/** Every event of `match_inputs` in the folder's log, oldest first. */
export async function readRecording(dataDir: string): Promise<JsonObject[]> {
  return await withLog(dataDir, async (eventLog) => {
    const events: JsonObject[] = [];
    for await (const { value } of eventLog.read("match_inputs")) events.push(value);
    return events;
  });
}

/** Writes events of `match_inputs` into the folder's log, each under its match's id. */
export async function writeRecording(
  dataDir: string,
  events: readonly JsonObject[],
): Promise<void> {
  await withLog(dataDir, async (eventLog) => {
    for (const value of events) {
      eventLog.append({ topic: "match_inputs", key: String(value.match_id), value });
    }
    await eventLog.flush();
  });
}

async function withLog<Result>(
  dataDir: string,
  work: (eventLog: SqliteEventLog) => Promise<Result>,
): Promise<Result> {
  const path = `${dataDir}/events.sqlite`;
  const eventLog = new SqliteEventLog({ path, clock: systemClock, log: silentLog });
  try {
    return await work(eventLog);
  } finally {
    await eventLog.close();
  }
}
