import type { JsonObject } from "../../core/json.ts";
import type { EventLog } from "../../core/ports/event_log.ts";

/** Every event of a topic that was appended so far, oldest first; of one type where it is given. */
export async function readEvents(
  eventLog: EventLog,
  topic: string,
  eventType?: string,
): Promise<JsonObject[]> {
  await eventLog.flush();
  const events: JsonObject[] = [];
  for await (const { value } of eventLog.read(topic)) {
    if (eventType === undefined || value.event_type === eventType) events.push(value);
  }
  return events;
}
