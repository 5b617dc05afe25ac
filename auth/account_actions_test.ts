import { assertEquals, assertNotEquals } from "@std/assert";
import type { AuthReply } from "../core/protocol/auth_messages.ts";
import { deleteAccount } from "./account_deletion.ts";
import { updateAccount } from "./account_update.ts";
import { viewAccount } from "./account_view.ts";
import { type AuthFixture, openAuthFixture } from "./auth_fixture.ts";
import { login } from "./login.ts";
import { logout } from "./logout.ts";
import { register } from "./registration.ts";
import { tryParseAuthRequest } from "./requests.ts";
import { verify } from "./verification.ts";

const ORIGIN = { ip: "192.0.2.1" };
const PASSWORD = "tank-battle-3";
const NEXT_PASSWORD = "tank-battle-4";
const INVALID = { status: "failure", message: "Invalid token", code: "invalid_token" };
const WRONG = "Account update failed: Wrong password";

async function logIn(fixture: AuthFixture, password = PASSWORD): Promise<string> {
  const request = { username: "Player1", password };
  await register({ action: "register", ...request }, fixture.parts, ORIGIN);
  return String((await login({ action: "login", ...request }, fixture.parts, ORIGIN))["token"]);
}

/** Through the parser, as a client's line comes. */
async function ask(
  fixture: AuthFixture,
  fields: { readonly [field: string]: string | number | null },
): Promise<AuthReply> {
  const request = tryParseAuthRequest(fields, { internal: false });
  switch (request?.action) {
    case "logout":
      return await logout(request, fixture.parts, ORIGIN);
    case "account_get":
      return await viewAccount(request, fixture.parts);
    case "account_update":
      return await updateAccount(request, fixture.parts, ORIGIN);
    case "account_delete":
      return await deleteAccount(request, fixture.parts, ORIGIN);
    default:
      throw new Error("Cannot ask: not an action of an account's owner");
  }
}

async function isValid(fixture: AuthFixture, token: string): Promise<boolean> {
  return (await verify({ action: "verify", token }, fixture.parts)).status === "success";
}

function eventTypes({ events }: AuthFixture): unknown[] {
  return events.map((event) => event["event_type"]).slice(1)
    .filter((type) => type !== "user_logged_in");
}

Deno.test("Logout ends the session of its token, for every service, and no other", async () => {
  await using fixture = await openAuthFixture();
  const [token, other] = [await logIn(fixture), await logIn(fixture)];
  const reply = await ask(fixture, { action: "logout", token });
  assertEquals<unknown>(reply, { status: "success", message: "Logged out" });
  assertEquals([await isValid(fixture, token), await isValid(fixture, other)], [false, true]);
  const verdict = await fixture.parts.verifier.verify(token);
  const sessionId = verdict.ok ? verdict.sessionId : "";
  assertEquals(await fixture.kvStore.keys("revoked:", 10), [`revoked:${sessionId}`]);
  assertEquals<unknown>(await ask(fixture, { action: "logout", token }), INVALID);
  assertEquals(eventTypes(fixture), ["user_logged_out"]);
});

Deno.test("Account is shown to who has a token, without its secrets", async () => {
  await using fixture = await openAuthFixture();
  await fixture.clock.advance(5_000);
  const token = await logIn(fixture);
  const account = await fixture.parts.accounts.findByUsername("player1");
  const nowS = Math.floor(fixture.clock.nowMs() / 1_000);
  assertEquals<unknown>(await ask(fixture, { action: "account_get", token }), {
    status: "success",
    account: {
      account_id: account?.accountId,
      username: "Player1",
      display_name: "Player1",
      created_at: nowS,
      last_login_at: nowS,
    },
  });
});

Deno.test("Account actions refuse what is no token", async (t) => {
  await using fixture = await openAuthFixture();
  await logIn(fixture);
  for (const action of ["logout", "account_get", "account_update", "account_delete"]) {
    for (const token of ["", "a.b.c", 7, null]) {
      await t.step(`${action} ${token}`, async () => {
        const request = { action, token, display_name: "X", password: PASSWORD };
        assertEquals<unknown>(await ask(fixture, request), INVALID);
      });
    }
  }
  assertEquals(eventTypes(fixture), []);
});

Deno.test("Account update changes the display name alone", async () => {
  await using fixture = await openAuthFixture();
  const [token, other] = [await logIn(fixture), await logIn(fixture)];
  const reply = await ask(fixture, { action: "account_update", token, display_name: " The Tank " });
  assertEquals<unknown>(reply, { status: "success", message: "Account updated" });
  const account = await fixture.parts.accounts.findByUsername("player1");
  assertEquals([account?.displayName, account?.username], ["The Tank", "Player1"]);
  assertEquals(await isValid(fixture, other), true);
  assertEquals(eventTypes(fixture), ["account_updated"]);
});

Deno.test("Account update of the password ends every other session", async () => {
  await using fixture = await openAuthFixture();
  const [token, other] = [await logIn(fixture), await logIn(fixture)];
  const change = { action: "account_update", token, password: NEXT_PASSWORD };
  const reply = await ask(fixture, { ...change, old_password: PASSWORD });
  assertEquals(reply.message, "Account updated");
  assertEquals([await isValid(fixture, token), await isValid(fixture, other)], [true, false]);
  assertEquals((await fixture.kvStore.keys("revoked:", 10)).length, 1);
  assertEquals(await logIn(fixture), "undefined");
  assertNotEquals(await logIn(fixture, NEXT_PASSWORD), "undefined");
});

Deno.test("Account update changes nothing where any part of it is refused", async (t) => {
  const good = { password: NEXT_PASSWORD, old_password: PASSWORD };
  const cases: readonly (readonly [Record<string, string | number | null>, string, string])[] = [
    [{}, "Account update failed: Nothing to update", "nothing_to_update"],
    [{ old_password: PASSWORD }, "Account update failed: Nothing to update", "nothing_to_update"],
    [
      { ...good, display_name: "a\u202eb" },
      "Account update failed: Invalid display name",
      "invalid_display_name",
    ],
    [
      { ...good, display_name: null },
      "Account update failed: Invalid display name",
      "invalid_display_name",
    ],
    [
      { display_name: "X", password: "short", old_password: PASSWORD },
      "Account update failed: Invalid password",
      "invalid_password",
    ],
    [
      { display_name: "X", password: "PASSWORD1", old_password: PASSWORD },
      "Account update failed: Invalid password",
      "common_password",
    ],
    [{ display_name: "X", password: NEXT_PASSWORD }, WRONG, "invalid_credentials"],
    [
      { display_name: "X", password: NEXT_PASSWORD, old_password: NEXT_PASSWORD },
      WRONG,
      "invalid_credentials",
    ],
  ];
  for (const [fields, message, code] of cases) {
    await t.step(JSON.stringify(fields), async () => {
      await using fixture = await openAuthFixture();
      const token = await logIn(fixture);
      const before = await fixture.parts.accounts.findByUsername("player1");
      const reply = await ask(fixture, { action: "account_update", token, ...fields });
      assertEquals<unknown>(reply, { status: "failure", message, code });
      assertEquals(await fixture.parts.accounts.findByUsername("player1"), before);
      assertEquals(eventTypes(fixture), []);
    });
  }
});

Deno.test("Account deletion needs the password, and then leaves nothing", async () => {
  await using fixture = await openAuthFixture();
  const [token, other] = [await logIn(fixture), await logIn(fixture)];
  const refused = await ask(fixture, { action: "account_delete", token, password: NEXT_PASSWORD });
  assertEquals(refused.message, "Account deletion failed: Wrong password");
  assertEquals(
    (await ask(fixture, { action: "account_delete", token })).code,
    "invalid_credentials",
  );
  assertEquals(await isValid(fixture, token), true);
  const reply = await ask(fixture, { action: "account_delete", token, password: PASSWORD });
  assertEquals<unknown>(reply, { status: "success", message: "Account deleted" });
  assertEquals([await isValid(fixture, token), await isValid(fixture, other)], [false, false]);
  assertEquals((await fixture.kvStore.keys("revoked:", 10)).length, 2);
  assertEquals(await fixture.parts.accounts.findByUsername("player1"), undefined);
  assertEquals(eventTypes(fixture), ["account_deleted"]);
  assertNotEquals(await logIn(fixture), "undefined");
});

Deno.test("Account actions count wrong passwords as logins do", async () => {
  await using fixture = await openAuthFixture();
  const token = await logIn(fixture);
  const guess = { action: "account_delete", token, password: "wrong" };
  for (let at = 0; at < 4; at++) await ask(fixture, guess);
  const throttled = { status: "failure", message: "Too many attempts", retry_after_ms: 1_000 };
  const reply = { ...throttled, code: "throttled" };
  assertEquals<unknown>(await ask(fixture, { ...guess, password: PASSWORD }), reply);
  const change = { action: "account_update", token, password: NEXT_PASSWORD };
  assertEquals<unknown>(await ask(fixture, { ...change, old_password: PASSWORD }), reply);
  const attempt = { action: "login", username: "player1", password: PASSWORD } as const;
  assertEquals<unknown>(await login(attempt, fixture.parts, { ip: "192.0.2.9" }), reply);
});
