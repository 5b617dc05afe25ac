import { assertEquals } from "@std/assert";
import { integerOf, tryIntegerOf } from "./url_integer.ts";

const RULE = { name: "n", fallback: 7, min: 2, max: 30 };

Deno.test("A URL's integer is a whole number within its bounds, or its fallback", () => {
  const cases: readonly (readonly [query: string, tried: number | undefined, value: number])[] = [
    ["", 7, 7],
    ["m=9", 7, 7],
    ["n=2", 2, 2],
    ["n=30", 30, 30],
    ["n=007", 7, 7],
    ["n=1", undefined, 7],
    ["n=31", undefined, 7],
    ["n=", undefined, 7],
    ["n=9.5", undefined, 7],
    ["n=-9", undefined, 7],
    ["n=1e1", undefined, 7],
    ["n=0000000009", undefined, 7],
  ];
  for (const [query, tried, value] of cases) {
    const parameters = new URLSearchParams(query);
    assertEquals(
      [tryIntegerOf(parameters, RULE), integerOf(parameters, RULE)],
      [tried, value],
      query,
    );
  }
});
