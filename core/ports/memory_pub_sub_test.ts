import { assert, assertEquals } from "@std/assert";
import { silentLog } from "../log.ts";
import { ManualClock } from "../manual_clock.ts";
import { MemoryPubSub, type PubSubTrouble } from "./memory_pub_sub.ts";

Deno.test("MemoryPubSub drops what is above its backlog and counts it", async () => {
  const troubles: PubSubTrouble[] = [];
  const bus = new MemoryPubSub({
    clock: new ManualClock(),
    log: silentLog,
    backlogMax: 2,
    onTrouble: (trouble) => troubles.push(trouble),
  });
  const seen: string[] = [];
  bus.subscribe("a", ({ payload }) => void seen.push(payload));
  for (const payload of ["1", "2", "3"]) bus.publish("a", payload);
  await Promise.resolve();
  assertEquals(seen, ["1", "2"]);
  await bus.close();
  bus.publish("a", "4");
  assertEquals(troubles, ["backlog_full", "closed"]);
});

Deno.test("MemoryPubSub counts listeners that throw or reject", async () => {
  const clock = new ManualClock();
  const troubles: PubSubTrouble[] = [];
  const bus = new MemoryPubSub({
    clock,
    log: silentLog,
    onTrouble: (trouble) => troubles.push(trouble),
  });
  bus.subscribe("a", () => {
    throw new Error("sync");
  });
  bus.subscribe("a", () => Promise.reject(new Error("async")));
  bus.publish("a", "1");
  await clock.advance(0);
  assertEquals(troubles, ["listener_failed", "listener_failed"]);
  await bus.close();
});

Deno.test("MemoryPubSub lets timers run while listeners answer each other for ever", async () => {
  const clock = new ManualClock();
  const bus = new MemoryPubSub({ clock, log: silentLog, backlogMax: 100 });
  let count = 0;
  bus.subscribe("ping", () => {
    count++;
    bus.publish("pong", "");
  });
  bus.subscribe("pong", () => bus.publish("ping", ""));
  bus.publish("ping", "");
  await Promise.resolve();
  assertEquals([count, clock.timerCount], [50, 1]);
  await bus.close();
});

Deno.test("MemoryPubSub finds an exact subject without looking at the others", async () => {
  const bus = new MemoryPubSub({ clock: new ManualClock(), log: silentLog });
  const publishUs = async (subscriptions: number): Promise<number> => {
    for (let index = 0; index < subscriptions; index++) bus.subscribe(`s.${index}`, () => {});
    const started = performance.now();
    for (let index = 0; index < 5_000; index++) bus.publish("s.0", "x");
    await Promise.resolve();
    return performance.now() - started;
  };
  await publishUs(1);
  // A scan of 50 000 subjects would take seconds; a map takes a few milliseconds.
  assert(await publishUs(50_000) < 1_000);
  await bus.close();
});
