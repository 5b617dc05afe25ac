import { assert, assertEquals, assertGreaterOrEqual, assertRejects } from "@std/assert";
import { sleep, systemClock } from "./clock.ts";
import { ManualClock } from "./manual_clock.ts";

Deno.test("systemClock tells the machine's time", () => {
  const beforeMs = Date.now();
  const nowMs = systemClock.nowMs();
  assert(beforeMs <= nowMs && nowMs <= Date.now());

  const monotonicMs = systemClock.monotonicMs();
  assertGreaterOrEqual(systemClock.monotonicMs(), monotonicMs);
});

Deno.test("systemClock runs a timer once and not before its time", async () => {
  const startMs = systemClock.monotonicMs();
  let callCount = 0;
  await new Promise<void>((resolve) => {
    systemClock.after(5, () => {
      callCount++;
      resolve();
    });
  });
  // Timers count whole milliseconds of a clock of their own.
  assertGreaterOrEqual(systemClock.monotonicMs() - startMs, 4);
  assertEquals(callCount, 1);
});

Deno.test("systemClock repeats a timer until it is cancelled", async () => {
  let callCount = 0;
  await new Promise<void>((resolve) => {
    const cancel = systemClock.every(1, () => {
      if (++callCount < 3) return;
      cancel();
      cancel();
      resolve();
    });
  });
  // A later timer marks a moment by which it would have run again.
  await new Promise<void>((resolve) => void systemClock.after(3, resolve));
  assertEquals(callCount, 3);
});

Deno.test("systemClock never runs a cancelled timer", async () => {
  let callCount = 0;
  const cancel = systemClock.after(1, () => callCount++);
  cancel();
  // A later timer marks the moment at which the cancelled one would have run.
  await new Promise<void>((resolve) => void systemClock.after(2, resolve));
  assertEquals(callCount, 0);
});

Deno.test("sleep resolves when its time has passed and not before", async () => {
  const clock = new ManualClock();
  let isAwake = false;
  const sleeping = sleep(clock, 100).then(() => isAwake = true);

  await clock.advance(99);
  assertEquals(isAwake, false);
  await clock.advance(1);
  assertEquals(isAwake, true);
  await sleeping;
});

Deno.test("sleep rejects with the reason of a signal that aborts first and leaves no timer", async () => {
  const clock = new ManualClock();
  const controller = new AbortController();
  const sleeping = assertRejects(() => sleep(clock, 100, controller.signal), RangeError, "enough");

  await clock.advance(99);
  assertEquals(clock.timerCount, 1);
  controller.abort(new RangeError("enough"));
  await sleeping;
  assertEquals(clock.timerCount, 0);
});

Deno.test("sleep rejects at once under an aborted signal and starts no timer", async () => {
  const clock = new ManualClock();
  const signal = AbortSignal.abort(new RangeError("enough"));
  await assertRejects(() => sleep(clock, 100, signal), RangeError, "enough");
  assertEquals(clock.timerCount, 0);
});

Deno.test("sleep leaves no listener on a signal that never aborts", async () => {
  const { signal } = new AbortController();
  let listenerCount = 0;
  const add = signal.addEventListener.bind(signal);
  const remove = signal.removeEventListener.bind(signal);
  signal.addEventListener = (...args: Parameters<typeof add>) => (listenerCount++, add(...args));
  signal.removeEventListener = (...args: Parameters<typeof remove>) => (
    listenerCount--, remove(...args)
  );

  const clock = new ManualClock();
  const sleeping = sleep(clock, 100, signal);
  assertEquals(listenerCount, 1);
  await clock.advance(100);
  await sleeping;
  assertEquals(listenerCount, 0);
});
