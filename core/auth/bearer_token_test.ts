import { assertEquals } from "@std/assert";
import { tryBearerToken } from "./bearer_token.ts";

Deno.test("A bearer token is read from its header", () => {
  const cases: readonly (readonly [string, string | undefined])[] = [
    ["Bearer a.b-c_d", "a.b-c_d"],
    ["bearer  abc", "abc"],
    ["Bearer", undefined],
    ["Bearer a b", undefined],
    ["Basic abc", undefined],
    ["", undefined],
  ];
  for (const [header, token] of cases) {
    assertEquals(tryBearerToken(new Headers({ authorization: header })), token, header);
  }
  assertEquals(tryBearerToken(new Headers()), undefined);
});
