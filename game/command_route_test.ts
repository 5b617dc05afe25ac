import { assertEquals } from "@std/assert";
import type { JsonValue } from "../core/json.ts";
import { silentLog } from "../core/log.ts";
import {
  PLAYER_COMMANDS_QUEUE,
  PUBLISHES_IN_FLIGHT_MAX,
  routeThroughBroker,
} from "./command_route.ts";
import { openTestSessions } from "./testing.ts";

Deno.test("routeThroughBroker publishes commands, and counts those that the broker refuses or is too slow for", async () => {
  const test = openTestSessions();
  const player = test.seat("ann");
  const published: (readonly [string, JsonValue])[] = [];
  let waiting: PromiseWithResolvers<void>[] = [];
  let dropped = 0;
  const route = routeThroughBroker({
    workQueue: {
      publish: (queue, message) => {
        published.push([queue, message]);
        const answer = Promise.withResolvers<void>();
        waiting.push(answer);
        return answer.promise;
      },
    },
    log: silentLog,
    dropped: { value: 0, inc: () => void dropped++ },
  });
  route(player, { action: "shoot" });
  assertEquals(published, [[PLAYER_COMMANDS_QUEUE, {
    player_id: "ann",
    command: "shoot",
    details: { source: "udp", tank_id: player.tank.tankId },
  }]]);
  for (let count = 0; count < PUBLISHES_IN_FLIGHT_MAX; count++) route(player, { action: "shoot" });
  assertEquals([published.length, dropped], [PUBLISHES_IN_FLIGHT_MAX, 1]);
  for (const answer of waiting) answer.reject(new Error("away"));
  waiting = [];
  await test.clock.advance(0);
  assertEquals(dropped, 1 + PUBLISHES_IN_FLIGHT_MAX);
  route(player, { action: "shoot" });
  assertEquals(published.length, PUBLISHES_IN_FLIGHT_MAX + 1, "there is room again");
  for (const answer of waiting) answer.resolve();
  test.loop.stop();
});
