import { assertEquals } from "@std/assert";
import { UM_PER_M } from "../simulation/units.ts";
import { Stall } from "./stall.ts";

const WORLD = { tickRate: 30 };

/** After how many ticks it is stuck; undefined: not within 3 s. */
function ticksUntilStalled(stall: Stall, throttle: number, umPerTick: number): number | undefined {
  for (let tick = 1; tick <= 90; tick++) {
    if (stall.isStalled(WORLD, { xUm: tick * umPerTick, yUm: 0 }, throttle)) return tick;
  }
  return undefined;
}

Deno.test("Stall notices who drives for 0.8 s without getting anywhere", () => {
  assertEquals(ticksUntilStalled(new Stall(), 127, 0), 25);
  assertEquals(ticksUntilStalled(new Stall(), -127, 1_000), 25);
});

Deno.test("Stall lets be who moves, or does not want to", () => {
  assertEquals(ticksUntilStalled(new Stall(), 127, UM_PER_M / 20), undefined);
  assertEquals(ticksUntilStalled(new Stall(), 0, 0), undefined);
});

Deno.test("Stall begins anew after a reset", () => {
  const stall = new Stall();
  for (let tick = 0; tick < 20; tick++) stall.isStalled(WORLD, { xUm: 0, yUm: 0 }, 127);
  stall.reset();
  assertEquals(ticksUntilStalled(stall, 127, 0), 25);
});
