import { assertAlmostEquals, assertEquals } from "@std/assert";
import { memorySlope } from "./memory_slope.ts";

const MINUTE_MS = 60_000;

Deno.test("memorySlope finds the line through samples that lie on one", () => {
  const samples = [1, 2, 4, 8].map((minute) => ({
    atMs: minute * MINUTE_MS,
    bytes: 100 + 7 * minute,
  }));
  const { perHour, first, last } = memorySlope(samples);
  assertAlmostEquals(perHour, 7 * 60, 1e-9);
  assertAlmostEquals(first, 107);
  assertAlmostEquals(last, 156);
});

Deno.test("memorySlope is not misled by what goes up and down", () => {
  const samples = [10, 30, 10, 30, 10].map((bytes, atMs) => ({ atMs, bytes }));
  assertAlmostEquals(memorySlope(samples).perHour, 0);
});

Deno.test("memorySlope of one time is none", () => {
  assertEquals(memorySlope([]).perHour, NaN);
  assertEquals(memorySlope([{ atMs: 1, bytes: 1 }, { atMs: 1, bytes: 2 }]).perHour, NaN);
});
