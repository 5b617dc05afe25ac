import { assertEquals } from "@std/assert";
import { Rng } from "../rng.ts";
import { SortedSet } from "./sorted_set.ts";

Deno.test("SortedSet gives what sorting gives for any sequence of operations", () => {
  const seed = 41;
  const rng = new Rng(seed);
  const set = new SortedSet();
  const model = new Map<string, number>();
  for (let step = 0; step < 3_000; step++) {
    const member = `m${rng.below(60)}`;
    if (rng.below(3) === 0) assertEquals(set.remove(member), model.delete(member));
    else {
      const score = rng.below(20) - 10;
      set.add(member, score);
      model.set(member, score);
    }
    const [min, max, limit] = [rng.below(20) - 10, rng.below(20) - 10, rng.below(10)];
    const expected = [...model].map(([member, score]) => ({ member, score }))
      .filter(({ score }) => score >= min && score <= max)
      .sort((a, b) => a.score - b.score || (a.member < b.member ? -1 : 1)).slice(0, limit);
    assertEquals(set.range({ min, max, limit }), expected, `seed ${seed}, step ${step}`);
    assertEquals(set.size, model.size);
  }
});
