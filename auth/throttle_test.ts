import { assert, assertEquals, assertLessOrEqual } from "@std/assert";
import { Rng } from "../core/rng.ts";
import {
  afterFailure,
  formatThrottle,
  retryAfterMs,
  type ThrottleState,
  throttleTtlMs,
  tryParseThrottle,
} from "./throttle.ts";

const RULES = { failuresFree: 3, forgetMs: 60_000, delayMs: 1_000, delayMsMax: 10_000 };
const START_MS = 1_700_000_000_000;

function at(nowMs: number): { readonly rules: typeof RULES; readonly nowMs: number } {
  return { rules: RULES, nowMs };
}

Deno.test("Throttle lets some failures be free, then doubles the wait up to its longest", () => {
  let state: ThrottleState | undefined;
  const waits: number[] = [];
  for (let failure = 0; failure < 9; failure++) {
    state = afterFailure(state, at(START_MS));
    waits.push(retryAfterMs(state, at(START_MS)));
  }
  assertEquals(waits, [0, 0, 0, 1_000, 2_000, 4_000, 8_000, 10_000, 10_000]);
});

Deno.test("Throttle lets the next try through when its wait is over, and not before", () => {
  let state: ThrottleState | undefined;
  for (let failure = 0; failure < 5; failure++) state = afterFailure(state, at(START_MS));
  assertEquals(retryAfterMs(state, at(START_MS + 1_999)), 1);
  assertEquals(retryAfterMs(state, at(START_MS + 2_000)), 0);
  assertEquals(retryAfterMs(undefined, at(START_MS)), 0);
});

Deno.test("Throttle forgets one failure each time that long has passed", () => {
  let state: ThrottleState | undefined;
  for (let failure = 0; failure < 4; failure++) state = afterFailure(state, at(START_MS));
  state = afterFailure(state, at(START_MS + 119_999));
  assertEquals(state.failureCount, 4);
  // What had passed of the second minute counts on.
  state = afterFailure(state, at(START_MS + 120_000));
  assertEquals(state.failureCount, 4);
  state = afterFailure(state, at(START_MS + 10_000_000));
  assertEquals(state.failureCount, 1);
});

Deno.test("Throttle bounds the guesses of whoever never stops", () => {
  const rng = new Rng(7);
  let state: ThrottleState | undefined;
  let [nowMs, tries] = [START_MS, 0];
  const endMs = START_MS + 24 * 3_600_000;
  while (nowMs < endMs) {
    const waitMs = retryAfterMs(state, at(nowMs));
    if (waitMs === 0) {
      state = afterFailure(state, at(nowMs));
      tries++;
    }
    nowMs += waitMs === 0 ? rng.below(50) : waitMs;
  }
  // The longest wait is shorter than the time in which one is forgotten: that time is the bound.
  assertLessOrEqual(tries, 24 * 60 + 24 * 360);
  assert(state !== undefined);
});

Deno.test("Throttle counts no further than it has to, so that it forgets in a bounded time", () => {
  let state: ThrottleState | undefined;
  for (let failure = 0; failure < 10_000; failure++) state = afterFailure(state, at(START_MS));
  assert(state !== undefined);
  assertEquals(state.failureCount, 23);
  assertEquals(throttleTtlMs(state, at(START_MS)), 23 * 60_000);
});

Deno.test("Throttle waits no longer for a clock that is ahead than it ever does", () => {
  const state = { failureCount: 9, atMs: START_MS, untilMs: START_MS + 1e9 };
  assertEquals(retryAfterMs(state, at(START_MS)), 10_000);
});

Deno.test("Throttle reads what it writes, and nothing else", () => {
  const state = { failureCount: 4, atMs: START_MS, untilMs: START_MS + 1_000 };
  assertEquals(tryParseThrottle(formatThrottle(state)), state);
  for (
    const text of [
      undefined,
      "",
      "1",
      "a:b:c",
      "1:2:3:4",
      "-1:2:3",
      "1:2:",
      `${"9".repeat(20)}:1:1`,
    ]
  ) {
    assertEquals(tryParseThrottle(text), undefined, text);
  }
});
