import { assertEquals } from "@std/assert";
import { tryParseAccessClaims } from "./access_token.ts";

const CLAIMS = { sub: "account", name: "player1", sid: "session", exp: 1_700_000_900 };

Deno.test("AccessClaims are read from a token's claims", () => {
  assertEquals(tryParseAccessClaims({ ...CLAIMS, more: 1 }), {
    accountId: "account",
    username: "player1",
    sessionId: "session",
    expiresAtS: 1_700_000_900,
  });
});

Deno.test("AccessClaims need every claim, of its type", async (t) => {
  for (const name of ["sub", "name", "sid", "exp"]) {
    for (const value of [undefined, null, "", {}]) {
      await t.step(`${name} ${JSON.stringify(value)}`, () => {
        assertEquals(tryParseAccessClaims({ ...CLAIMS, [name]: value }), undefined);
      });
    }
  }
});
