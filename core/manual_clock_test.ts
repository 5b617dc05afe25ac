import { assertEquals } from "@std/assert";
import { sleep } from "./clock.ts";
import { ManualClock } from "./manual_clock.ts";

Deno.test("ManualClock stands still until it is moved", async () => {
  const clock = new ManualClock(5_000);
  assertEquals([clock.nowMs(), clock.monotonicMs()], [5_000, 0]);
  await clock.advance(250);
  assertEquals([clock.nowMs(), clock.monotonicMs()], [5_250, 250]);
});

Deno.test("ManualClock runs each timer at its own moment, by time and then by creation", async () => {
  const clock = new ManualClock();
  const calls: [string, number][] = [];
  const note = (name: string) => (): void => void calls.push([name, clock.monotonicMs()]);

  clock.after(30, note("late"));
  clock.after(10, note("early"));
  clock.after(20, note("first of two"));
  clock.after(20, note("second of two"));
  clock.after(41, note("too late"));
  await clock.advance(40);

  assertEquals(calls, [
    ["early", 10],
    ["first of two", 20],
    ["second of two", 20],
    ["late", 30],
  ]);
  assertEquals(clock.monotonicMs(), 40);
  assertEquals(clock.timerCount, 1);
});

Deno.test("ManualClock repeats a timer every period until it is cancelled", async () => {
  const clock = new ManualClock();
  const callsAtMs: number[] = [];
  const cancel = clock.every(10, () => callsAtMs.push(clock.monotonicMs()));

  await clock.advance(35);
  assertEquals(callsAtMs, [10, 20, 30]);

  cancel();
  cancel();
  await clock.advance(35);
  assertEquals(callsAtMs, [10, 20, 30]);
  assertEquals(clock.timerCount, 0);
});

Deno.test("ManualClock lets a timer cancel another that is due at the same moment", async () => {
  const clock = new ManualClock();
  let callCount = 0;
  clock.after(10, () => cancelSecond());
  const cancelSecond = clock.after(10, () => callCount++);
  await clock.advance(10);
  assertEquals(callCount, 0);
});

Deno.test("ManualClock lets a repeating timer cancel itself", async () => {
  const clock = new ManualClock();
  let callCount = 0;
  const cancel = clock.every(10, () => {
    callCount++;
    cancel();
  });
  await clock.advance(100);
  assertEquals(callCount, 1);
});

Deno.test("ManualClock runs timers that timers set, within the same advance", async () => {
  const clock = new ManualClock();
  const callsAtMs: number[] = [];
  clock.after(10, () => {
    callsAtMs.push(clock.monotonicMs());
    clock.after(10, () => callsAtMs.push(clock.monotonicMs()));
  });
  await clock.advance(20);
  assertEquals(callsAtMs, [10, 20]);
});

Deno.test("ManualClock lets promises settle between timers", async () => {
  const clock = new ManualClock();
  const wokeAtMs: number[] = [];
  const sleeper = (async (): Promise<void> => {
    for (let turn = 0; turn < 3; turn++) {
      await sleep(clock, 10);
      wokeAtMs.push(clock.monotonicMs());
    }
  })();
  await clock.advance(30);
  await sleeper;
  assertEquals(wokeAtMs, [10, 20, 30]);
});

Deno.test("ManualClock runs a timer without delay only when it is moved, if by nothing", async () => {
  const clock = new ManualClock();
  let callCount = 0;
  clock.after(0, () => callCount++);
  clock.after(-5, () => callCount++);
  assertEquals(callCount, 0);
  await clock.advance(0);
  assertEquals([callCount, clock.monotonicMs()], [2, 0]);
});

Deno.test("ManualClock takes a period of nothing for one millisecond", async () => {
  const clock = new ManualClock();
  let callCount = 0;
  const cancel = clock.every(0, () => callCount++);
  await clock.advance(3);
  assertEquals(callCount, 3);
  cancel();
});
