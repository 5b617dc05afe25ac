import type { JsonObject } from "../json.ts";
import type { NewEvent } from "./event_log.ts";
import type { EventRow } from "./sqlite_event_store.ts";

/** The longest event, in characters of its JSON text. */
export const EVENT_LENGTH_MAX = 1_048_576;

/**
 * The event as it is stored; undefined where it is no JSON, or longer than {@linkcode EVENT_LENGTH_MAX}. Never
 * throws.
 *
 * @param nowMs the time of the event, in milliseconds since the epoch
 */
export function tryEventRow({ topic, key, value }: NewEvent, nowMs: number): EventRow | undefined {
  const text = tryStringify(value);
  if (text === undefined || text.length > EVENT_LENGTH_MAX) return undefined;
  const id = value["event_id"];
  return [topic, key, typeof id === "string" ? id : null, nowMs, text];
}

/** How much room a row takes while it waits, in characters. */
export function eventRowLength([topic, key, , , value]: EventRow): number {
  return topic.length + key.length + value.length;
}

function tryStringify(value: JsonObject): string | undefined {
  try {
    return JSON.stringify(value);
  } catch {
    // A cycle or a bigint: no JSON, whatever its type said. A tick must not end for it.
    return undefined;
  }
}
