import { assertEquals, assertGreaterOrEqual, assertLessOrEqual, assertThrows } from "@std/assert";
import type { Clock } from "../core/clock.ts";
import { ManualClock } from "../core/manual_clock.ts";
import { TICK_CATCH_UP_MAX, TICK_PHASES, type Ticking, TickLoop } from "./tick_loop.ts";

Deno.test("TickLoop steps everything at the tick rate", async () => {
  for (const tickRate of [10, 30, 60]) {
    const { clock, loop } = openLoop(tickRate);
    const steppers = Array.from({ length: 20 }, () => counting());
    for (const stepper of steppers) loop.add(stepper);
    loop.start();
    await clock.advance(10_000);
    loop.stop();
    for (const { ticks } of steppers) {
      assertGreaterOrEqual(ticks, tickRate * 10);
      assertLessOrEqual(ticks, tickRate * 10 + 1);
    }
  }
});

Deno.test("TickLoop spreads steppers evenly over the tick", async () => {
  const { clock, loop } = openLoop(10);
  const times: number[] = [];
  for (let index = 0; index < TICK_PHASES; index++) {
    loop.add({ tick: () => times.push(clock.monotonicMs()) });
  }
  loop.start();
  await clock.advance(99);
  loop.stop();
  assertEquals(times.length, TICK_PHASES);
  assertEquals(new Set(times).size, TICK_PHASES);
});

Deno.test("TickLoop catches up within its bound and counts what it gives up", async () => {
  const { clock, loop, lost } = openLoop(10, { stallMs: 2_000 });
  const stepper = counting();
  loop.add(stepper);
  loop.start();
  await clock.advance(4_000);
  loop.stop();
  const due = 60;
  assertEquals(lost.value > 0, true);
  assertLessOrEqual(Math.abs(stepper.ticks + lost.value - due), 2);
  assertGreaterOrEqual(stepper.ticks, 40 + TICK_CATCH_UP_MAX - 1);
});

Deno.test("TickLoop calls back at every part of a tick, before the steps of that", async () => {
  const { clock, loop } = openLoop(10);
  const calls: string[] = [];
  loop.beforePhases(() => calls.push(`call ${loop.wokenMs === clock.monotonicMs()}`));
  loop.add({ tick: () => calls.push("step") });
  loop.start();
  await clock.advance(150);
  loop.stop();
  await clock.advance(100);
  // One step at 0 and one at 100 ms; a part of a tick takes 12.5 ms.
  const quiet = Array(TICK_PHASES - 1).fill("call true");
  assertEquals(calls.slice(0, 2 + TICK_PHASES + 1), [
    "call true",
    "step",
    ...quiet,
    "call true",
    "step",
  ]);
  assertEquals(calls.length, 13 + 2);
});

Deno.test("TickLoop calls back again after a step in which the process stood still, before the next", async () => {
  let stoodMs = 0;
  const { clock, loop } = openLoop(10, { stoodMs: () => stoodMs });
  const calls: string[] = [];
  loop.beforePhases(() => calls.push("call"));
  loop.add({
    tick: () => {
      calls.push("stands still");
      stoodMs = 5_000;
    },
  });
  for (let others = 0; others < TICK_PHASES; others++) loop.add({ tick: () => calls.push("step") });
  loop.start();
  await clock.advance(0);
  loop.stop();
  assertEquals(calls.slice(0, 4), ["call", "stands still", "call", "step"]);
});

Deno.test("TickLoop drops a stepper that throws and goes on with the others", async () => {
  const { clock, loop, faults } = openLoop(10);
  const faulty: Ticking = {
    tick: () => {
      throw new Error("broken");
    },
  };
  const healthy = counting();
  loop.add(faulty);
  loop.add(healthy);
  loop.start();
  await clock.advance(1_000);
  loop.stop();
  assertEquals(faults, [faulty]);
  assertEquals(loop.size, 1);
  assertGreaterOrEqual(healthy.ticks, 10);
});

Deno.test("TickLoop steps nothing after stop", async () => {
  const { clock, loop } = openLoop(30);
  const stepper = counting();
  loop.add(stepper);
  loop.start();
  loop.stop();
  await clock.advance(1_000);
  assertEquals(stepper.ticks, 0);
  assertEquals(clock.timerCount, 0);
});

Deno.test("TickLoop can be stopped by a step, and is not started twice", async () => {
  const { clock, loop } = openLoop(30);
  const stepper = counting();
  loop.add({ tick: () => loop.stop() });
  loop.start();
  assertThrows(() => loop.start(), Error, "it runs already");
  await clock.advance(0);
  loop.add(stepper);
  await clock.advance(1_000);
  assertEquals([stepper.ticks, clock.timerCount], [0, 0]);
});

function counting(): Ticking & { ticks: number } {
  return {
    ticks: 0,
    tick(): void {
      this.ticks++;
    },
  };
}

/** A loop on a manual clock which, if asked, jumps once as a stalled machine's would. */
function openLoop(
  tickRate: number,
  options: { readonly stallMs?: number; readonly stoodMs?: () => number } = {},
): {
  clock: ManualClock;
  loop: TickLoop;
  lost: { value: number };
  faults: Ticking[];
} {
  const clock = new ManualClock();
  const lost = { value: 0, inc: (by = 1) => void (lost.value += by) };
  const faults: Ticking[] = [];
  const { stallMs = 0, stoodMs = () => 0 } = options;
  const stalling: Clock = {
    nowMs: () => clock.nowMs(),
    monotonicMs: () =>
      clock.monotonicMs() + stoodMs() + (clock.monotonicMs() > 1_000 ? stallMs : 0),
    after: (delayMs, callback) => clock.after(delayMs, callback),
    every: (periodMs, callback) => clock.every(periodMs, callback),
  };
  const histogram = { observe: () => {} };
  const loop = new TickLoop({
    clock: stalling,
    tickRate,
    metrics: { duration: histogram, lateness: histogram, lost },
    onFault: (ticking) => faults.push(ticking),
  });
  return { clock, loop, lost, faults };
}
