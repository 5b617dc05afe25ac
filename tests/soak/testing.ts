import type { JsonObject } from "../../core/json.ts";
import type { StoredEvent } from "../../core/ports/event_log.ts";
import type { PlayerRecord } from "../cluster/player_record.ts";
import type { SoakPlayerRecord } from "./soak_player.ts";
import { StoredEvents } from "./stored_events.ts";

/** What the event log has where it has these events, one a second, of the server `one`, all in one topic. */
export async function readSoakEvents(
  values: readonly JsonObject[],
  topic = "game_events",
): Promise<StoredEvents> {
  const stored = values.map((value, index): StoredEvent => {
    const event = { event_id: `${index}`, timestamp: index, server_id: "one", ...value };
    return { topic, key: "m", value: event, position: `${index}` };
  });
  const events = new StoredEvents();
  await events.readAll({ read: (name) => ReadableStream.from(name === topic ? stored : []) });
  return events;
}

/** A player, `ann`, who was told nothing yet. */
export function openSoakPlayerRecord(about: Partial<PlayerRecord> = {}): SoakPlayerRecord {
  const record: PlayerRecord = {
    username: "ann",
    accountId: "account-ann",
    transport: "line",
    region: "EU-FRA",
    mode: "ranked_duel",
    matches: [],
    misses: new Map(),
    missedMs: [],
    outcome: undefined,
    ...about,
  };
  return { record, isRegistered: true, loginCount: 0, logoutCount: 0, outcomes: [] };
}
