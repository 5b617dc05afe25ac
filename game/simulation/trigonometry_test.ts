import { assert, assertEquals } from "@std/assert";
import { Rng } from "../../core/rng.ts";
import {
  cosOf,
  headingDifference,
  headingOf,
  sinOf,
  TRIG_ONE,
  turnToward,
} from "./trigonometry.ts";

const TURN = 65_536;

Deno.test("sinOf and cosOf are within 1 of the true value at every heading", () => {
  for (let heading = 0; heading < TURN; heading++) {
    const angle = (heading / TURN) * 2 * Math.PI;
    const sinError = Math.abs(sinOf(heading) - Math.sin(angle) * TRIG_ONE);
    const cosError = Math.abs(cosOf(heading) - Math.cos(angle) * TRIG_ONE);
    assert(sinError <= 1 && cosError <= 1, `${heading}: ${sinError}, ${cosError}`);
  }
});

Deno.test("sinOf and cosOf are exact at the quarters", () => {
  assertEquals([0, 16_384, 32_768, 49_152].map(sinOf), [0, TRIG_ONE, 0, -TRIG_ONE]);
  assertEquals([0, 16_384, 32_768, 49_152].map(cosOf), [TRIG_ONE, 0, -TRIG_ONE, 0]);
  assertEquals(sinOf(TURN + 5), sinOf(5));
  assertEquals(sinOf(-5), sinOf(TURN - 5));
});

Deno.test("headingOf is within 1 of the true heading", () => {
  const seed = 3;
  const rng = new Rng(seed);
  for (let index = 0; index < 50_000; index++) {
    const size = 1 + rng.below(index % 2 === 0 ? 1_000 : 2_000_000_000);
    const dx = rng.below(2 * size + 1) - size;
    const dy = rng.below(2 * size + 1) - size;
    if (dx === 0 && dy === 0) continue;
    const wanted = (Math.atan2(dy, dx) / (2 * Math.PI)) * TURN;
    const heading = headingOf(dx, dy);
    assert(Number.isInteger(heading) && heading >= 0 && heading < TURN);
    const error = Math.abs(heading - wanted) % TURN;
    assert(Math.min(error, TURN - error) <= 1, `seed ${seed}: ${dx}, ${dy}: ${heading} ${wanted}`);
  }
});

Deno.test("headingOf is exact along axes and diagonals", () => {
  const table: readonly (readonly [number, number, number])[] = [
    [0, 0, 0],
    [5, 0, 0],
    [5, 5, 8_192],
    [0, 5, 16_384],
    [-5, 5, 24_576],
    [-5, 0, 32_768],
    [-5, -5, 40_960],
    [0, -5, 49_152],
    [5, -5, 57_344],
  ];
  for (const [dx, dy, heading] of table) assertEquals(headingOf(dx, dy), heading, `${dx}, ${dy}`);
});

Deno.test("headingDifference is the short way", () => {
  const table: readonly (readonly [number, number, number])[] = [
    [0, 100, 100],
    [100, 0, -100],
    [65_500, 50, 86],
    [50, 65_500, -86],
    [0, 32_768, -32_768],
    [7, 7, 0],
  ];
  for (const [from, to, wanted] of table) assertEquals(headingDifference(from, to), wanted);
});

Deno.test("turnToward turns by at most its step and arrives", () => {
  assertEquals(turnToward(0, 1_000, 300), 300);
  assertEquals(turnToward(0, 65_000, 300), 65_236);
  assertEquals(turnToward(65_500, 40, 300), 40);
  assertEquals(turnToward(9, 9, 300), 9);
  assertEquals(turnToward(9, 5_000, 0), 9);
});
