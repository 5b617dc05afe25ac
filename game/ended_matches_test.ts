import { assertEquals } from "@std/assert";
import { ManualClock } from "../core/manual_clock.ts";
import { ENDED_MATCHES_MAX, EndedMatches } from "./ended_matches.ts";

Deno.test("EndedMatches knows for a minute that a match is over, and then forgets it", async () => {
  const clock = new ManualClock();
  const ended = new EndedMatches(clock);
  ended.add("m1");
  await clock.advance(59_999);
  assertEquals([ended.has("m1"), ended.has("m2")], [true, false]);
  await clock.advance(1);
  assertEquals(ended.has("m1"), false);
});

Deno.test("EndedMatches holds a bounded number, and forgets the oldest first", () => {
  const ended = new EndedMatches(new ManualClock());
  for (let index = 0; index < ENDED_MATCHES_MAX + 2; index++) ended.add(`m${index}`);
  assertEquals(["m0", "m1", "m2", `m${ENDED_MATCHES_MAX + 1}`].map((id) => ended.has(id)), [
    ...[false, false],
    ...[true, true],
  ]);
  // Over once more: it is the latest now.
  ended.add("m2");
  ended.add("another");
  assertEquals(["m2", "m3"].map((id) => ended.has(id)), [true, false]);
});
