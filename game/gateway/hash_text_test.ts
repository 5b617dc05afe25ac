import { assertEquals, assertNotEquals } from "@std/assert";
import { hashText } from "./hash_text.ts";

Deno.test("hashText begins with FNV-1a, and tells texts apart by length and order", () => {
  // The vectors of Fowler, Noll and Vo.
  for (const [text, hash] of [["", "811c9dc5"], ["a", "e40c292c"], ["foobar", "bf9cf968"]]) {
    assertEquals(hashText(text ?? "").slice(0, 8), hash);
    assertEquals(hashText(text ?? "").length, 16);
  }
  assertNotEquals(hashText("ab"), hashText("ba"));
});
