import { assertEquals } from "@std/assert";
import { ManualClock } from "../../core/manual_clock.ts";
import type { ServerStatus } from "../../core/protocol/server_status.ts";
import { ServerRegistry } from "./registry.ts";
import { openStatus } from "./testing.ts";

function openBench(serversMax = 10): { clock: ManualClock; registry: ServerRegistry } {
  const clock = new ManualClock();
  return { clock, registry: new ServerRegistry({ clock, timeoutMs: 15_000, serversMax }) };
}

const idsOf = (statuses: readonly ServerStatus[]): string[] => statuses.map((s) => s.serverId);

Deno.test("Registry keeps a server for less than three broadcasts missed", async () => {
  const { clock, registry } = openBench();
  assertEquals(registry.observe(openStatus("a")), "new");
  await clock.advance(5_000);
  assertEquals(registry.observe(openStatus("b")), "new");
  await clock.advance(9_999);
  assertEquals(idsOf(registry.alive()), ["a", "b"]);
  await clock.advance(1);
  assertEquals(idsOf(registry.alive()), ["b"]);
  assertEquals(registry.get("a"), undefined);
  assertEquals([registry.expire(), registry.expire()], [["a"], []]);
  assertEquals(registry.observe(openStatus("a")), "new");
});

Deno.test("Registry has the latest of what a server says", () => {
  const { registry } = openBench();
  registry.observe(openStatus("a", { runningMatches: 1 }));
  assertEquals(registry.observe(openStatus("a", { runningMatches: 2, draining: true })), "known");
  assertEquals(registry.get("a"), openStatus("a", { runningMatches: 2, draining: true }));
});

Deno.test("Registry forgets a server until it is heard again", () => {
  const { registry } = openBench();
  registry.observe(openStatus("a"));
  registry.forget("a");
  assertEquals(registry.alive(), []);
  registry.observe(openStatus("a"));
  assertEquals(idsOf(registry.alive()), ["a"]);
});

Deno.test("Registry refuses servers beyond its bound", () => {
  const { registry } = openBench(2);
  assertEquals(["a", "b", "c"].map((id) => registry.observe(openStatus(id))), [
    "new",
    "new",
    "refused",
  ]);
  assertEquals(registry.observe(openStatus("a")), "known");
  assertEquals(idsOf(registry.alive()), ["a", "b"]);
});
