import type { JsonObject } from "../../core/json.ts";
import type { EventLog } from "../../core/ports/event_log.ts";
import { isStartEvent } from "./match_record.ts";

/** The most that are named; older ones are left out beyond it. */
const LISTED_MAX = 10_000;

/** A recorded match, as a list shows it. */
export interface RecordedMatch {
  /** Its id. */
  readonly matchId: string;
  /** When its recording began, in milliseconds since the epoch. */
  readonly startedAtMs: number;
  /** The server that recorded it. */
  readonly serverId: string;
  /** Mode and arena. */
  readonly mode: string;
  /** Its arena's name. */
  readonly arena: string;
  /** How many ticks it took, and why it ended; undefined while it goes on or where the rest is lost. */
  end: { readonly tick: number; readonly reason: string } | undefined;
}

/** The recorded matches, the oldest first. Reads the whole topic. @throws Error where it cannot */
export async function listRecordedMatches(
  eventLog: Pick<EventLog, "read">,
): Promise<readonly RecordedMatch[]> {
  const matches = new Map<string, RecordedMatch>();
  for await (const { key, value } of eventLog.read("match_inputs")) {
    if (isStartEvent(value) && !matches.has(key)) {
      matches.set(key, describe(key, value));
      const [oldest] = matches.keys();
      if (matches.size > LISTED_MAX && oldest !== undefined) matches.delete(oldest);
    } else if (value.event_type === "match_record_ended") {
      const match = matches.get(key);
      if (match) match.end = { tick: Number(value.tick), reason: String(value.reason) };
    }
  }
  return [...matches.values()];
}

function describe(matchId: string, event: JsonObject): RecordedMatch {
  const { timestamp, server_id: serverId, mode, arena } = event;
  return {
    matchId,
    startedAtMs: Number(timestamp) * 1_000,
    serverId: String(serverId),
    mode: String(mode),
    arena: String(arena),
    end: undefined,
  };
}
