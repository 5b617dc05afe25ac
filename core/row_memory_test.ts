import { assertEquals } from "@std/assert";
import { RowMemory } from "./row_memory.ts";

Deno.test("RowMemory gives each its own words, which are 0", () => {
  const memory = new RowMemory(5);
  const rows = Array.from({ length: 100 }, () => memory.take());
  for (const [index, { words, at }] of rows.entries()) {
    assertEquals([...words.subarray(at, at + 5)], [0, 0, 0, 0, 0]);
    words.fill(index + 1, at, at + 5);
  }
  for (const [index, { words, at }] of rows.entries()) {
    assertEquals([...words.subarray(at, at + 5)], Array(5).fill(index + 1));
  }
});
