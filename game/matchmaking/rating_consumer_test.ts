import { assert, assertEquals } from "@std/assert";
import { silentLog } from "../../core/log.ts";
import { ManualClock } from "../../core/manual_clock.ts";
import { Metrics } from "../../core/metrics.ts";
import type { EventHandler, EventLog } from "../../core/ports/event_log.ts";
import { openMatchmakerMetrics } from "./matchmaker_metrics.ts";
import type { MatchResult, SettleOutcome } from "./rated_match.ts";
import { consumeResults } from "./rating_consumer.ts";

const OVER = { event_type: "match_over", match_id: "m1", winner: 1, players: [] };
const HOUR_MS = 3_600_000;

interface Bench {
  readonly clock: ManualClock;
  readonly settled: MatchResult[];
  /** For how long matches were kept that were forgotten, each time. */
  readonly forgotten: number[];
  readonly counted: (outcome: SettleOutcome) => number;
  isAway: boolean;
  /** Delivers an event, as the log would. */
  deliver(value: Parameters<EventHandler>[0]["value"]): Promise<void>;
  close(): Promise<void>;
}

function openBench(): Bench {
  const clock = new ManualClock();
  const settled: MatchResult[] = [];
  const forgotten: number[] = [];
  let handler: EventHandler | undefined;
  const eventLog: Pick<EventLog, "subscribe"> = {
    subscribe: (_topic, _group, given) => {
      handler = given;
      return Promise.resolve({ close: () => Promise.resolve(void (handler = undefined)) });
    },
  };
  const answer = <T>(value: T): Promise<T> =>
    bench.isAway ? Promise.reject(new Error("away")) : Promise.resolve(value);
  const metrics = openMatchmakerMetrics(new Metrics({ process: false }), {
    servers: () => 0,
    openMatches: () => 0,
    searches: () => 0,
    isLeader: () => true,
  });
  const subscription = consumeResults({
    eventLog,
    store: {
      settle: async (result) => {
        const outcome = await answer<SettleOutcome>("rated");
        settled.push(result);
        return outcome;
      },
      forget: async (ageMs) => forgotten.push(await answer(ageMs)),
    },
    clock,
    log: silentLog,
    metrics,
  });
  const bench: Bench = {
    ...{ clock, settled, forgotten, isAway: false },
    counted: (outcome) => metrics.ratings[outcome].value,
    deliver: async (value) => {
      assert(handler !== undefined, "nobody listens");
      await handler({ topic: "game_events", key: "m1", value, position: "1" });
    },
    close: () => subscription.close(),
  };
  return bench;
}

Deno.test("consumeResults rates what has ended, and counts it; of other events it makes nothing", async () => {
  const bench = openBench();
  await bench.deliver({ event_type: "match_started", match_id: "m1" });
  await bench.deliver(OVER);
  assertEquals(bench.settled.map(({ matchId, winner }) => [matchId, winner]), [["m1", 1]]);
  assertEquals(bench.counted("rated"), 1);
  await bench.close();
});

Deno.test("consumeResults has the log deliver again what could not be rated", async () => {
  const bench = openBench();
  bench.isAway = true;
  const failure = await bench.deliver(OVER).then(() => "none", (error) => error.message);
  assertEquals([failure, bench.counted("rated")], ["away", 0]);
  bench.isAway = false;
  await bench.deliver(OVER);
  assertEquals([bench.settled.length, bench.counted("rated")], [1, 1]);
  await bench.close();
});

Deno.test("consumeResults forgets matches that never ended after a week, and goes on where that fails", async () => {
  const bench = openBench();
  bench.isAway = true;
  await bench.clock.advance(HOUR_MS / 2);
  assertEquals(bench.forgotten, []);
  bench.isAway = false;
  await bench.clock.advance(HOUR_MS / 6);
  assertEquals(bench.forgotten, [7 * 24 * HOUR_MS]);
  await bench.close();
  await bench.clock.advance(HOUR_MS);
  assertEquals(bench.forgotten.length, 1);
});
