import type { JsonObject } from "../../core/json.ts";
import type { ReadOptions, StoredEvent } from "../../core/ports/event_log.ts";
import type { EventSource } from "../../core/ports/event_source.ts";
import { matchIdTimeMs } from "../../core/protocol/match_id.ts";

/** How much the clocks of those that make matches and those that record them may differ. */
const CLOCKS_APART_MS = 600_000;
/**
 * How long after a match was made its last record is appended at most: rules allow an hour of play, and
 * what a server could not deliver at once comes after what others wrote later.
 */
const RECORDED_WITHIN_MS = 4 * 3_600_000;
/** So much of the newest is searched for a match whose id tells no time, where there is a bound. */
const UNTIMED_WITHIN_MS = RECORDED_WITHIN_MS;
/** How long after a recording's end a server may still have begun to go on with the match. */
const AFTER_END_MS = 60_000;

/** Where a recording is, and how far it is searched for. */
export interface ReadRecordingOptions {
  /** Where matches are recorded. */
  readonly eventLog: Pick<EventSource, "read">;
  /** Stops the reading. */
  readonly signal?: AbortSignal;
  /**
   * The time, in milliseconds since the epoch: bounds the search for a match whose id tells none, in a log
   * that has to search. Undefined: all of the log.
   */
  readonly nowMs?: number;
}

/** Whether a match of that id may have been made by now: an id that tells no time may be of any match. */
export function mayBeRecorded(matchId: string, nowMs: number): boolean {
  return (matchIdTimeMs(matchId) ?? 0) <= nowMs + CLOCKS_APART_MS;
}

/**
 * What the event log has of one match, oldest first. A log that would have to search looks only there
 * where the match's id tells that it was made, and no farther than a minute after its end.
 *
 * @throws Error where the log cannot be read; what `signal` was aborted with
 */
export async function* readRecording(
  matchId: string,
  { eventLog, signal, nowMs }: ReadRecordingOptions,
): AsyncGenerator<StoredEvent, void, undefined> {
  const bounds = boundsOf(matchId, nowMs);
  const end = new RecordingEnd();
  let after: string | undefined;
  let isEndNews: boolean;
  do {
    isEndNews = false;
    const { atMs } = end;
    const options: ReadOptions = {
      key: matchId,
      ...(signal !== undefined && { signal }),
      ...(after !== undefined && { after }),
      ...bounds,
      ...(atMs !== undefined && {
        untilMs: Math.min(bounds.untilMs ?? Infinity, atMs + AFTER_END_MS),
      }),
    };
    for await (const event of eventLog.read("match_inputs", options)) {
      after = event.position;
      end.take(event.value);
      yield event;
      // From here on the log is read up to another time.
      isEndNews = end.atMs !== atMs;
      if (isEndNews) break;
    }
  } while (isEndNews);
}

function boundsOf(
  matchId: string,
  nowMs: number | undefined,
): Pick<ReadOptions, "sinceMs" | "untilMs"> {
  const madeAtMs = matchIdTimeMs(matchId);
  if (madeAtMs === undefined) {
    return nowMs === undefined ? {} : { sinceMs: nowMs - UNTIMED_WITHIN_MS };
  }
  return { sinceMs: madeAtMs - CLOCKS_APART_MS, untilMs: madeAtMs + RECORDED_WITHIN_MS };
}

/** When the newest part of a recording has ended. */
class RecordingEnd {
  #part = 0;
  #atMs: number | undefined;

  /** In milliseconds since the epoch; undefined while it goes on, or where it does not say when it ended. */
  get atMs(): number | undefined {
    return this.#atMs;
  }

  /** Takes the recording's next event. */
  take({ event_type: type, part, timestamp }: JsonObject): void {
    const itsPart = Number(part) || 0;
    // A server goes on with a match that another had let go of: an end before that is none.
    if (itsPart > this.#part) this.#atMs = undefined;
    this.#part = Math.max(this.#part, itsPart);
    if (type !== "match_record_ended" || itsPart < this.#part) return;
    this.#atMs ??= Number(timestamp) * 1_000 || undefined;
  }
}
