import { assert, assertEquals, assertNotEquals } from "@std/assert";
import { type AuthFixture, FIXTURE_TTL, openAuthFixture } from "./auth_fixture.ts";
import { login } from "./login.ts";
import { refresh } from "./refresh.ts";
import { register } from "./registration.ts";
import { verify } from "./verification.ts";

const ORIGIN = { ip: "192.0.2.1" };
const CREDENTIALS = { username: "player1", password: "tank-battle-3" };
const REFUSED = {
  status: "failure",
  message: "Invalid refresh token",
  code: "invalid_refresh_token",
} as const;

interface Tokens {
  readonly token: string;
  readonly refreshToken: string;
}

async function logIn(fixture: AuthFixture): Promise<Tokens> {
  await register({ action: "register", ...CREDENTIALS }, fixture.parts, ORIGIN);
  return tokensOf(await login({ action: "login", ...CREDENTIALS }, fixture.parts, ORIGIN));
}

function tokensOf(reply: { readonly [key: string]: unknown }): Tokens {
  return { token: String(reply["token"]), refreshToken: String(reply["refresh_token"]) };
}

function ask(fixture: AuthFixture, refreshToken: string | undefined): ReturnType<typeof refresh> {
  return refresh({ action: "refresh", refreshToken }, fixture.parts, ORIGIN);
}

Deno.test("Refresh gives new tokens of the same session", async () => {
  await using fixture = await openAuthFixture();
  const first = await logIn(fixture);
  const reply = await ask(fixture, first.refreshToken);
  assertEquals([reply.status, reply.message], ["success", "Token refreshed"]);
  const second = tokensOf(reply);
  assertNotEquals(second.refreshToken, first.refreshToken);
  const [before, after] = await Promise.all(
    [first, second].map(({ token }) => fixture.parts.verifier.verify(token)),
  );
  assert(before?.ok && after?.ok);
  assertEquals(after.sessionId, before.sessionId);
  assertEquals(after.sessionId, reply["session_id"]);
  assertEquals((await ask(fixture, second.refreshToken)).status, "success");
});

Deno.test("Refresh with a token that was used ends the session for both who have it", async () => {
  await using fixture = await openAuthFixture();
  const first = await logIn(fixture);
  const second = tokensOf(await ask(fixture, first.refreshToken));
  assertEquals<unknown>(await ask(fixture, first.refreshToken), REFUSED);
  assertEquals<unknown>(await ask(fixture, second.refreshToken), REFUSED);
  const verified = await verify({ action: "verify", token: second.token }, fixture.parts);
  assertEquals(verified.message, "Invalid token");
  const detected = fixture.events.filter((event) => event["event_type"] === "token_reuse_detected");
  assertEquals(detected.map((event) => event["username"]), ["player1"]);
});

Deno.test("Refresh refuses what is no token or is over", async (t) => {
  for (const refreshToken of [undefined, "", "x", "A".repeat(43), "\ud800"]) {
    await t.step(JSON.stringify(refreshToken) ?? "undefined", async () => {
      await using fixture = await openAuthFixture();
      await logIn(fixture);
      assertEquals<unknown>(await ask(fixture, refreshToken), REFUSED);
    });
  }
  await t.step("expired", async () => {
    await using fixture = await openAuthFixture();
    const { refreshToken } = await logIn(fixture);
    await fixture.clock.advance(FIXTURE_TTL.refreshTokenMs);
    assertEquals<unknown>(await ask(fixture, refreshToken), REFUSED);
  });
});
