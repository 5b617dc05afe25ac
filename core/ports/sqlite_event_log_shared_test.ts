import { assertEquals } from "@std/assert";
import { inTime } from "../../tests/contract/eventually.ts";
import { type Clock, systemClock } from "../clock.ts";
import type { JsonValue } from "../json.ts";
import { silentLog } from "../log.ts";
import { SqliteEventLog } from "./sqlite_event_log.ts";

/** A clock on which a second is over soon. */
const hasty: Clock = {
  ...systemClock,
  after: (delayMs, callback) => systemClock.after(delayMs / 100, callback),
};

Deno.test("SqliteEventLog delivers what another one writes to the same file", async () => {
  const folder = await Deno.makeTempDir();
  const options = { path: `${folder}/events.sqlite`, clock: hasty, log: silentLog };
  const [reader, writer] = [new SqliteEventLog(options), new SqliteEventLog(options)];
  let arrival = Promise.withResolvers<JsonValue | undefined>();
  try {
    await reader.subscribe("t", "g", ({ value }) => {
      return Promise.resolve(arrival.resolve(value["index"]));
    });
    for (let index = 0; index < 5; index++) {
      writer.append({ topic: "t", key: "k", value: { index } });
      await writer.flush();
      assertEquals(await inTime(arrival.promise), index);
      arrival = Promise.withResolvers();
    }
  } finally {
    await reader.close();
    await writer.close();
    await Deno.remove(folder, { recursive: true });
  }
});
