import { assertEquals } from "@std/assert";
import type { ConstantRow } from "../core/ports/constants_source.ts";
import {
  ageSecondsOf,
  annotateStatus,
  DEFAULT_STATUS,
  makeStatus,
  META_ROWS_MAX,
  type StatusSource,
  tryParseStatus,
  WRONG_VALUE_LENGTH_MAX,
} from "./status.ts";

const UPDATED_AT_S = 1_700_000_000.25;

function row(name: string, value: string, description = `about ${name}`): ConstantRow {
  return { name, value, description };
}

Deno.test("makeStatus takes every constant from its row", () => {
  const { status, wrong } = makeStatus([
    row("RateExp", "1.5"),
    row("RatePvp", "2"),
    row("RatePve", "0.5"),
    row("RateColorMob", "3.0"),
    row("RateSkill", "4"),
    row("ServerStatus", "0"),
    row("CLIENT_STATUS", "512.0"),
    row("Motto", "onward"),
  ], { updatedAtS: UPDATED_AT_S, live: null });
  assertEquals(wrong, []);
  assertEquals(status, {
    server_status: 0,
    rates: { exp: 1.5, pvp: 2, pve: 0.5, color_mob: 3, skill: 4 },
    client_status: 512,
    live: null,
    updated_at: UPDATED_AT_S,
    _meta: {
      RateExp: "about RateExp",
      RatePvp: "about RatePvp",
      RatePve: "about RatePve",
      RateColorMob: "about RateColorMob",
      RateSkill: "about RateSkill",
      ServerStatus: "about ServerStatus",
      CLIENT_STATUS: "about CLIENT_STATUS",
      Motto: "about Motto",
    },
  });
});

Deno.test("makeStatus gives what is missing its default, and counts the first of two rows", () => {
  const rows = [row("RateExp", "2"), row("RateExp", "x")];
  const { status, wrong } = makeStatus(rows, { updatedAtS: UPDATED_AT_S, live: null });
  assertEquals(wrong, []);
  assertEquals(status.rates, { ...DEFAULT_STATUS.rates, exp: 2 });
  assertEquals(makeStatus([], { updatedAtS: 1, live: null }).status, {
    ...DEFAULT_STATUS,
    updated_at: 1,
  });
});

Deno.test("makeStatus reads numbers alone and reports what is none", () => {
  const cases: [string, number | undefined][] = [
    ["1", 1],
    [" 1.5 ", 1.5],
    ["-2", -2],
    ["+2", 2],
    [".5", 0.5],
    ["5.", 5],
    ["1e3", 1000],
    ["1E-3", 0.001],
    ["", undefined],
    [" ", undefined],
    ["on", undefined],
    ["1,5", undefined],
    ["1.5x", undefined],
    ["0x10", undefined],
    ["NaN", undefined],
    ["Infinity", undefined],
    ["1e999", undefined],
    ["null", undefined],
  ];
  for (const [value, expected] of cases) {
    const { status, wrong } = makeStatus([row("RatePve", value)], { updatedAtS: 1, live: null });
    assertEquals(status.rates.pve, expected ?? 1, value);
    assertEquals(wrong, expected === undefined ? [{ name: "RatePve", value }] : [], value);
  }
});

Deno.test("makeStatus bounds what it reports and passes on", () => {
  const long = "x".repeat(1000);
  const rows = [
    ...Array.from({ length: META_ROWS_MAX }, (_, index) => row(`n${index}`, "1")),
    row("RateExp", long),
  ];
  const { status, wrong } = makeStatus(rows, { updatedAtS: 1, live: null });
  assertEquals(Object.keys(status._meta).length, META_ROWS_MAX);
  assertEquals(wrong, [{ name: "RateExp", value: long.slice(0, WRONG_VALUE_LENGTH_MAX) }]);
});

Deno.test("makeStatus takes any name for a name", () => {
  const { status } = makeStatus([row("__proto__", "1", "odd")], { updatedAtS: 1, live: null });
  assertEquals(Object.entries(status._meta), [["__proto__", "odd"]]);
});

Deno.test("tryParseStatus reads what was cached", () => {
  const { status } = makeStatus([row("RateExp", "2")], { updatedAtS: UPDATED_AT_S, live: null });
  assertEquals(tryParseStatus(JSON.stringify(status)), status);
  const withMore = { ...status, players: 150, _meta: { ...status._meta, broken: 1 } };
  assertEquals(tryParseStatus(JSON.stringify(withMore)), status);
});

Deno.test("tryParseStatus refuses what is no status", () => {
  const { status } = makeStatus([], { updatedAtS: 1, live: null });
  const texts = [
    "",
    "{",
    "null",
    "[]",
    "{}",
    JSON.stringify({ ...status, server_status: "1" }),
    JSON.stringify({ ...status, client_status: null }),
    JSON.stringify({ ...status, updated_at: "2025-10-14T12:00:00" }),
    JSON.stringify({ ...status, updated_at: null }),
    JSON.stringify({ ...status, rates: undefined }),
    JSON.stringify({ ...status, rates: { ...status.rates, skill: "1" } }),
    JSON.stringify(status).replace('"client_status":256', '"client_status":1e999'),
  ];
  for (const text of texts) assertEquals(tryParseStatus(text), undefined, text);
});

Deno.test("annotateStatus says where the answer comes from", () => {
  const cases: [StatusSource, boolean][] = [
    ["cache", true],
    ["database", false],
    ["stale", true],
    ["default", false],
  ];
  for (const [source, cached] of cases) {
    assertEquals(annotateStatus(DEFAULT_STATUS, { source, ageSeconds: 7 }), {
      ...DEFAULT_STATUS,
      _cache: { cached, age_seconds: 7, source },
    });
  }
});

Deno.test("ageSecondsOf is whole, never below 0, and null where nothing was read", () => {
  const status = { ...DEFAULT_STATUS, updated_at: 100 };
  assertEquals(ageSecondsOf(status, 102_999), 2);
  assertEquals(ageSecondsOf(status, 99_000), 0);
  assertEquals(ageSecondsOf(DEFAULT_STATUS, 99_000), null);
});
