import { assertEquals } from "@std/assert";
import type { JsonObject } from "../../core/json.ts";
import type { EventLog, StoredEvent } from "../../core/ports/event_log.ts";
import { MatchHistories } from "./match_history.ts";

interface Told {
  readonly type: string;
  readonly server: string;
  readonly atS: number;
  readonly epoch?: number;
}

/** A log that has these events of one match in `game_events`, each with an id of its own. */
async function historiesOf(events: readonly Told[]): Promise<MatchHistories> {
  const stored = events.map(({ type, server, atS, epoch }, index): StoredEvent => {
    const about: JsonObject = { event_type: type, server_id: server, timestamp: atS };
    const value = { ...about, event_id: `${index}`, match_id: "m", ...(epoch && { epoch }) };
    return { topic: "game_events", key: "m", value, position: `${index}` };
  });
  const read = (topic: string): ReadableStream<StoredEvent> =>
    ReadableStream.from(topic === "game_events" ? stored : []);
  const histories = new MatchHistories();
  await histories.readAll({ read } satisfies Pick<EventLog, "read">);
  return histories;
}

const FIRST: Told = { type: "match_started", server: "one", atS: 1, epoch: 1 };
const SECOND: Told = { type: "match_restored", server: "two", atS: 10, epoch: 2 };
const THIRD: Told = { type: "match_restored", server: "one", atS: 20, epoch: 3 };

Deno.test("MatchHistories finds a server that writes of a match after another has gone on with it", async () => {
  const late = { type: "player_left_session", server: "one", atS: 10.5 };
  const histories = await historiesOf([FIRST, SECOND, late]);
  assertEquals(histories.overlaps(), ["m: one (player_left_session) and two, for 500 ms"]);
});

Deno.test("MatchHistories finds nothing where each wrote in its own time, even one that came back", async () => {
  const shots = [["one", 9], ["two", 19], ["one", 19.95], ["one", 30]] as const;
  const told = shots.map(([server, atS]) => ({ type: "tank_shot", server, atS }));
  const histories = await historiesOf([FIRST, SECOND, THIRD, ...told]);
  assertEquals(histories.overlaps(), []);
  assertEquals(histories.stories.get("m")?.begun, ["one 1", "two 2", "one 3"]);
});
