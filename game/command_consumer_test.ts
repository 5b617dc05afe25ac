import { assertEquals } from "@std/assert";
import type { JsonValue } from "../core/json.ts";
import { silentLog } from "../core/log.ts";
import { MemoryWorkQueue } from "../core/ports/memory_work_queue.ts";
import { startCommandConsumers, tryMatchOrder } from "./command_consumer.ts";
import type { Forwarded } from "./command_forwarder.ts";
import { routeThroughBroker, serverCommandsQueue } from "./command_route.ts";
import { openTestSessions, type TestSessions } from "./testing.ts";

const DETAILS = { match_id: "m1", mode: "team", players: ["ann"] };

Deno.test("a command from the queue drives the player's tank", async () => {
  const test = await openConsumers();
  const { tank } = test.seat("ann");
  await test.publish("player_commands", {
    player_id: "ann",
    command: "move",
    details: { source: "admin", tank_id: tank.tankId, new_position: [40, 30] },
  });
  await test.publish("player_commands", { player_id: "nobody", command: "shoot" });
  assertEquals(tank.moveOrder, { xUm: 40_000_000, yUm: 30_000_000 });
  assertEquals([test.applied.value, test.unknown.value], [1, 1]);
  await test.close();
});

Deno.test("a command from the server's own queue is the same, and nobody is asked about it", async () => {
  const test = await openConsumers();
  const { tank } = test.seat("ann");
  await test.publish(serverCommandsQueue("here"), {
    player_id: "ann",
    command: "move",
    details: { new_position: [40, 30] },
    forwarded_by: "elsewhere",
  });
  assertEquals(tank.moveOrder, { xUm: 40_000_000, yUm: 30_000_000 });
  assertEquals([test.applied.value, test.asked], [1, []]);
  await test.close();
});

Deno.test("a command for a player who is elsewhere is sent on, and tried again where that fails", async () => {
  const test = await openConsumers();
  const command = { player_id: "bob", command: "shoot", details: { source: "admin" } };
  test.answers.push(new Error("the store is away"), "forwarded", "moved_on");
  await test.workQueue.publish("player_commands", command);
  await test.clock.advance(0);
  assertEquals([test.asked.length, test.forwarded.value], [1, 0]);
  await test.clock.advance(1_000);
  assertEquals(test.asked, [["bob", command], ["bob", command]]);
  await test.publish("player_commands", { ...command, player_id: "eve" });
  assertEquals([test.forwarded.value, test.movedOn.value, test.unknown.value], [1, 1, 0]);
  assertEquals(await test.workQueue.depth("player_commands"), 0);
  await test.close();
});

Deno.test("what cannot be read is set aside at once", async () => {
  const test = await openConsumers();
  await test.publish("player_commands", { player_id: "ann", command: "dance" });
  await test.publish("matchmaking_events", { event_type: "new_match_created" });
  const depths = ["player_commands.dead", "matchmaking_events.dead", "player_commands"];
  assertEquals(await Promise.all(depths.map((queue) => test.workQueue.depth(queue))), [1, 1, 0]);
  await test.close();
});

Deno.test("an order makes its match once, however often it is delivered", async () => {
  const test = await openConsumers();
  const order = { event_type: "new_match_created", match_details: DETAILS };
  await test.publish("matchmaking_events", order);
  await test.publish("matchmaking_events", order);
  assertEquals(test.sessions.sessionCount, 1);
  assertEquals(test.sessions.findSession("m1")?.match.mode, "team");
  await test.close();
});

Deno.test("an order that another server has met makes nothing, and is done with", async () => {
  const test = await openConsumers();
  test.begun.add("m1");
  await test.publish("matchmaking_events", {
    event_type: "new_match_created",
    match_details: DETAILS,
  });
  assertEquals(test.sessions.sessionCount, 0);
  const depths = ["matchmaking_events", "matchmaking_events.dead"];
  assertEquals(await Promise.all(depths.map((queue) => test.workQueue.depth(queue))), [0, 0]);
  await test.close();
});

Deno.test("a client's command sent through the broker comes back to the tank", async () => {
  const test = await openConsumers();
  const dropped = openCounter();
  const { workQueue } = test;
  const route = routeThroughBroker({ workQueue, log: silentLog, dropped });
  const player = test.seat("ann");
  route(player, { action: "move", xM: 40, yM: 30 });
  await test.settle();
  assertEquals(player.tank.moveOrder, { xUm: 40_000_000, yUm: 30_000_000 });
  await test.close();
  route(player, { action: "shoot" });
  await test.settle();
  assertEquals(dropped.value, 1);
});

Deno.test("tryMatchOrder refuses what is no order", () => {
  const event = { event_type: "new_match_created", match_details: DETAILS };
  assertEquals(tryMatchOrder(event), { matchId: "m1", mode: "team", players: ["ann"] });
  for (const matchId of ["x".repeat(64), "é".repeat(32)]) {
    const named = { ...event, match_details: { ...DETAILS, match_id: matchId } };
    assertEquals(tryMatchOrder(named)?.matchId, matchId);
  }
  const bad: readonly JsonValue[] = [
    null,
    {},
    { ...event, event_type: "match_closed" },
    { event_type: "new_match_created" },
    { ...event, match_details: { ...DETAILS, match_id: "" } },
    { ...event, match_details: { ...DETAILS, match_id: "x".repeat(65) } },
    { ...event, match_details: { ...DETAILS, match_id: "é".repeat(33) } },
    { ...event, match_details: { ...DETAILS, players: ["x".repeat(129)] } },
    { ...event, match_details: { ...DETAILS, mode: "no such" } },
    { ...event, match_details: { ...DETAILS, players: "ann" } },
    { ...event, match_details: { ...DETAILS, players: [7] } },
    { ...event, match_details: { ...DETAILS, players: Array(1_001).fill("p") } },
  ];
  for (const message of bad) {
    assertEquals(tryMatchOrder(message), undefined, JSON.stringify(message));
  }
});

interface TestConsumers extends TestSessions {
  readonly workQueue: MemoryWorkQueue;
  readonly applied: { readonly value: number };
  readonly unknown: { readonly value: number };
  readonly forwarded: { readonly value: number };
  readonly movedOn: { readonly value: number };
  /** Whom the forwarder was asked to send what on for. */
  readonly asked: readonly (readonly [playerId: string, message: JsonValue])[];
  /** What it answers, in turn; an error is thrown. After the last it knows nobody. */
  readonly answers: (Forwarded | Error)[];
  /** Matches that other servers have begun. */
  readonly begun: Set<string>;
  /** Publishes, and waits until the message was handled and the next tick is done. */
  publish(queue: string, message: JsonValue): Promise<void>;
  settle(): Promise<void>;
  close(): Promise<void>;
}

async function openConsumers(): Promise<TestConsumers> {
  const test = openTestSessions();
  const workQueue = new MemoryWorkQueue({ clock: test.clock, log: silentLog });
  const applied = openCounter();
  const unknown = openCounter();
  const forwarded = openCounter();
  const movedOn = openCounter();
  const asked: [string, JsonValue][] = [];
  const answers: (Forwarded | Error)[] = [];
  const begun = new Set<string>();
  const consumers = await startCommandConsumers({
    workQueue,
    sessions: test.sessions,
    forwarder: {
      forward: (playerId, message) => {
        asked.push([playerId, message]);
        const answer = answers.shift() ?? "unknown_player";
        return answer instanceof Error ? Promise.reject(answer) : Promise.resolve(answer);
      },
    },
    prepare: (order) =>
      Promise.resolve(
        begun.has(order.matchId)
          ? { ok: false, reason: "match_over" }
          : test.sessions.createOnOrder(order),
      ),
    serverId: "here",
    metrics: { applied, unknown_player: unknown, forwarded, moved_on: movedOn },
    log: silentLog,
  });
  const settle = (): Promise<void> => test.clock.advance(100);
  return {
    ...test,
    workQueue,
    applied,
    unknown,
    forwarded,
    movedOn,
    asked,
    answers,
    begun,
    settle,
    publish: async (queue, message) => {
      await workQueue.publish(queue, message);
      await settle();
    },
    close: async () => {
      await consumers.close();
      await workQueue.close();
    },
  };
}

function openCounter(): { value: number; inc(by?: number): void } {
  return {
    value: 0,
    inc(by = 1): void {
      this.value += by;
    },
  };
}
