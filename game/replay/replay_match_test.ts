import { assertEquals } from "@std/assert";
import type { JsonObject } from "../../core/json.ts";
import type { EventLog, StoredEvent } from "../../core/ports/event_log.ts";
import { RECORDED_MATCH_ID, recordMatch } from "../../tests/fixtures/recorded_match.ts";
import { listRecordedMatches } from "./recorded_matches.ts";
import { replayMatch } from "./replay_match.ts";
import { Timeline } from "./timeline.ts";

const { events } = recordMatch({ seed: 1, ticks: 95, botCount: 2, endReason: "empty" });

/** A log that has these events of `match_inputs`, each under its match's id. */
function openLog(stored: readonly JsonObject[]): Pick<EventLog, "read"> {
  return {
    read: (topic, options) => {
      const found = stored.map((value, index): StoredEvent => {
        return {
          topic: "match_inputs",
          key: String(value.match_id),
          value,
          position: String(index),
        };
      }).filter((event) => event.topic === topic && event.key === (options?.key ?? event.key));
      return ReadableStream.from(found);
    },
  };
}

Deno.test("replayMatch tells of progress after each record, and of each tick once", async () => {
  const hashCounts: number[] = [];
  let text = "";
  const write = (part: string): void => void (text += part);
  const verdict = await replayMatch(RECORDED_MATCH_ID, {
    eventLog: openLog(events),
    onProgress: ({ hashCount }) => void hashCounts.push(hashCount),
    timeline: new Timeline({ framesPerSecond: 30, write }),
  });
  assertEquals(verdict.kind, "equal");
  assertEquals(hashCounts, [0, 1, 2, 3, 4, 5]);
  const ticks = JSON.parse(text).frames.map(({ tick }: { readonly tick: number }) => tick);
  assertEquals(ticks, Array.from({ length: 96 }, (_, tick) => tick));
});

Deno.test("replayMatch finishes the timeline of a recording that stops", async () => {
  let text = "";
  const verdict = await replayMatch(RECORDED_MATCH_ID, {
    eventLog: openLog(events.slice(0, 3)),
    timeline: new Timeline({ framesPerSecond: 1, write: (part) => void (text += part) }),
  });
  assertEquals(verdict, {
    kind: "incomplete",
    reason: "Cannot replay match: the recording stops at tick 60 without an end; " +
      "until there 2 hashes are equal",
  });
  assertEquals(JSON.parse(text).end.end_reason, null);
});

Deno.test("replayMatch reads the one match that it is to replay", async () => {
  const other = events.map((event) => ({ ...event, match_id: "other", seq: 7 }));
  const verdict = await replayMatch(RECORDED_MATCH_ID, {
    eventLog: openLog([...other, ...events]),
  });
  assertEquals(verdict.kind, "equal");
});

Deno.test("listRecordedMatches names a match once, however many parts it has", async () => {
  const [start = {}] = events;
  const later = { ...start, part: 1, server_id: "b" };
  const log = openLog([{ ...start, server_id: "a", timestamp: 1 }, later]);
  assertEquals(await listRecordedMatches(log), [{
    matchId: RECORDED_MATCH_ID,
    startedAtMs: 1_000,
    serverId: "a",
    mode: "steppe_war",
    arena: "steppe",
    end: undefined,
  }]);
});
