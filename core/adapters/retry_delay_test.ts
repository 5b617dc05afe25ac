import { assertEquals } from "@std/assert";
import { retryDelayMs } from "./retry_delay.ts";

const RANGE = { minMs: 100, maxMs: 1_000 };

Deno.test("retryDelayMs doubles with each failure, up to its bound", () => {
  const delays = [1, 2, 3, 4, 5, 6, 10_000].map((count) => retryDelayMs(count, RANGE, () => 1));
  assertEquals(delays, [100, 200, 400, 800, 1_000, 1_000, 1_000]);
});

Deno.test("retryDelayMs leaves up to half of the delay to chance", () => {
  assertEquals(retryDelayMs(2, RANGE, () => 0), 100);
  assertEquals(retryDelayMs(2, RANGE, () => 0.5), 150);
});
