import { assert, assertEquals, assertNotEquals } from "@std/assert";
import { Rng, type RngState } from "./rng.ts";

function numbers(rng: Rng, count: number): number[] {
  return Array.from({ length: count }, () => rng.nextU32());
}

Deno.test("Rng gives the published sequence of xoshiro128**", () => {
  // The first outputs of the reference implementation from the state 1, 2, 3, 4.
  const rng = new Rng(0);
  rng.state = [1, 2, 3, 4];
  assertEquals(numbers(rng, 10), [
    11520,
    0,
    5927040,
    70819200,
    2031721883,
    1637235492,
    1287239034,
    3734860849,
    3729100597,
    4258142804,
  ]);
});

Deno.test("Rng gives the same sequence for the same seed on every machine", () => {
  const firstBySeed: readonly [seed: number, first: number[]][] = [
    [0, [1789933344, 44971166, 2521387044]],
    [1, [393288148, 2174103013, 3814759091]],
    [0xffff_ffff, [4104197751, 1825856343, 1152209388]],
  ];
  for (const [seed, first] of firstBySeed) assertEquals(numbers(new Rng(seed), 3), first);
});

Deno.test("Rng counts the low 32 bits of its seed", () => {
  assertEquals(new Rng(7).state, new Rng(2 ** 32 + 7).state);
  assertEquals(new Rng(-1).state, new Rng(2 ** 32 - 1).state);
});

Deno.test("Rng gives different sequences for neighbouring seeds", () => {
  const firsts = new Set<number>();
  for (let seed = 0; seed < 1000; seed++) firsts.add(new Rng(seed).nextU32());
  // Two of a thousand 32-bit numbers are equal once in 8600 times; these seeds are fixed.
  assertEquals(firsts.size, 1000);
});

Deno.test("Rng continues from a stored state", () => {
  const rng = new Rng(42);
  numbers(rng, 5);
  const stored: RngState = JSON.parse(JSON.stringify(rng.state));
  const expected = numbers(rng, 20);

  const restored = new Rng(0);
  restored.state = stored;
  assertEquals(numbers(restored, 20), expected);
  assertNotEquals(stored, restored.state);
});

Deno.test("Rng keeps its state in unsigned 32-bit words", () => {
  const rng = new Rng(3);
  for (let turn = 0; turn < 1000; turn++) {
    assert(rng.nextU32() <= 0xffff_ffff);
    for (const word of rng.state) assert(word === word >>> 0);
  }
});

Deno.test("Rng below stays below its bound and reaches every value", () => {
  const rng = new Rng(11);
  for (const bound of [1, 2, 3, 6, 100]) {
    const seen = new Set<number>();
    for (let turn = 0; turn < bound * 20; turn++) seen.add(rng.below(bound));
    assertEquals([...seen].sort((a, b) => a - b), Array.from({ length: bound }, (_, n) => n));
  }
});

Deno.test("Rng below takes bounds up to 2^32", () => {
  const whole = new Rng(5);
  const below = new Rng(5);
  for (let turn = 0; turn < 100; turn++) assertEquals(below.below(2 ** 32), whole.nextU32());
});

Deno.test("Rng below is even", () => {
  const rng = new Rng(2024);
  const counts = new Array<number>(10).fill(0);
  for (let turn = 0; turn < 100_000; turn++) {
    const value = rng.below(10);
    counts[value] = (counts[value] ?? 0) + 1;
  }
  // Standard deviation 95: five of it, and the seed is fixed.
  for (const count of counts) assert(Math.abs(count - 10_000) < 475, `counts are ${counts}`);
});

Deno.test("Rng picks every element of a list and nothing of an empty one", () => {
  const rng = new Rng(9);
  const picked = new Set(Array.from({ length: 100 }, () => rng.pick(["a", "b", "c"])));
  assertEquals(picked, new Set(["a", "b", "c"]));
  assertEquals(rng.pick([]), undefined);
});
