import { assertEquals, assertMatch } from "@std/assert";
import { hashRefreshToken, newRefreshToken } from "./refresh_token.ts";

Deno.test("Refresh token is 32 random bytes in base64url", () => {
  const tokens = Array.from({ length: 100 }, newRefreshToken);
  for (const token of tokens) assertMatch(token, /^[A-Za-z0-9_-]{43}$/);
  assertEquals(new Set(tokens).size, tokens.length);
});

Deno.test("Refresh token is stored as its SHA-256", async () => {
  // FIPS 180-4's example "abc".
  assertEquals(await hashRefreshToken("abc"), "ungWv48Bz-pBQUDeXa4iI7ADYaOWF3qctBD_YfIAFa0");
});
