import { assertEquals } from "@std/assert";
import { type AuthFixture, openAuthFixture } from "./auth_fixture.ts";
import { SESSIONS_PER_ACCOUNT_MAX } from "./session_store.ts";

const SESSION = { sessionId: "s1", accountId: "a1", username: "player1" };
const NEW = {
  sessionId: "s1",
  accountId: "a1",
  tokenHash: "t1",
  nowMs: 10,
  expiresAtMs: 100,
  revokedUntilMs: 50,
};
const NEXT = {
  tokenHash: "t1",
  nextTokenHash: "t2",
  nowMs: 20,
  expiresAtMs: 200,
  revokedUntilMs: 60,
};
const UNKNOWN = { ok: false, reason: "unknown" } as const;

async function openStore(): Promise<AuthFixture> {
  const fixture = await openAuthFixture();
  await fixture.parts.accounts.tryInsert({
    accountId: "a1",
    username: "player1",
    passwordHash: "h",
    createdAtMs: 1,
  });
  return fixture;
}

async function isOpen(fixture: AuthFixture, sessionId: string): Promise<boolean> {
  return await fixture.parts.accounts.findBySession(sessionId) !== undefined;
}

async function revokedIds(fixture: AuthFixture): Promise<unknown[]> {
  const rows = await fixture.database.query("SELECT session_id FROM revoked_sessions");
  return rows.map((row) => row["session_id"]);
}

async function count(fixture: AuthFixture, table: string): Promise<unknown> {
  const [row] = await fixture.database.query(`SELECT count(*) AS n FROM ${table}`);
  return row?.["n"];
}

Deno.test("SessionStore opens a session and notes the login", async () => {
  await using fixture = await openStore();
  await fixture.parts.sessions.open(NEW);
  assertEquals(await isOpen(fixture, "s1"), true);
  assertEquals(await isOpen(fixture, "s2"), false);
  const [row] = await fixture.database.query("SELECT last_login_at_ms FROM accounts");
  assertEquals(row?.["last_login_at_ms"], 10);
});

Deno.test("SessionStore opens all of a session or nothing", async () => {
  await using fixture = await openStore();
  await fixture.parts.sessions.open(NEW);
  const twice = fixture.parts.sessions.open({ ...NEW, sessionId: "s2", nowMs: 50 });
  assertEquals(await twice.then(() => "opened", () => "refused"), "refused");
  assertEquals(await isOpen(fixture, "s2"), false);
  const [row] = await fixture.database.query("SELECT last_login_at_ms FROM accounts");
  assertEquals(row?.["last_login_at_ms"], 10);
});

Deno.test("SessionStore gives the next refresh token for the last", async () => {
  await using fixture = await openStore();
  const { sessions } = fixture.parts;
  await sessions.open(NEW);
  assertEquals(await sessions.rotate(NEXT), { ok: true, session: SESSION });
  const third = {
    tokenHash: "t2",
    nextTokenHash: "t3",
    nowMs: 150,
    expiresAtMs: 300,
    revokedUntilMs: 190,
  };
  assertEquals(await sessions.rotate(third), { ok: true, session: SESSION });
  assertEquals(await isOpen(fixture, "s1"), true);
});

Deno.test("SessionStore ends the session of a refresh token that comes twice", async () => {
  await using fixture = await openStore();
  const { sessions } = fixture.parts;
  await sessions.open(NEW);
  await sessions.open({ ...NEW, sessionId: "other", tokenHash: "o1" });
  await sessions.rotate(NEXT);
  const again = await sessions.rotate({ ...NEXT, nextTokenHash: "t9" });
  assertEquals(again, { ok: false, reason: "reused", session: SESSION });
  assertEquals(await isOpen(fixture, "s1"), false);
  assertEquals(await sessions.rotate({ ...NEXT, tokenHash: "t2", nextTokenHash: "t9" }), UNKNOWN);
  assertEquals(await isOpen(fixture, "other"), true);
  assertEquals(await revokedIds(fixture), ["s1"]);
});

Deno.test("SessionStore opens no session where the account has changed meanwhile", async () => {
  await using fixture = await openStore();
  const { sessions } = fixture.parts;
  assertEquals(await sessions.open({ ...NEW, passwordHash: "other" }), false);
  assertEquals(await sessions.open({ ...NEW, accountId: "nobody" }), false);
  assertEquals(await sessions.open({ ...NEW, passwordHash: "h" }), true);
  await fixture.database.execute("UPDATE accounts SET disabled_at_ms = 15");
  assertEquals(await sessions.open({ ...NEW, sessionId: "s2", tokenHash: "t9" }), false);
  assertEquals(await count(fixture, "sessions"), 1);
});

Deno.test("SessionStore lets one of many through that rotate one token at once", async () => {
  await using fixture = await openStore();
  const { sessions } = fixture.parts;
  await sessions.open(NEW);
  const outcomes = await Promise.all(
    Array.from({ length: 10 }, (_, at) => sessions.rotate({ ...NEXT, nextTokenHash: `n${at}` })),
  );
  assertEquals(outcomes.filter((outcome) => outcome.ok).length, 1);
  assertEquals(await isOpen(fixture, "s1"), false);
});

Deno.test("SessionStore refuses a refresh token that is unknown, over or of a shut account", async () => {
  await using fixture = await openStore();
  const { sessions } = fixture.parts;
  await sessions.open(NEW);
  assertEquals(await sessions.rotate({ ...NEXT, tokenHash: "guess" }), UNKNOWN);
  assertEquals(await sessions.rotate({ ...NEXT, nowMs: 100 }), UNKNOWN);
  await fixture.database.execute("UPDATE accounts SET disabled_at_ms = 15");
  assertEquals(await sessions.rotate(NEXT), UNKNOWN);
  assertEquals(await isOpen(fixture, "s1"), false);
});

Deno.test("SessionStore ends the oldest session of an account that has too many", async () => {
  await using fixture = await openStore();
  const { sessions } = fixture.parts;
  for (let at = 0; at <= SESSIONS_PER_ACCOUNT_MAX; at++) {
    await sessions.open({ ...NEW, sessionId: `s${at}`, tokenHash: `t${at}`, nowMs: at });
  }
  assertEquals(await count(fixture, "sessions"), SESSIONS_PER_ACCOUNT_MAX);
  assertEquals(await count(fixture, "refresh_tokens"), SESSIONS_PER_ACCOUNT_MAX);
  assertEquals(await isOpen(fixture, "s0"), false);
  assertEquals(await isOpen(fixture, "s1"), true);
  assertEquals(await revokedIds(fixture), ["s0"]);
});

Deno.test("SessionStore deletes what has ended and nothing else", async () => {
  await using fixture = await openStore();
  const { sessions } = fixture.parts;
  await sessions.open(NEW);
  await sessions.open({ ...NEW, sessionId: "s2", tokenHash: "u1", expiresAtMs: 101 });
  await sessions.rotate({ ...NEXT, tokenHash: "u1", nextTokenHash: "u2" });
  await sessions.deleteExpired(99);
  assertEquals([await count(fixture, "sessions"), await count(fixture, "refresh_tokens")], [2, 3]);
  await sessions.deleteExpired(150);
  assertEquals([await count(fixture, "sessions"), await count(fixture, "refresh_tokens")], [1, 1]);
  assertEquals(await isOpen(fixture, "s2"), true);
  await fixture.parts.changes.endSessions("a1", { nowMs: 160, revokedUntilMs: 170 });
  await sessions.deleteExpired(169);
  assertEquals(await revokedIds(fixture), ["s2"]);
  await sessions.deleteExpired(170);
  assertEquals(await revokedIds(fixture), []);
});

Deno.test("SessionStore loses the sessions of an account that is deleted", async () => {
  await using fixture = await openStore();
  await fixture.parts.sessions.open(NEW);
  await fixture.database.execute("DELETE FROM accounts");
  assertEquals([await count(fixture, "sessions"), await count(fixture, "refresh_tokens")], [0, 0]);
});
