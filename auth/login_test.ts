import { assert, assertEquals, assertMatch, assertNotEquals } from "@std/assert";
import type { AuthReply } from "../core/protocol/auth_messages.ts";
import { type AuthFixture, CHEAP_SCRYPT, openAuthFixture } from "./auth_fixture.ts";
import { login } from "./login.ts";
import { hashPassword } from "./password_hash.ts";
import { register } from "./registration.ts";
import type { CredentialsRequest } from "./requests.ts";

const ORIGIN = { ip: "192.0.2.1" };
const NOT_FOUND = "Authentication failed: User not found";
const WRONG = "Authentication failed: Invalid password";

function asked(username: string | undefined, password: string | undefined): CredentialsRequest {
  return { action: "login", username, password };
}

async function openWithPlayer(
  overrides: Parameters<typeof openAuthFixture>[0] = {},
): Promise<AuthFixture> {
  const fixture = await openAuthFixture(overrides);
  const request = { action: "register", username: "Player1", password: "tank-battle-3" } as const;
  await register(request, fixture.parts, ORIGIN);
  return fixture;
}

function field(reply: AuthReply, name: string): string {
  const value = reply[name];
  if (typeof value !== "string") throw new Error(`${name} is no text`);
  return value;
}

Deno.test("Login opens a session whose token stands for the account", async () => {
  await using fixture = await openWithPlayer();
  const reply = await login(asked("pLAYER1", "tank-battle-3"), fixture.parts, ORIGIN);
  assertEquals(Object.keys(reply), [
    "status",
    "message",
    "session_id",
    "token",
    "refresh_token",
    "expires_in",
  ]);
  assertEquals([reply.status, reply.message], ["success", "User Player1 authenticated"]);
  assertEquals(reply["expires_in"], 900);
  assertMatch(field(reply, "refresh_token"), /^[A-Za-z0-9_-]{43}$/);
  const verdict = await fixture.parts.verifier.verify(field(reply, "token"));
  assert(verdict.ok);
  assertEquals(verdict.username, "Player1");
  assertEquals(verdict.sessionId, reply["session_id"]);
});

Deno.test("Login opens a new session each time", async () => {
  await using fixture = await openWithPlayer();
  const [first, second] = await Promise.all([
    login(asked("player1", "tank-battle-3"), fixture.parts, ORIGIN),
    login(asked("player1", "tank-battle-3"), fixture.parts, ORIGIN),
  ]);
  for (const name of ["session_id", "token", "refresh_token"]) {
    assertNotEquals(first[name], second[name]);
  }
});

Deno.test("Login is refused with the protocol's texts", async (t) => {
  const cases = [
    ["player1", "tank-battle-4", WRONG, "invalid_credentials", "invalid_password"],
    ["player1", "", WRONG, "invalid_credentials", "invalid_password"],
    ["nonexist", "foo", NOT_FOUND, "invalid_credentials", "user_not_found"],
    ["", "", NOT_FOUND, "invalid_credentials", "user_not_found"],
    ["player1\u0000", "tank-battle-3", NOT_FOUND, "invalid_credentials", "user_not_found"],
    ["' OR 1=1 --", "tank-battle-3", NOT_FOUND, "invalid_credentials", "user_not_found"],
  ] as const;
  for (const [username, password, message, code, reason] of cases) {
    await t.step(`${JSON.stringify(username)} ${JSON.stringify(password)}`, async () => {
      await using fixture = await openWithPlayer();
      const reply = await login(asked(username, password), fixture.parts, ORIGIN);
      assertEquals<unknown>(reply, { status: "failure", message, code });
      const event = fixture.events.at(-1);
      assertEquals(event?.["event_type"], "user_login_failed");
      assertEquals(event?.["reason"], reason);
    });
  }
});

Deno.test("Login without a name or a password is refused, and not written down", async (t) => {
  const cases = [
    [undefined, "tank-battle-3", NOT_FOUND],
    ["player1", undefined, WRONG],
    [undefined, undefined, NOT_FOUND],
  ] as const;
  for (const [username, password, message] of cases) {
    await t.step(`${JSON.stringify(username)} ${JSON.stringify(password)}`, async () => {
      await using fixture = await openWithPlayer();
      const eventCount = fixture.events.length;
      const reply = await login(asked(username, password), fixture.parts, ORIGIN);
      assertEquals<unknown>(reply, { status: "failure", message, code: "missing_credentials" });
      assertEquals(fixture.events.length, eventCount);
    });
  }
});

Deno.test("Login hides what was wrong where failures are uniform", async () => {
  await using fixture = await openWithPlayer({ uniformFailures: true });
  const replies = await Promise.all([
    login(asked("player1", "tank-battle-4"), fixture.parts, ORIGIN),
    login(asked("nonexist", "tank-battle-3"), fixture.parts, ORIGIN),
  ]);
  const [first, second] = replies.map((reply) => JSON.stringify(reply));
  assertEquals(first, second);
  assertEquals(replies[0]?.message, "Authentication failed");
});

Deno.test("Login costs a hash whether or not there is such an account", async (t) => {
  for (const username of ["player1", "nonexist", "no name at all"]) {
    await t.step(username, async () => {
      await using fixture = await openWithPlayer();
      let hashCount = 0;
      const { hasher } = fixture.parts;
      const verify = hasher.verify.bind(hasher);
      hasher.verify = (password, phc, options) => {
        hashCount++;
        return verify(password, phc, options);
      };
      await login(asked(username, "tank-battle-4"), fixture.parts, ORIGIN);
      assertEquals(hashCount, 1);
    });
  }
});

Deno.test("Login of a shut account is refused, and only to who knows the password", async () => {
  await using fixture = await openWithPlayer();
  await fixture.database.execute("UPDATE accounts SET disabled_at_ms = 1");
  const right = await login(asked("player1", "tank-battle-3"), fixture.parts, ORIGIN);
  assertEquals(right.code, "account_disabled");
  const wrong = await login(asked("player1", "tank-battle-4"), fixture.parts, ORIGIN);
  assertEquals(wrong.message, WRONG);
});

Deno.test("Login says that the server is busy when no hash can wait", async () => {
  await using fixture = await openWithPlayer();
  fixture.queue.close();
  const reply = await login(asked("player1", "tank-battle-3"), fixture.parts, ORIGIN);
  assertEquals<unknown>(reply, { status: "error", message: "Server busy", code: "server_busy" });
  assertEquals(fixture.events.length, 1);
});

Deno.test("Login renews a hash that was made with other parameters", async () => {
  await using fixture = await openWithPlayer();
  const old = await hashPassword("tank-battle-3", { ...CHEAP_SCRYPT, costLog2: 3 });
  await fixture.database.execute("UPDATE accounts SET password_hash = $1", [old]);
  const hashOf = async (): Promise<string | undefined> =>
    (await fixture.parts.accounts.findByUsername("player1"))?.passwordHash;
  await login(asked("player1", "tank-battle-4"), fixture.parts, ORIGIN);
  assertEquals(await hashOf(), old);
  await login(asked("player1", "tank-battle-3"), fixture.parts, ORIGIN);
  const renewed = await hashOf();
  assert(renewed?.startsWith("$scrypt$ln=4,r=1,p=1$"));
  const reply = await login(asked("player1", "tank-battle-3"), fixture.parts, ORIGIN);
  assertEquals(reply.status, "success");
  assertEquals(await hashOf(), renewed);
});

Deno.test("Login stores neither token as it is", async () => {
  await using fixture = await openWithPlayer();
  const reply = await login(asked("player1", "tank-battle-3"), fixture.parts, ORIGIN);
  const tables = ["accounts", "sessions", "refresh_tokens"];
  const rows = await Promise.all(
    tables.map((table) => fixture.database.query(`SELECT * FROM ${table}`)),
  );
  const stored = JSON.stringify([rows, fixture.events]);
  for (const secret of [field(reply, "token"), field(reply, "refresh_token"), "tank-battle-3"]) {
    assertEquals(stored.includes(secret), false);
  }
});
