import { assertEquals, assertStrictEquals } from "@std/assert";
import { type JsonObject, tryJsonObject, tryParseJson } from "./json.ts";

Deno.test("tryParseJson gives the value of JSON text", () => {
  const cases: readonly [string, unknown][] = [
    ["null", null],
    ["true", true],
    ["-1.5e3", -1500],
    ['"tank"', "tank"],
    ['"\\u0442\\ud83d\\ude00"', "т😀"],
    ["[1,[2]]", [1, [2]]],
    [' {"a":{"b":null}}\n', { a: { b: null } }],
  ];
  for (const [text, value] of cases) assertEquals<unknown>(tryParseJson(text), value);
});

Deno.test("tryParseJson gives undefined for what is not JSON", () => {
  const texts = [
    "",
    " ",
    "{",
    '{"a":1,}',
    "{'a':1}",
    "undefined",
    "NaN",
    "01",
    "1 2",
    "\u0000",
    "[1",
  ];
  for (const text of texts) assertStrictEquals(tryParseJson(text), undefined, text);
});

Deno.test("tryParseJson never lets a key reach the prototype", () => {
  const value = tryJsonObject(tryParseJson('{"__proto__":{"isAdmin":true}}'));
  assertEquals(Object.getPrototypeOf(value), Object.prototype);
  assertStrictEquals(value?.isAdmin, undefined);
});

Deno.test("tryJsonObject gives an object as it is", () => {
  const object: JsonObject = { a: 1 };
  assertStrictEquals(tryJsonObject(object), object);
  assertEquals(tryJsonObject({}), {});
});

Deno.test("tryJsonObject gives undefined for everything that is no object", () => {
  for (const value of [null, undefined, [], [{}], 0, 1, "", "{}", true, 1n, Symbol(), () => 0]) {
    assertStrictEquals(tryJsonObject(value), undefined);
  }
});
