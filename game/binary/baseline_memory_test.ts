import { assert, assertEquals } from "@std/assert";
import { BASELINES_MAX } from "../wire/snapshot_limits.ts";
import { BaselineMemory } from "./baseline_memory.ts";
import { WHOLE_ARENA } from "./sight_grid.ts";

Deno.test("BaselineMemory has no baseline before the first acknowledgement", () => {
  const memory = new BaselineMemory();
  memory.onSent(5, 7);
  assertEquals([memory.tick, memory.cell], [0, WHOLE_ARENA]);
});

Deno.test("BaselineMemory takes the newest acknowledged snapshot, with the cell it was seen from", () => {
  const memory = new BaselineMemory();
  for (const [tick, cell] of [[5, 1], [6, 2], [7, 3]] as const) memory.onSent(tick, cell);
  assert(memory.onAck(6));
  assertEquals([memory.tick, memory.cell], [6, 2]);
  assert(!memory.onAck(5), "an older one, come late");
  assert(!memory.onAck(6));
  assert(memory.onAck(7));
  assertEquals([memory.tick, memory.cell], [7, 3]);
});

Deno.test("BaselineMemory takes no acknowledgement of what was not sent, or too long ago", () => {
  const memory = new BaselineMemory();
  for (let tick = 1; tick <= BASELINES_MAX + 1; tick++) memory.onSent(tick, 0);
  assert(!memory.onAck(1));
  assert(!memory.onAck(BASELINES_MAX + 2));
  assert(!memory.onAck(0));
  assert(memory.onAck(2));
});
