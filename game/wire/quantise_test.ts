import { assertEquals } from "@std/assert";
import { centimetresFromUm, milliradiansFromHeading } from "./quantise.ts";

Deno.test("positions are rounded to the nearest centimetre", () => {
  const cases = [[0, 0], [4_999, 0], [5_000, 1], [1_234_567, 123], [-15_001, -2]] as const;
  for (const [um, cm] of cases) assertEquals(centimetresFromUm(um), cm, String(um));
});

Deno.test("headings are rounded to the nearest milliradian, and stay below a turn", () => {
  const cases = [[0, 0], [16_384, 1_571], [32_768, 3_142], [65_535, 6_283]] as const;
  for (const [heading, mrad] of cases) {
    assertEquals(milliradiansFromHeading(heading), mrad, String(heading));
  }
});
