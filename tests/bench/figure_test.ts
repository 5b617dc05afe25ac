import { assertEquals, assertStringIncludes } from "@std/assert";
import { figureOf, median, percentile, tableOf } from "./figure.ts";

Deno.test("median is the middle, of an even number the mean of the two in the middle", () => {
  const cases: readonly (readonly [readonly number[], number])[] = [
    [[], NaN],
    [[4], 4],
    [[9, 1, 5], 5],
    [[8, 2, 4, 100], 6],
  ];
  for (const [values, expected] of cases) assertEquals(median(values), expected);
});

Deno.test("percentile is what so many of the values are at most", () => {
  const hundred = Array.from({ length: 100 }, (_, index) => 100 - index);
  assertEquals([percentile(hundred, 0.99), percentile(hundred, 0.5)], [99, 50]);
  assertEquals([percentile([7], 0.99), percentile([], 0.5)], [7, NaN]);
});

Deno.test("figureOf gives medians, their ratio, and the range of single rounds", () => {
  const text = { name: "f", unit: "x/s", notes: [], baseline: "b", aim: 0.75 };
  const rounds = [
    { value: 60, baseline: 100 },
    { value: 90, baseline: 100 },
    { value: 80, baseline: 50 },
  ];
  const figure = figureOf(text, rounds);
  assertEquals(figure.value, 80);
  assertEquals(figure.baseline, { name: "b", value: 100 });
  assertEquals(figure.ratio, 0.8);
  assertEquals(figure.ratioRange, [0.6, 1.6]);
});

Deno.test("tableOf says whether the aim is met, and nothing where there is none", () => {
  const rounds = [{ value: 70_000, baseline: 100_000 }];
  const text = { name: "moves", unit: "moves/s", notes: ["a note"], baseline: "bare" };
  const missed = tableOf([figureOf({ ...text, aim: 0.75 }, rounds)]);
  assertStringIncludes(missed, "| 70 000 moves/s |");
  assertStringIncludes(missed, "| 0.70  | 0.70..0.70 | >= 0.75 | no  |");
  assertStringIncludes(missed, "- moves: a note");
  assertStringIncludes(tableOf([figureOf({ ...text, aim: 0.7 }, rounds)]), "| yes |");
  assertStringIncludes(tableOf([figureOf(text, rounds)]), "|     |     |");
});

Deno.test("tableOf knows aims that are not to be exceeded, and says what was skipped", () => {
  const text = { name: "tick", unit: "ms", notes: [], baseline: "off", lowerIsBetter: true };
  const over = figureOf({ ...text, aim: 1.05 }, [{ value: 106, baseline: 100 }]);
  assertStringIncludes(tableOf([over]), "| 1.06  | 1.06..1.06 | <= 1.05 | no  |");
  const within = figureOf({ ...text, aim: 1.05 }, [{ value: 104, baseline: 100 }]);
  const table = tableOf([within], [{ name: "events", reason: "kcat is not installed" }]);
  assertStringIncludes(table, "| <= 1.05 | yes |");
  assertStringIncludes(table, "- events: skipped, kcat is not installed");
});
