import { assert, assertEquals } from "@std/assert";
import { Rng } from "../../core/rng.ts";
import { type Fault, planFaults } from "./fault_plan.ts";

const FAULTS: readonly Fault[] = ["a", "b", "c", "d"].map((target) => ({ kind: "kill", target }));

function plan(seed: number, durationMs = 600_000): ReturnType<typeof planFaults> {
  return planFaults(FAULTS, { durationMs, everyMs: 30_000, rng: new Rng(seed) });
}

Deno.test("planFaults has every fault come once before any comes again", () => {
  const targets = plan(1).map(({ target }) => target);
  assertEquals(targets.length, 19);
  for (let start = 0; start + 4 <= targets.length; start += 4) {
    assertEquals(targets.slice(start, start + 4).toSorted(), ["a", "b", "c", "d"]);
  }
});

Deno.test("planFaults leaves a period before the first fault and after the last", () => {
  const times = plan(1, 120_000).map(({ atMs }) => atMs);
  assertEquals(times, [30_000, 60_000, 90_000]);
  assertEquals(plan(1, 30_000), []);
  assert(plan(1).every(({ lastsMs }) => lastsMs >= 3_000 && lastsMs < 8_000));
});

Deno.test("planFaults gives the same plan for the same seed", () => {
  assertEquals(plan(7), plan(7));
  assert(JSON.stringify(plan(7)) !== JSON.stringify(plan(8)));
});
