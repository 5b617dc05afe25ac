import { assertEquals } from "@std/assert";
import type { JsonValue } from "../../core/json.ts";
import { silentLog } from "../../core/log.ts";
import { ManualClock } from "../../core/manual_clock.ts";
import { FANOUT_IN_FLIGHT_MAX, FanoutEvents } from "./fanout_events.ts";

interface Bench {
  readonly events: FanoutEvents;
  readonly sent: (readonly [string, JsonValue])[];
  /** Lets the broker answer all that it was given. */
  answer(how: "taken" | "refused"): void;
  readonly dropped: () => number;
}

function openBench(): Bench {
  const sent: (readonly [string, JsonValue])[] = [];
  const waiting: PromiseWithResolvers<void>[] = [];
  let dropped = 0;
  let id = 0;
  const events = new FanoutEvents("room.events", {
    workQueue: {
      publishFanout: (exchange, event) => {
        sent.push([exchange, event]);
        const answer = Promise.withResolvers<void>();
        waiting.push(answer);
        return answer.promise;
      },
    },
    clock: new ManualClock(1_500),
    serverId: "m1",
    newId: () => `e${++id}`,
    log: silentLog,
    dropped: { value: 0, inc: () => void dropped++ },
  });
  return {
    ...{ events, sent },
    answer: (how) => {
      for (const answer of waiting.splice(0)) {
        if (how === "taken") answer.resolve();
        else answer.reject(new Error("away"));
      }
    },
    dropped: () => dropped,
  };
}

Deno.test("FanoutEvents tells with time, id and server", async () => {
  const { events, sent, answer, dropped } = openBench();
  events.tell({ event_type: "room_created", code: "ABC" });
  answer("taken");
  await events.close();
  assertEquals(sent, [["room.events", {
    ...{ event_type: "room_created", code: "ABC" },
    ...{ timestamp: 1.5, event_id: "e1", server_id: "m1" },
  }]]);
  assertEquals(dropped(), 0);
});

Deno.test("FanoutEvents drops and counts what the broker refuses, and what is too much for it", async () => {
  const { events, sent, answer, dropped } = openBench();
  events.tell({ event_type: "a" });
  answer("refused");
  await events.close();
  assertEquals(dropped(), 1);
  for (let count = 0; count < FANOUT_IN_FLIGHT_MAX + 2; count++) events.tell({ event_type: "b" });
  assertEquals([sent.length, dropped()], [1 + FANOUT_IN_FLIGHT_MAX, 3]);
  answer("taken");
  await events.close();
  events.tell({ event_type: "c" });
  assertEquals([sent.length, dropped()], [2 + FANOUT_IN_FLIGHT_MAX, 3], "there is room again");
  answer("taken");
  await events.close();
});
