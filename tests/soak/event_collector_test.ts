import { assertEquals, assertRejects } from "@std/assert";
import { systemClock } from "../../core/clock.ts";
import { silentLog } from "../../core/log.ts";
import type { EventLog, StoredEvent } from "../../core/ports/event_log.ts";
import { SqliteEventLog } from "../../core/ports/sqlite_event_log.ts";
import { EventCollector } from "./event_collector.ts";

const TOPIC = "game_events";
const AGE_MS_MAX = 1_000;

async function write(log: EventLog, ...ids: readonly string[]): Promise<void> {
  for (const id of ids) log.append({ topic: TOPIC, key: "m", value: { event_id: id } });
  await log.flush();
}

async function read(log: Pick<EventLog, "read">): Promise<string[]> {
  const events = await Array.fromAsync(log.read(TOPIC));
  return events.map(({ topic, key, value }) => `${topic} ${key} ${value.event_id}`);
}

Deno.test("EventCollector has what the log has dropped since, and each event once", async () => {
  let nowMs = 0;
  const log = new SqliteEventLog({
    path: ":memory:",
    clock: { ...systemClock, nowMs: () => nowMs },
    log: silentLog,
    retention: { ageMaxMs: AGE_MS_MAX, bytesMax: Number.MAX_SAFE_INTEGER },
  });
  const collector = new EventCollector(log, systemClock);
  await write(log, "a", "b");
  await collector.collect();
  nowMs += 2 * AGE_MS_MAX;
  await write(log, "c");
  assertEquals(await read(log), ["game_events m c"]);
  await collector.collect();
  await collector.collect();
  assertEquals(await read(collector), ["game_events m a", "game_events m b", "game_events m c"]);
  await log.close();
});

Deno.test("EventCollector goes on after a reading that broke off", async () => {
  const log = new SqliteEventLog({ path: ":memory:", clock: systemClock, log: silentLog });
  await write(log, "a", "b");
  let isBroken = true;
  const collector = new EventCollector({
    async *read(topic, options): AsyncGenerator<StoredEvent> {
      for await (const event of log.read(topic, options)) {
        yield event;
        if (isBroken) throw new Error("The broker is away");
      }
    },
  }, systemClock);
  await assertRejects(() => collector.collect(), Error, "away");
  assertEquals(await read(collector), ["game_events m a"]);
  isBroken = false;
  await collector.collect();
  assertEquals(await read(collector), ["game_events m a", "game_events m b"]);
  await log.close();
});
