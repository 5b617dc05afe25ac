import type { JsonObject } from "../../core/json.ts";
import type { EventSource } from "../../core/ports/event_source.ts";
import { readRecording } from "../replay/read_recording.ts";

/** What the event log has of one match. */
export type MatchRecords =
  | {
    /** The match is over, and so is its recording. */
    readonly kind: "ended";
    /** Every event of it, in the log's order. */
    readonly events: readonly JsonObject[];
    /** From its beginning to its end, in seconds. */
    readonly seconds: number;
    /** Tanks that came, at all; one that came twice counts twice. */
    readonly tankCount: number;
  }
  | {
    /** There is no end, or not yet. */
    readonly kind: "open";
    /** When the newest event was written, in milliseconds since the Unix epoch. */
    readonly newestAtMs: number;
  }
  | { readonly kind: "none" }
  /** More than {@linkcode RECORDS_MAX} or {@linkcode RECORDS_LENGTH_MAX} allow. */
  | { readonly kind: "too_long" };

/** Events of a match at most: an hour has 3 600, and more where it is crowded. */
export const RECORDS_MAX = 20_000;
/** Characters of their operations at most. */
export const RECORDS_LENGTH_MAX = 33_554_432;
const TICK_RATE_MIN = 10;

/**
 * Reads what was recorded of a match.
 *
 * @throws Error where the log cannot be read; what `signal` was aborted with
 */
export async function readMatchRecords(
  matchId: string,
  { eventLog, signal, nowMs, onFound }: {
    readonly eventLog: Pick<EventSource, "read">;
    readonly signal: AbortSignal;
    /** The time, in milliseconds since the Unix epoch. */
    readonly nowMs: number;
    /** Told when the first record of the match is found. */
    readonly onFound?: () => void;
  },
): Promise<MatchRecords> {
  const events: JsonObject[] = [];
  let length = 0;
  let part = 0;
  let tankCount = 0;
  let newestAtMs = 0;
  let endTick: number | undefined;
  for await (const { value } of readRecording(matchId, { eventLog, signal, nowMs })) {
    if (events.length === 0) onFound?.();
    events.push(value);
    if (typeof value.ops === "string") length += value.ops.length;
    if (events.length > RECORDS_MAX || length > RECORDS_LENGTH_MAX) return { kind: "too_long" };
    if (Array.isArray(value.joined)) tankCount += value.joined.length;
    newestAtMs = Math.max(newestAtMs, Number(value.timestamp) * 1_000 || 0);
    const itsPart = Number(value.part);
    // A server goes on with a match that another had let go of: an end before that is none.
    if (itsPart > part) endTick = undefined;
    part = Math.max(part, itsPart || 0);
    if (value.event_type === "match_record_ended" && itsPart === part) endTick = Number(value.tick);
  }
  if (events.length === 0) return { kind: "none" };
  if (endTick === undefined) return { kind: "open", newestAtMs };
  const tickRate = Number(events[0]?.tick_rate) || TICK_RATE_MIN;
  return { kind: "ended", events, seconds: endTick / tickRate, tankCount };
}
