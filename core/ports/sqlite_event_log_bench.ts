import { systemClock } from "../clock.ts";
import { silentLog } from "../log.ts";
import type { NewEvent } from "./event_log.ts";
import { SqliteEventLog } from "./sqlite_event_log.ts";

const TOPIC = "tank_coordinates_history";

const EVENTS: readonly NewEvent[] = Array.from({ length: 1000 }, (_, index) => ({
  topic: TOPIC,
  key: `session_${index % 50}`,
  value: {
    event_type: "tank_moved",
    timestamp: 1_700_000_000 + index / 1000,
    event_id: `0123456789abcdef-${index}`,
    server_id: "game-1",
    tank_id: `tank_${index % 500}`,
    session_id: `session_${index % 50}`,
    position: [index, index * 2],
    tick: index,
  },
}));

const folder = await Deno.makeTempDir();
const built = { clock: systemClock, log: silentLog };
const onDisk = new SqliteEventLog({ ...built, path: `${folder}/events.sqlite` });
const filled = new SqliteEventLog({ ...built, path: ":memory:" });
const clogged = new SqliteEventLog({ ...built, path: ":memory:" });

function appendAll(log: SqliteEventLog): void {
  for (const event of EVENTS) log.append(event);
}

appendAll(filled);
await Promise.all([onDisk.opened(), filled.flush(), clogged.opened()]);

// Nothing is posted meanwhile, so that most of these events push an older one out: the worst case.
Deno.bench("append 1000 events: what a tick pays", () => appendAll(clogged));

Deno.bench("append 1000 events until they are on the disk", async () => {
  appendAll(onDisk);
  await onDisk.flush();
});

Deno.bench("read 1000 events", async () => {
  for await (const _event of filled.read(TOPIC));
});

globalThis.addEventListener("unload", () => Deno.removeSync(folder, { recursive: true }));
