import { assertEquals } from "@std/assert";
import { makeEntityTag } from "./entity_tag.ts";

Deno.test("makeEntityTag is a weak tag of the published FNV-1a hash", () => {
  const cases: [string, string][] = [
    ["", 'W/"cbf29ce484222325"'],
    ["a", 'W/"af63dc4c8601ec8c"'],
    ["foobar", 'W/"85944171f73967e8"'],
  ];
  for (const [text, tag] of cases) assertEquals(makeEntityTag(text), tag);
});
