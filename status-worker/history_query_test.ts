import { assertEquals } from "@std/assert";
import { HISTORY_S_MAX, parseHistoryQuery } from "./history_query.ts";

const NOW_S = 1_700_000_000.5;

function parse(query: string): unknown {
  const parsed = parseHistoryQuery(new URLSearchParams(query), NOW_S);
  return parsed.ok ? parsed.range : parsed.code;
}

Deno.test("A history query without anything is the day until now", () => {
  assertEquals(parse(""), { fromS: NOW_S - 86_400, toS: NOW_S, stepS: 600 });
});

Deno.test("A history query takes seconds and ISO 8601 times", () => {
  assertEquals(parse("from=1699990000&to=1699993600.5&step=60"), {
    fromS: 1_699_990_000,
    toS: 1_699_993_600.5,
    stepS: 60,
  });
  const expected = { fromS: 1_699_920_000, toS: 1_699_963_200, stepS: 300 };
  assertEquals(parse("from=2023-11-14&to=2023-11-14T12:00:00Z"), expected);
  assertEquals(parse("from=2023-11-14&to=2023-11-14T15:00%2B03:00"), expected);
  assertEquals(parse("from=2023-11-14&to=2023-11-14T15:00+03:00"), expected);
});

Deno.test("A history query leaves the future out and keeps to its bounds", () => {
  assertEquals(parse(`from=${NOW_S - 60}&to=${NOW_S + 3_600}`), {
    fromS: NOW_S - 60,
    toS: NOW_S,
    stepS: 60,
  });
  const cases: [query: string, code: string][] = [
    ["from=x", "bad_from"],
    ["from=-1", "bad_from"],
    ["from=2023-99-14", "bad_from"],
    ["from=14 November 2023", "bad_from"],
    ["to=", "bad_to"],
    ["to=1e9", "bad_to"],
    ["step=59", "bad_step"],
    ["step=86401", "bad_step"],
    ["step=60.5", "bad_step"],
    [`from=${NOW_S}`, "bad_range"],
    ["from=1699990001&to=1699990000", "bad_range"],
    [`from=${NOW_S - HISTORY_S_MAX - 1}`, "bad_range"],
    [`from=${NOW_S - HISTORY_S_MAX}&step=300`, "too_many_points"],
  ];
  for (const [query, code] of cases) assertEquals(parse(query), code, query);
});
