import { assertEquals, assertThrows } from "@std/assert";
import type { SqlValue } from "../ports/sql_database.ts";
import { fromPostgres, toPostgres } from "./postgres_values.ts";

Deno.test("fromPostgres gives what SQLite would have given", () => {
  const cases: [text: string, typeId: number, value: SqlValue][] = [
    ["t", 16, 1],
    ["f", 16, 0],
    ["\\x00ff27", 17, new Uint8Array([0, 255, 39])],
    ["\\x", 17, new Uint8Array()],
    ["9007199254740991", 20, Number.MAX_SAFE_INTEGER],
    ["9007199254740992", 20, 9_007_199_254_740_992n],
    ["-9223372036854775808", 20, -9_223_372_036_854_775_808n],
    ["-7", 21, -7],
    ["7", 23, 7],
    ["4294967295", 26, 4_294_967_295],
    ["0.1", 701, 0.1],
    ["-Infinity", 701, -Infinity],
    ["1.5", 700, 1.5],
    ["12", 1700, 12],
    ["18446744073709551616", 1700, 18_446_744_073_709_551_616n],
    ["1.50", 1700, 1.5],
    ["12", 25, "12"],
    ["2024-02-30", 1082, "2024-02-30"],
    ["{1,2}", 1007, "{1,2}"],
    ['{"a":1}', 3802, '{"a":1}'],
  ];
  for (const [text, typeId, value] of cases) assertEquals(fromPostgres(text, typeId), value, text);
});

Deno.test("toPostgres sends numbers as text and refuses NaN", () => {
  const bytes = new Uint8Array([1]);
  const cases: [SqlValue, string | Uint8Array | null][] = [
    [null, null],
    [5, "5"],
    [-0.5, "-0.5"],
    [9_223_372_036_854_775_807n, "9223372036854775807"],
    ["", ""],
    [bytes, bytes],
  ];
  for (const [value, sent] of cases) assertEquals(toPostgres(value), sent);
  assertThrows(() => toPostgres(NaN), Error, "a parameter is NaN");
});
