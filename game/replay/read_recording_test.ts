import { assertEquals } from "@std/assert";
import type { ReadOptions } from "../../core/ports/event_log.ts";
import { newMatchId } from "../../core/protocol/match_id.ts";
import { readRecording } from "./read_recording.ts";

function askedFor(matchId: string): ReadOptions {
  const asked: ReadOptions[] = [];
  readRecording(matchId, {
    eventLog: {
      read: (_topic, options = {}) => {
        asked.push(options);
        return ReadableStream.from([]);
      },
    },
  });
  return asked[0] ?? {};
}

Deno.test("readRecording has the log look around the time that the match's id tells", () => {
  const nowMs = Date.UTC(2026, 5, 1, 12);
  const id = newMatchId({ nowMs, randomBytes: (size) => new Uint8Array(size) });
  const { key, sinceMs = Infinity, untilMs = 0 } = askedFor(id);
  assertEquals(key, id);
  // Clocks differ, and an hour of play may come late; days of other matches are left out.
  assertEquals(sinceMs < nowMs - 60_000 && sinceMs > nowMs - 3_600_000, true);
  assertEquals(untilMs > nowMs + 2 * 3_600_000 && untilMs < nowMs + 6 * 3_600_000, true);
});

Deno.test("readRecording has the log look everywhere for a match whose id tells no time", () => {
  assertEquals(askedFor("match-1"), { key: "match-1" });
});
