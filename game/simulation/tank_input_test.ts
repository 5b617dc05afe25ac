import { assertEquals } from "@std/assert";
import { copyTankInput, tankInputFrom } from "./tank_input.ts";

Deno.test("tankInputFrom scales fractions and radians and holds them within bounds", () => {
  const turret = Math.PI / 2;
  assertEquals(tankInputFrom({ throttle: 1, turn: -0.5, turret, fire: true }), {
    throttle: 127,
    turn: -63,
    turret: 16_384,
    fire: true,
  });
  assertEquals(tankInputFrom({ throttle: -9, turn: Infinity, turret: NaN, fire: false }), {
    throttle: -127,
    turn: 127,
    turret: 0,
    fire: false,
  });
  assertEquals(tankInputFrom({ throttle: NaN, turn: -0, turret: -0, fire: false }), {
    throttle: 0,
    turn: 0,
    turret: 0,
    fire: false,
  });
});

Deno.test("copyTankInput makes integers of any numbers", () => {
  const into = { throttle: 1, turn: 1, turret: 1, fire: false };
  copyTankInput({ throttle: 12.6, turn: -1e9, turret: 65_536 * 3 + 7.4, fire: true }, into);
  assertEquals(into, { throttle: 13, turn: -127, turret: 7, fire: true });
  copyTankInput({ throttle: NaN, turn: -0.2, turret: -1, fire: false }, into);
  assertEquals(into, { throttle: 0, turn: 0, turret: 65_535, fire: false });
  copyTankInput({ throttle: 0, turn: 0, turret: Infinity, fire: false }, into);
  assertEquals(into.turret, 0);
});
