import { assertEquals } from "@std/assert";
import { errorMessage } from "./error_message.ts";

Deno.test("errorMessage gives what an error says, or each of those that it stands for", () => {
  const cases: [error: unknown, message: string][] = [
    [new Error("one"), "one"],
    [new AggregateError([new Error("one"), new TypeError("two")]), "one; two"],
    ["thrown", "thrown"],
    [undefined, "undefined"],
  ];
  for (const [error, message] of cases) assertEquals(errorMessage(error), message);
});
