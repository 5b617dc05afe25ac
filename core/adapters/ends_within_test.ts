import { assertEquals } from "@std/assert";
import { ManualClock } from "../manual_clock.ts";
import { endsWithin } from "./ends_within.ts";

Deno.test("endsWithin waits for the end, good or bad, but not longer than it may", async () => {
  const clock = new ManualClock();
  assertEquals(await endsWithin(clock, 100, Promise.resolve()), true);
  assertEquals(await endsWithin(clock, 100, Promise.reject(new Error("no"))), true);
  const late = Promise.withResolvers<void>();
  const ended = endsWithin(clock, 100, late.promise);
  await clock.advance(100);
  assertEquals([await ended, clock.timerCount], [false, 0]);
  late.reject(new Error("nobody listens any more"));
});
