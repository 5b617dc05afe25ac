import { assertEquals } from "@std/assert";
import { TickDurations, TICKS_REMEMBERED } from "./tick_durations.ts";

function openDurations(): { readonly durations: TickDurations; readonly passedOn: number[] } {
  const passedOn: number[] = [];
  const durations = new TickDurations({ observe: (value) => void passedOn.push(value) });
  return { durations, passedOn };
}

Deno.test("TickDurations passes everything on", () => {
  const { durations, passedOn } = openDurations();
  for (const value of [0.001, 0.002]) durations.observe(value);
  assertEquals(passedOn, [0.001, 0.002]);
});

Deno.test("TickDurations says what 99 of 100 ticks took at most", () => {
  const { durations } = openDurations();
  assertEquals(durations.p99Ms(), 0);
  durations.observe(0.004);
  assertEquals(durations.p99Ms(), 4);
  for (let tick = 1; tick < 100; tick++) durations.observe(0.002);
  assertEquals(durations.p99Ms(), 2);
  durations.observe(0.004);
  assertEquals(durations.p99Ms(), 4);
});

Deno.test("TickDurations forgets old ticks", () => {
  const { durations } = openDurations();
  for (let tick = 0; tick < TICKS_REMEMBERED; tick++) durations.observe(0.5);
  assertEquals(durations.p99Ms(), 500);
  for (let tick = 0; tick < TICKS_REMEMBERED; tick++) durations.observe(0.00123);
  assertEquals(durations.p99Ms(), 1.23);
});
