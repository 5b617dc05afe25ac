import { assertEquals, assertRejects } from "@std/assert";
import { ManualClock } from "../core/manual_clock.ts";
import { within } from "./within.ts";

const action = "count";
const deadlineMs = 100;

Deno.test("within passes on what the promise becomes and leaves no timer", async () => {
  const clock = new ManualClock();
  assertEquals(await within(Promise.resolve(7), { clock, deadlineMs, action }), 7);
  const failing = within(Promise.reject(new Error("broken")), { clock, deadlineMs, action });
  await assertRejects(() => failing, Error, "broken");
  await clock.advance(0);
  assertEquals(clock.timerCount, 0);
});

Deno.test("within rejects at the deadline and ignores what comes later", async () => {
  const clock = new ManualClock();
  const { promise, reject } = Promise.withResolvers<number>();
  const rejected = assertRejects(
    () => within(promise, { clock, deadlineMs, action }),
    Error,
    "Cannot count: no answer within 100 ms",
  );
  await clock.advance(deadlineMs - 1);
  assertEquals(clock.timerCount, 1);
  await clock.advance(1);
  await rejected;
  reject(new Error("late"));
  await clock.advance(0);
});
