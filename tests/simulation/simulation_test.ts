import { assert, assertEquals, assertNotEquals } from "@std/assert";
import { say } from "../fuzz/seed.ts";
import { BROKEN_PARTS } from "./broken_parts.ts";
import { simulate } from "./simulation.ts";

/** The same seeds each time, and some of the day: a fault that they find comes again with its seed. */
const FIXED_SEEDS = { from: 1, count: 20 } as const;
const SEEDS_OF_THE_DAY = 5;
const DAY_MS = 86_400_000;
/** A broken rule is seen within so many seeds. */
const BROKEN_SEEDS_MAX = 40;

Deno.test("Simulation keeps every promise where nothing goes wrong", async () => {
  const { violations, counts } = await simulate(1, { faultsMs: 0 });
  assertEquals(violations, []);
  assertEquals(counts.get("fault"), undefined);
});

Deno.test("Simulation keeps every promise under faults, whatever the seed", async () => {
  const dayFrom = Math.floor(Date.now() / DAY_MS) * 1_000;
  say(`simulation: seeds of the day from ${dayFrom}; again: deno task simulate --seed N`);
  const failures: string[] = [];
  const seen = new Map<string, number>();
  for (let index = 0; index < FIXED_SEEDS.count + SEEDS_OF_THE_DAY; index++) {
    const isFixed = index < FIXED_SEEDS.count;
    const seed = isFixed ? FIXED_SEEDS.from + index : dayFrom + index - FIXED_SEEDS.count;
    const { violations, counts } = await simulate(seed);
    failures.push(...violations.map((violation) => `seed ${seed}: ${violation}`));
    for (const [event, count] of counts) seen.set(event, (seen.get(event) ?? 0) + count);
  }
  assertEquals(failures, []);
  // They are no promises kept if nothing happened.
  for (const event of ["match_restored", "match_fenced", "match_in_doubt", "lead_lost"]) {
    assert((seen.get(event) ?? 0) > 0, `${event} was not seen`);
  }
});

Deno.test("Simulation runs the same again from the same seed, and otherwise from another", async () => {
  const first = await simulate(7);
  assertEquals((await simulate(7)).traceHash, first.traceHash);
  assertNotEquals((await simulate(8)).traceHash, first.traceHash);
});

for (const { name, seenAs, breakPorts } of BROKEN_PARTS) {
  Deno.test(`Simulation sees that ${name}`, async () => {
    for (let seed = 1; seed <= BROKEN_SEEDS_MAX; seed++) {
      const { violations } = await simulate(seed, { breakPorts });
      if (violations.some((violation) => seenAs.test(violation))) return;
    }
    throw new Error(`It was not seen within ${BROKEN_SEEDS_MAX} seeds`);
  });
}
