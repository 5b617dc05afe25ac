import { assertAlmostEquals, assertEquals } from "@std/assert";
import {
  headingFromRadians,
  metresFromUm,
  msFromTicks,
  radiansFromHeading,
  ticksFromMs,
  umFromMetres,
} from "./units.ts";

Deno.test("umFromMetres rounds to whole micrometres and back", () => {
  assertEquals(umFromMetres(1.5), 1_500_000);
  assertEquals(umFromMetres(0.000_000_6), 1);
  assertEquals(metresFromUm(2_500_000), 2.5);
});

Deno.test("headingFromRadians takes angles of any size and sign", () => {
  const table: readonly (readonly [number, number])[] = [
    [0, 0],
    [Math.PI / 2, 16_384],
    [Math.PI, 32_768],
    [-Math.PI / 2, 49_152],
    [2 * Math.PI, 0],
    [2 * Math.PI - 1e-9, 0],
    [20 * Math.PI + Math.PI / 2, 16_384],
    [NaN, 0],
    [Infinity, 0],
    [-Infinity, 0],
  ];
  for (const [radians, heading] of table) {
    assertEquals(headingFromRadians(radians), heading, `${radians}`);
  }
});

Deno.test("radiansFromHeading undoes headingFromRadians", () => {
  for (let heading = 0; heading < 65_536; heading += 7) {
    assertEquals(headingFromRadians(radiansFromHeading(heading)), heading);
  }
  assertAlmostEquals(radiansFromHeading(16_384), Math.PI / 2);
});

Deno.test("ticksFromMs never waits less than asked for, and at least a tick", () => {
  const table: readonly (readonly [number, number, number])[] = [
    [1000, 10, 10],
    [1000, 30, 30],
    [1000, 60, 60],
    [1500, 15, 23],
    [1, 30, 1],
    [0, 30, 1],
    [34, 30, 2],
  ];
  for (const [ms, tickRate, ticks] of table) {
    assertEquals(ticksFromMs(ms, tickRate), ticks, `${ms} ms at ${tickRate} Hz`);
  }
});

Deno.test("msFromTicks rounds down", () => {
  assertEquals(msFromTicks(30, 30), 1000);
  assertEquals(msFromTicks(1, 30), 33);
});
