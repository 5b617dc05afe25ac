import { assertEquals } from "@std/assert";
import { Health } from "./health.ts";
import { ManualClock } from "./manual_clock.ts";

Deno.test("Health is ready from its start until it drains", () => {
  const health = new Health();
  assertEquals(health.report(), { ready: false, down: { service: "starting" } });
  health.markStarted();
  assertEquals(health.report(), { ready: true, down: {} });
  health.markDraining();
  assertEquals(health.report(), { ready: false, down: { service: "draining" } });
  assertEquals(health.draining, true);
});

Deno.test("Health names what is down, and is not ready without what is required", () => {
  const health = new Health();
  health.markStarted();
  health.markDown("event_log", "disk is full", { required: false });
  assertEquals(health.report(), { ready: true, down: { event_log: "disk is full" } });
  health.markDown("database", "refused", { required: true });
  assertEquals(health.report().ready, false);
  health.markUp("database");
  assertEquals(health.report(), { ready: true, down: { event_log: "disk is full" } });
});

Deno.test("Health reports the parts that services share", () => {
  const shared = new Health();
  const own = new Health(shared);
  own.markStarted();
  shared.markDown("event_log", "gone", { required: true });
  assertEquals(own.report(), { ready: false, down: { event_log: "gone" } });
  shared.markUp("event_log");
  assertEquals(own.report(), { ready: true, down: {} });
});

Deno.test("Health says since when something is down, however often it is said", async () => {
  const clock = new ManualClock();
  const shared = new Health(undefined, clock);
  const health = new Health(shared, clock);
  health.markStarted();
  const startMs = clock.nowMs();
  shared.markDown("nats", "refused", { required: false });
  await clock.advance(1_000);
  shared.markDown("nats", "timeout", { required: false });
  health.markDraining();
  await clock.advance(1_000);
  health.markDraining();
  assertEquals(health.ailments(), [
    { part: "service", reason: "draining", sinceMs: startMs + 1_000 },
    { part: "nats", reason: "timeout", sinceMs: startMs },
  ]);
  shared.markUp("nats");
  shared.markDown("nats", "refused", { required: false });
  assertEquals(health.ailments()[1]?.sinceMs, startMs + 2_000);
});
