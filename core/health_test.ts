import { assertEquals } from "@std/assert";
import { Health } from "./health.ts";

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
