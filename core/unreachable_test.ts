import { assertThrows } from "@std/assert";
import { unreachable } from "./unreachable.ts";

Deno.test("unreachable throws, naming the value", () => {
  assertThrows(() => unreachable({ kind: "new" } as never), Error, '{"kind":"new"}');
});
