import { assertEquals } from "@std/assert";
import { ManualClock } from "../manual_clock.ts";
import { Deadline } from "./deadline.ts";

function open(): { clock: ManualClock; deadline: Deadline; dueAtMs: number[] } {
  const clock = new ManualClock();
  const dueAtMs: number[] = [];
  const onDue = (): void => void dueAtMs.push(clock.monotonicMs());
  return { clock, deadline: new Deadline({ delayMs: 100, clock, onDue }), dueAtMs };
}

Deno.test("Deadline calls back once, its delay after start", async () => {
  const { clock, deadline, dueAtMs } = open();
  await clock.advance(500);
  deadline.start();
  await clock.advance(99);
  assertEquals(dueAtMs, []);
  await clock.advance(500);
  assertEquals(dueAtMs, [600]);
});

Deno.test("Deadline counts from the last start and keeps one timer", async () => {
  const { clock, deadline, dueAtMs } = open();
  for (let count = 0; count < 10; count++) {
    deadline.start();
    assertEquals(clock.timerCount, 1);
    await clock.advance(30);
  }
  assertEquals(dueAtMs, []);
  await clock.advance(1_000);
  assertEquals(dueAtMs, [370]);
  assertEquals(clock.timerCount, 0);
});

Deno.test("Deadline stopped never calls back, and can be started again", async () => {
  const { clock, deadline, dueAtMs } = open();
  deadline.start();
  await clock.advance(50);
  deadline.stop();
  await clock.advance(20);
  deadline.start();
  await clock.advance(99);
  assertEquals(dueAtMs, []);
  await clock.advance(1);
  assertEquals(dueAtMs, [170]);
  deadline.start();
  deadline.stop();
  await clock.advance(1_000);
  assertEquals(dueAtMs, [170]);
});

Deno.test("Deadline disposed leaves no timer", async () => {
  const { clock, deadline, dueAtMs } = open();
  deadline.start();
  deadline.dispose();
  assertEquals(clock.timerCount, 0);
  await clock.advance(1_000);
  assertEquals(dueAtMs, []);
});
