import { assertEquals } from "@std/assert";
import { fitsSigned } from "./delta_widths.ts";

Deno.test("fitsSigned takes what two's complement of so many bits can hold", () => {
  for (let width = 1; width <= 31; width++) {
    const half = 2 ** (width - 1);
    const fits = [-half - 1, -half, half - 1, half].map((value) => fitsSigned(value, width));
    assertEquals(fits, [false, true, true, false], `${width} bits`);
  }
  assertEquals([-(2 ** 31), 0, 2 ** 31 - 1].map((value) => fitsSigned(value, 32)), [
    true,
    true,
    true,
  ]);
});
