import { assert, assertEquals } from "@std/assert";
import type { JsonObject } from "../../core/json.ts";
import type { ReadOptions, StoredEvent } from "../../core/ports/event_log.ts";
import type { EventSource } from "../../core/ports/event_source.ts";
import { newMatchId } from "../../core/protocol/match_id.ts";
import { mayBeRecorded, readRecording, type ReadRecordingOptions } from "./read_recording.ts";

const NOW_MS = Date.UTC(2026, 5, 1, 12);
const ID = newMatchId({ nowMs: NOW_MS, randomBytes: (size) => new Uint8Array(size) });
const HOUR_MS = 3_600_000;

/** A log that has these events of the one match, and searches: it looks at the times. */
class SearchedLog implements Pick<EventSource, "read"> {
  readonly asked: ReadOptions[] = [];
  /** How many events were looked at, in all. */
  seenCount = 0;
  readonly #stored: readonly JsonObject[];

  constructor(stored: readonly JsonObject[] = []) {
    this.#stored = stored;
  }

  async *read(topic: string, options: ReadOptions = {}): AsyncGenerator<StoredEvent> {
    await Promise.resolve();
    const { key = "", after = -1, sinceMs = 0, untilMs = Infinity } = options;
    this.asked.push(options);
    for (const [index, value] of this.#stored.entries()) {
      const atMs = Number(value.timestamp) * 1_000;
      if (index <= Number(after) || atMs < sinceMs) continue;
      if (atMs >= untilMs) return;
      this.seenCount += 1;
      if (value.match_id === key) yield { topic, key, value, position: `${index}` };
    }
  }
}

async function askedFor(
  matchId: string,
  options: Omit<ReadRecordingOptions, "eventLog"> = {},
): Promise<ReadOptions> {
  const eventLog = new SearchedLog();
  await Array.fromAsync(readRecording(matchId, { ...options, eventLog }));
  return eventLog.asked[0] ?? {};
}

/** A record of the match so many seconds after it was made. */
function recordAt(second: number, fields: JsonObject = {}): JsonObject {
  const timestamp = NOW_MS / 1_000 + second;
  return { event_type: "match_ticks", match_id: ID, part: 0, timestamp, ...fields };
}

const END = { event_type: "match_record_ended" };

Deno.test("readRecording has the log look around the time that the match's id tells", async () => {
  const { key, sinceMs = Infinity, untilMs = 0 } = await askedFor(ID, { nowMs: NOW_MS });
  assertEquals(key, ID);
  // Clocks differ, and an hour of play may come late; days of other matches are left out.
  assert(sinceMs < NOW_MS - 60_000 && sinceMs > NOW_MS - HOUR_MS);
  assert(untilMs > NOW_MS + 2 * HOUR_MS && untilMs < NOW_MS + 6 * HOUR_MS);
});

Deno.test("readRecording has the log look at the newest hours for a match whose id tells no time", async () => {
  const { sinceMs = 0, ...rest } = await askedFor("match-1", { nowMs: NOW_MS });
  assertEquals(rest, { key: "match-1" });
  assert(sinceMs > NOW_MS - 6 * HOUR_MS && sinceMs < NOW_MS - HOUR_MS);
  // Nobody else waits for `deno task replay`, which has it look everywhere.
  assertEquals(await askedFor("match-1"), { key: "match-1" });
});

Deno.test("readRecording looks no farther than a little after the match's end", async () => {
  const others = Array.from({ length: HOUR_MS / 1_000 }, (_, second) => {
    return recordAt(second + 4, { match_id: "other" });
  });
  const eventLog = new SearchedLog([recordAt(1), recordAt(2), recordAt(3, END), ...others]);
  const found = await Array.fromAsync(readRecording(ID, { eventLog }));
  assertEquals(found.map(({ position }) => position), ["0", "1", "2"]);
  assert(eventLog.seenCount > 30 && eventLog.seenCount < 120, `${eventLog.seenCount}`);
});

Deno.test("readRecording goes on where another server went on with the match", async () => {
  const stored = [
    recordAt(1),
    recordAt(2, END),
    recordAt(20, { part: 1 }),
    // What the server before still writes ends nothing.
    recordAt(21, END),
    recordAt(HOUR_MS / 1_000, { part: 1 }),
    recordAt(HOUR_MS / 1_000 + 1, { ...END, part: 1 }),
    recordAt(HOUR_MS / 1_000 + 2, { ...END, part: 1 }),
  ];
  const eventLog = new SearchedLog(stored);
  const found = await Array.fromAsync(readRecording(ID, { eventLog }));
  assertEquals(found.map(({ value }) => value), stored);
  // An end that does not say when it was bounds nothing.
  const untimed = stored.map(({ timestamp: _, ...event }) => event);
  const log = { read: () => ReadableStream.from(untimed.map(toStored)) };
  assertEquals((await Array.fromAsync(readRecording(ID, { eventLog: log }))).length, 7);
});

function toStored(value: JsonObject, index: number): StoredEvent {
  return { topic: "match_inputs", key: ID, value, position: `${index}` };
}

Deno.test("mayBeRecorded refuses an id of a time that is still to come, but for clocks that differ", () => {
  assertEquals(mayBeRecorded(ID, NOW_MS - 60_000), true);
  assertEquals(mayBeRecorded(ID, NOW_MS + 24 * HOUR_MS), true);
  assertEquals(mayBeRecorded(ID, NOW_MS - HOUR_MS), false);
  assertEquals(mayBeRecorded("match-1", NOW_MS), true);
});
