import { assertEquals } from "@std/assert";
import { matchesEntityTag } from "./entity_tag.ts";

Deno.test("matchesEntityTag compares weakly with every tag in the list, whether ours is weak or strong", () => {
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
    for (const tag of ['W/"abc"', '"abc"']) {
      assertEquals(matchesEntityTag(header, tag), expected, `${header} for ${tag}`);
    }
  }
});
