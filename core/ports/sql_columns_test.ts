import { assertEquals, assertThrows } from "@std/assert";
import { integerOf, optionalIntegerOf, textOf } from "./sql_columns.ts";

const ROW = { name: "n", count: 5, large: 6n, nothing: null, half: 0.5, huge: 2n ** 60n };

Deno.test("Columns are read by their type", () => {
  assertEquals(textOf(ROW, "name"), "n");
  assertEquals(integerOf(ROW, "count"), 5);
  assertEquals(integerOf(ROW, "large"), 6);
  assertEquals(optionalIntegerOf(ROW, "nothing"), undefined);
  assertEquals(optionalIntegerOf(ROW, "count"), 5);
});

Deno.test("Columns of another type are a fault", () => {
  assertThrows(() => textOf(ROW, "count"), Error, "Cannot read column count");
  assertThrows(() => textOf(ROW, "missing"), Error, "Cannot read column missing");
  for (const column of ["name", "nothing", "half", "huge", "missing"]) {
    assertThrows(() => integerOf(ROW, column), Error, `Cannot read column ${column}`);
  }
  assertThrows(() => optionalIntegerOf(ROW, "missing"), Error, "Cannot read column missing");
});
