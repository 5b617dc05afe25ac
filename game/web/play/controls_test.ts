import { assert, assertAlmostEquals, assertEquals } from "@std/assert";
import { steer } from "./controls.js";

Deno.test("steer drives where the stick points, and turns the short way", () => {
  assertEquals(steer(0, { angle: 0, size: 1 }), { throttle: 1, turn: 0 });
  assertEquals(steer(0, { angle: 0.5, size: 0.5 }), { throttle: 0.5, turn: 1 });
  assertEquals(steer(6.2, { angle: 0.4, size: 1 }).turn, 1);
  assertEquals(steer(0, { angle: -0.6, size: 1 }).turn, -1);
});

Deno.test("steer stands to turn far, and goes back where back is much nearer", () => {
  assertEquals(steer(0, { angle: 1.6, size: 1 }), { throttle: 0, turn: 1 });
  const back = steer(0, { angle: Math.PI - 0.1, size: 1 });
  assertEquals(back.throttle, -1);
  assert(back.turn < 0);
  assertAlmostEquals(back.turn, -0.1 / 0.35);
});
