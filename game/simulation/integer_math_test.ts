import { assert, assertEquals } from "@std/assert";
import { Rng } from "../../core/rng.ts";
import { approach, clamp, clampToInteger, integerSqrt } from "./integer_math.ts";

Deno.test("integerSqrt is the largest root whose square fits, up to 2^53", () => {
  const rng = new Rng(11);
  const samples = [0, 1, 2, 3, 4, 8, 9, Number.MAX_SAFE_INTEGER];
  for (let index = 0; index < 5_000; index++) {
    const root = rng.below(94_906_265);
    samples.push(root * root, root * root + 1, Math.max(0, root * root - 1));
  }
  for (const n of samples) {
    const root = integerSqrt(n);
    assert(BigInt(root) ** 2n <= BigInt(n), `${n}`);
    assert((BigInt(root) + 1n) ** 2n > BigInt(n), `${n}`);
  }
});

Deno.test("clampToInteger gives an integer within bounds for any number", () => {
  const range = { min: -127, max: 127 };
  const table: readonly (readonly [number, number])[] = [
    [0.4, 0],
    [-0.4, 0],
    [126.6, 127],
    [1e300, 127],
    [-Infinity, -127],
    [NaN, 0],
  ];
  for (const [value, wanted] of table) assertEquals(clampToInteger(value, range), wanted);
});

Deno.test("approach stops at its goal from both sides", () => {
  assertEquals(approach(0, 10, 4), 4);
  assertEquals(approach(8, 10, 4), 10);
  assertEquals(approach(0, -10, 4), -4);
  assertEquals(approach(-8, -10, 4), -10);
  assertEquals(clamp(5, 0, 3), 3);
});
