import { assertEquals } from "@std/assert";
import { fitsBytes } from "./fits_bytes.ts";

Deno.test("fitsBytes counts bytes of UTF-8, not characters", () => {
  const table = [
    ["", 0, true],
    ["abc", 3, true],
    ["abcd", 3, false],
    ["é", 2, true],
    ["é", 1, false],
    ["€€", 6, true],
    ["€€", 5, false],
    ["😀", 4, true],
    ["😀", 3, false],
    // Alone it is written as U+FFFD.
    ["\ud800", 3, true],
    ["\ud800", 2, false],
    ["x".repeat(1_000_000), 10, false],
  ] as const;
  for (const [text, bytesMax, isFit] of table) {
    assertEquals(fitsBytes(text, bytesMax), isFit, `${text.slice(0, 4)} in ${bytesMax}`);
  }
});
