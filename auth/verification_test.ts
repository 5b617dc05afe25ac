import { assertEquals, assertRejects } from "@std/assert";
import { TokenVerifier } from "../core/auth/token_verifier.ts";
import { ManualClock } from "../core/manual_clock.ts";
import { type AuthFixture, FIXTURE_TTL, openAuthFixture } from "./auth_fixture.ts";
import { login } from "./login.ts";
import { register } from "./registration.ts";
import { verify } from "./verification.ts";

const ORIGIN = { ip: "192.0.2.1" };
const CREDENTIALS = { username: "Player1", password: "tank-battle-3" };
const INVALID = { status: "failure", message: "Invalid token", code: "invalid_token" } as const;

async function logIn(fixture: AuthFixture): Promise<string> {
  await register({ action: "register", ...CREDENTIALS }, fixture.parts, ORIGIN);
  const reply = await login({ action: "login", ...CREDENTIALS }, fixture.parts, ORIGIN);
  return String(reply["token"]);
}

function ask(fixture: AuthFixture, token: string | undefined): ReturnType<typeof verify> {
  return verify({ action: "verify", token }, fixture.parts);
}

Deno.test("Verification says whose token it is and when it ends, in seconds", async () => {
  await using fixture = await openAuthFixture();
  const token = await logIn(fixture);
  const account = await fixture.parts.accounts.findByUsername("player1");
  assertEquals<unknown>(await ask(fixture, token), {
    status: "success",
    message: "Token valid",
    account_id: account?.accountId,
    username: "Player1",
    expires_at: Math.floor(fixture.clock.nowMs() / 1000) + FIXTURE_TTL.accessTokenS,
  });
});

Deno.test("Verification refuses what is no token of ours", async (t) => {
  await using fixture = await openAuthFixture();
  await using elsewhere = await openAuthFixture();
  const foreign = await logIn(elsewhere);
  const own = await logIn(fixture);
  for (const token of [undefined, "", "a.b.c", foreign, own.slice(0, -1), `${own} `]) {
    await t.step(`${token}`.slice(-20), async () => {
      assertEquals<unknown>(await ask(fixture, token), INVALID);
    });
  }
});

Deno.test("Verification refuses a token that is over", async () => {
  await using fixture = await openAuthFixture();
  const token = await logIn(fixture);
  await fixture.clock.advance((FIXTURE_TTL.accessTokenS + 5) * 1000);
  assertEquals<unknown>(await ask(fixture, token), INVALID);
});

Deno.test("Verification refuses the token of a session that is over", async () => {
  await using fixture = await openAuthFixture();
  const token = await logIn(fixture);
  assertEquals((await ask(fixture, token)).status, "success");
  await fixture.database.execute("DELETE FROM sessions");
  assertEquals<unknown>(await ask(fixture, token), INVALID);
});

Deno.test("Verification without keys is a fault, and says nothing of the token", async () => {
  const verifier = new TokenVerifier({
    clock: new ManualClock(),
    fetchKeys: () => Promise.reject(new Error("no database")),
  });
  await using fixture = await openAuthFixture({ verifier });
  const token = await logIn(fixture);
  await assertRejects(() => ask(fixture, token), Error, "Cannot verify token");
});
