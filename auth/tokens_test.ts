import { assertEquals, assertNotEquals } from "@std/assert";
import { tryReadClaimsUnverified } from "../core/auth/jwt.ts";
import { FIXTURE_TTL, openAuthFixture } from "./auth_fixture.ts";

const SESSION = { sessionId: "s1", accountId: "a1", username: "player1" };

Deno.test("TokenIssuer issues what the verifier accepts", async () => {
  await using fixture = await openAuthFixture();
  const { issuer, verifier } = fixture.parts;
  const expiresAtS = Math.floor(fixture.clock.nowMs() / 1000) + FIXTURE_TTL.accessTokenS;
  const token = await issuer.issue(SESSION);
  assertEquals(await verifier.verify(token), { ok: true, ...SESSION, expiresAtS });
  const claims = tryReadClaimsUnverified(token);
  assertEquals(Object.keys(claims ?? {}), [
    "iss",
    "aud",
    "sub",
    "name",
    "sid",
    "iat",
    "exp",
    "jti",
  ]);
});

Deno.test("TokenIssuer issues no token twice", async () => {
  await using fixture = await openAuthFixture();
  const { issuer } = fixture.parts;
  assertNotEquals(await issuer.issue(SESSION), await issuer.issue(SESSION));
});
