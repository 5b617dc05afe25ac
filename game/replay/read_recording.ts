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

/**
 * What the event log has of one match, oldest first. Where the match's id tells when it was made, a log
 * that would have to search looks only there.
 *
 * @throws Error where the log cannot be read; what `signal` was aborted with
 */
export function readRecording(
  matchId: string,
  { eventLog, signal }: {
    readonly eventLog: Pick<EventSource, "read">;
    readonly signal?: AbortSignal;
  },
): AsyncIterable<StoredEvent> {
  const madeAtMs = matchIdTimeMs(matchId);
  const options: ReadOptions = {
    key: matchId,
    ...(signal !== undefined && { signal }),
    ...(madeAtMs !== undefined && {
      sinceMs: madeAtMs - CLOCKS_APART_MS,
      untilMs: madeAtMs + RECORDED_WITHIN_MS,
    }),
  };
  return eventLog.read("match_inputs", options);
}
