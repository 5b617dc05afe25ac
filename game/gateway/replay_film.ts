import type { JsonObject } from "../../core/json.ts";
import { gzip } from "../../core/net/gzip.ts";
import type { StoredEvent } from "../../core/ports/event_log.ts";
import type { EventSource } from "../../core/ports/event_source.ts";
import { unreachable } from "../../core/unreachable.ts";
import { replayMatch } from "../replay/replay_match.ts";
import { Timeline } from "../replay/timeline.ts";

/** What a replay is made from. */
export interface FilmRequest {
  /** The match. */
  readonly matchId: string;
  /** Its recording, in the log's order. */
  readonly events: readonly JsonObject[];
  /** Frames a second. */
  readonly framesPerSecond: number;
  /** Characters of the timeline at most. */
  readonly lengthMax: number;
}

/** A match as it is shown, or why it cannot be. */
export type Film =
  | {
    readonly kind: "made";
    /** The timeline as JSON, compressed with gzip. */
    readonly bytes: Uint8Array<ArrayBuffer>;
  }
  /** The recording is damaged, or another version played it. */
  | { readonly kind: "failed"; readonly reason: string }
  | { readonly kind: "too_long" };

/** Ends a replay whose timeline has become too long. */
class TimelineTooLong extends Error {
  override readonly name = "TimelineTooLong";
}

/** Plays a match again from its recording. It keeps a thread busy for as long as it takes. */
export async function makeFilm(request: FilmRequest): Promise<Film> {
  const { matchId, events, framesPerSecond, lengthMax } = request;
  const parts: string[] = [];
  let length = 0;
  const write = (text: string): void => {
    parts.push(text);
    length += text.length;
    if (length > lengthMax) throw new TimelineTooLong();
  };
  const timeline = new Timeline({ framesPerSecond, write });
  try {
    const verdict = await replayMatch(matchId, { eventLog: sourceOf(events), timeline });
    switch (verdict.kind) {
      case "equal":
        return { kind: "made", bytes: await gzip(parts) };
      case "different":
        return { kind: "failed", reason: "The match that was played was another one" };
      case "incomplete":
        return { kind: "failed", reason: verdict.reason };
      default:
        return unreachable(verdict);
    }
  } catch (error) {
    if (error instanceof TimelineTooLong) return { kind: "too_long" };
    throw error;
  }
}

/** A log in which there are these events alone. */
function sourceOf(events: readonly JsonObject[]): Pick<EventSource, "read"> {
  return {
    read: (topic, { key = "", after = "-1" } = {}) =>
      ReadableStream.from(
        events.map((value, index): StoredEvent => ({ topic, key, value, position: `${index}` }))
          .slice(Number(after) + 1),
      ),
  };
}
