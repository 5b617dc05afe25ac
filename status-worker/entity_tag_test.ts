import { assertEquals } from "@std/assert";
import { makeEntityTag, matchesEntityTag } from "./entity_tag.ts";

Deno.test("makeEntityTag is a weak tag of the published FNV-1a hash", () => {
  const cases: [string, string][] = [
    ["", 'W/"cbf29ce484222325"'],
    ["a", 'W/"af63dc4c8601ec8c"'],
    ["foobar", 'W/"85944171f73967e8"'],
  ];
  for (const [text, tag] of cases) assertEquals(makeEntityTag(text), tag);
});

Deno.test("matchesEntityTag compares weakly with every tag in the list", () => {
  const tag = 'W/"abc"';
  const cases: [string | null, boolean][] = [
    [null, false],
    ["", false],
    ["*", true],
    [" * ", true],
    ['W/"abc"', true],
    ['"abc"', true],
    ['"x", W/"abc"', true],
    ['"x","abc","y"', true],
    ['"abcd"', false],
    ["abc", false],
    ['"x,y", "z"', false],
    ['w/"abc"', false],
  ];
  for (const [header, expected] of cases) {
    assertEquals(matchesEntityTag(header, tag), expected, String(header));
  }
});
