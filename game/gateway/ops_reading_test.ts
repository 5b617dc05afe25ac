import { assertEquals } from "@std/assert";
import { ManualClock } from "../../core/manual_clock.ts";
import { OpsReading } from "./ops_reading.ts";

Deno.test("OpsReading reads as seldom as it may, and keeps nobody waiting who can do with the last", async () => {
  const clock = new ManualClock();
  let count = 0;
  let answer = Promise.withResolvers<void>();
  const read = async (): Promise<number> => {
    count++;
    await answer.promise;
    return count;
  };
  const reading = new OpsReading({ read, clock, freshMs: 1_000, staleMs: 5_000 });
  const both = Promise.all([reading.latest(), reading.latest()]);
  answer.resolve();
  assertEquals(await both, [1, 1]);
  await clock.advance(999);
  assertEquals([await reading.latest(), count], [1, 1]);
  await clock.advance(1);
  answer = Promise.withResolvers();
  // The old one, while a new one is under way.
  assertEquals([await reading.latest(), await reading.latest(), count], [1, 1, 2]);
  answer.resolve();
  await reading.settled();
  assertEquals(await reading.latest(), 2);
  await clock.advance(5_000);
  assertEquals([await reading.latest(), count], [3, 3]);
});
