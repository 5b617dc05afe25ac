import { assert, assertEquals, assertThrows } from "@std/assert";
import { ManualClock } from "../manual_clock.ts";
import { Rng } from "../rng.ts";
import { RateLimiter, type RateLimiterOptions } from "./rate_limiter.ts";

function open(
  options: Partial<RateLimiterOptions> = {},
): { clock: ManualClock; limiter: RateLimiter } {
  const clock = new ManualClock();
  return {
    clock,
    limiter: new RateLimiter({ ratePerSecond: 10, burst: 5, keysMax: 100, clock, ...options }),
  };
}

function takeAll(limiter: RateLimiter, key: string): number {
  let count = 0;
  while (limiter.tryTake(key)) count++;
  return count;
}

Deno.test("RateLimiter gives each key its burst and then its rate", async () => {
  const { clock, limiter } = open();
  assertEquals(takeAll(limiter, "a"), 5);
  assertEquals(takeAll(limiter, "b"), 5);
  await clock.advance(99);
  assertEquals(limiter.tryTake("a"), false);
  await clock.advance(1);
  assertEquals(takeAll(limiter, "a"), 1);
  await clock.advance(300);
  assertEquals(takeAll(limiter, "a"), 3);
  await clock.advance(60_000);
  assertEquals(takeAll(limiter, "a"), 5);
  assertEquals(clock.timerCount, 0);
});

Deno.test("RateLimiter takes a cost whole or not at all", () => {
  const { limiter } = open();
  assertEquals(limiter.tryTake("a", 4), true);
  assertEquals(limiter.tryTake("a", 2), false);
  assertEquals(limiter.tryTake("a", 1), true);
  assertEquals(limiter.tryTake("b", 6), false);
  assertEquals(limiter.tryTake("b", 5), true);
});

Deno.test("RateLimiter refuses new keys while all it remembers are owed time, and counts them", async () => {
  const { clock, limiter } = open({ keysMax: 3 });
  for (const key of ["a", "b", "c"]) assertEquals(takeAll(limiter, key), 5);
  assertEquals(limiter.tryTake("d"), false);
  assertEquals(limiter.tryTake("e"), false);
  assertEquals([limiter.size, limiter.refusedKeyCount], [3, 2]);
  // The old keys' debts are remembered.
  assertEquals(limiter.tryTake("a"), false);

  await clock.advance(400);
  assertEquals(limiter.tryTake("a"), true);
  await clock.advance(100);
  // b and c have every token again and are forgotten; a has not.
  assertEquals(limiter.tryTake("d"), true);
  assertEquals(limiter.size, 2);
  assertEquals(takeAll(limiter, "a"), 4);
});

Deno.test("RateLimiter forgets keys that are gone as new ones come", async () => {
  const { clock, limiter } = open({ keysMax: 10_000 });
  for (let index = 0; index < 10_000; index++) limiter.tryTake(`old ${index}`);
  await clock.advance(1_000);
  for (let index = 0; index < 6_000; index++) assert(limiter.tryTake(`new ${index}`));
  assertEquals(limiter.size, 6_000);
});

Deno.test("RateLimiter gives what a plain bucket for each key gives", async () => {
  const seed = 4_242;
  const rng = new Rng(seed);
  for (let round = 0; round < 20; round++) {
    // Powers of two, so that both computations are exact.
    const [ratePerSecond, burst, keysMax] = [1_000 / 2 ** rng.below(8), 1 + rng.below(8), 12];
    const { clock, limiter } = open({ ratePerSecond, burst, keysMax });
    const model = new Map<string, { tokens: number; atMs: number }>();
    for (let step = 0; step < 1_000; step++) {
      if (rng.below(3) === 0) await clock.advance(rng.below(200));
      const key = `key ${rng.below(20)}`;
      const cost = 1 + rng.below(burst + 1);
      const nowMs = clock.monotonicMs();
      const known = model.get(key) ?? { tokens: burst, atMs: nowMs };
      const tokens = Math.min(burst, known.tokens + (nowMs - known.atMs) * ratePerSecond / 1_000);
      const refusedBefore = limiter.refusedKeyCount;
      const taken = limiter.tryTake(key, cost);
      const note = `seed ${seed}, round ${round}, step ${step}`;
      if (limiter.refusedKeyCount > refusedBefore) {
        // Only a key that owes nothing may meet a full table.
        assertEquals([taken, tokens, limiter.size], [false, burst, keysMax], note);
        continue;
      }
      assertEquals(taken, tokens >= cost, note);
      assert(limiter.size <= keysMax, note);
      model.set(key, { tokens: taken ? tokens - cost : tokens, atMs: nowMs });
    }
  }
});

Deno.test("RateLimiter refuses bounds that make no sense", () => {
  const bad: readonly Partial<RateLimiterOptions>[] = [
    { ratePerSecond: 0 },
    { ratePerSecond: NaN },
    { burst: 0.5 },
    { keysMax: 0 },
  ];
  for (const options of bad) assertThrows(() => open(options), RangeError, "Cannot limit");
});

Deno.test("RateLimiter says what a key has without taking it", async () => {
  const { clock, limiter } = open();
  assertEquals([limiter.has("a", 5), limiter.has("a", 6), limiter.size], [true, false, 0]);
  takeAll(limiter, "a");
  assertEquals(limiter.has("a"), false);
  await clock.advance(100);
  assertEquals([limiter.has("a"), limiter.has("a"), limiter.tryTake("a")], [true, true, true]);
});
