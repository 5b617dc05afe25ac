import { assertEquals, assertRejects } from "@std/assert";
import type { JsonObject } from "../../core/json.ts";
import type { EventLog, StoredEvent } from "../../core/ports/event_log.ts";
import { RECORDED_MATCH_ID, recordMatch } from "../../tests/fixtures/recorded_match.ts";
import { runReplayCommand } from "./replay_command.ts";

const { events } = recordMatch({ seed: 1, ticks: 60, botCount: 1, endReason: "empty" });

/** A log that has these events of the one match, and fails after them if it is told to. */
function openLog(stored: readonly JsonObject[], failure?: Error): Pick<EventLog, "read"> {
  return {
    async *read(topic, { key = "" } = {}): AsyncGenerator<StoredEvent> {
      await Promise.resolve();
      for (const [index, value] of stored.entries()) {
        if (value.match_id === key) yield { topic, key, value, position: `${index}` };
      }
      if (failure !== undefined) throw failure;
    },
  };
}

/** Writes the timeline of a match; resolves to whether it was kept, each time that the file was closed. */
async function writeTimeline(
  matchId: string,
  eventLog: Pick<EventLog, "read">,
): Promise<boolean[]> {
  const kept: boolean[] = [];
  const ignore = (): void => {};
  const running = runReplayCommand([matchId, "--to-json", "file"], {
    out: ignore,
    error: ignore,
    isTerminal: false,
    openFile: () => ({ write: ignore, close: ({ isKept }) => void kept.push(isKept) }),
    openEventLog: () => Promise.resolve(eventLog),
  });
  if (eventLog === BROKEN) await assertRejects(() => running, Error, "Kafka is away");
  else await running;
  return kept;
}

const BROKEN = openLog(events.slice(0, 2), new Error("Kafka is away"));

Deno.test("runReplayCommand keeps a timeline as far as it was recorded, and none that could not be read", async () => {
  assertEquals(await writeTimeline(RECORDED_MATCH_ID, openLog(events)), [true]);
  assertEquals(await writeTimeline(RECORDED_MATCH_ID, openLog(events.slice(0, 2))), [true]);
  assertEquals(await writeTimeline("match-0", openLog(events)), [false]);
  assertEquals(await writeTimeline(RECORDED_MATCH_ID, BROKEN), [false]);
});
