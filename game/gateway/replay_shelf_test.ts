import { assertEquals } from "@std/assert";
import { ReplayShelf } from "./replay_shelf.ts";

Deno.test("ReplayShelf keeps so many bytes, those that were asked for last", () => {
  const shelf = new ReplayShelf({ bytesMax: 10 });
  for (const name of ["a", "b", "a"]) shelf.add(name, new Uint8Array(5));
  assertEquals(shelf.bytes, 10);
  assertEquals(shelf.find("a")?.length, 5);
  shelf.add("c", new Uint8Array(4));
  assertEquals([shelf.find("a")?.length, shelf.find("b"), shelf.find("c")?.length], [
    5,
    undefined,
    4,
  ]);
  shelf.add("large", new Uint8Array(11));
  assertEquals([shelf.find("large"), shelf.bytes], [undefined, 9]);
});
