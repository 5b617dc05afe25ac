import { assertEquals } from "@std/assert";
import { type AuthFixture, openAuthFixture } from "./auth_fixture.ts";

const TIME = { nowMs: 50, revokedUntilMs: 90 };

/** Two accounts with sessions: `a1` has s1 and s2, `a2` has s3. */
async function openAccounts(): Promise<AuthFixture> {
  const fixture = await openAuthFixture();
  const { accounts, sessions } = fixture.parts;
  for (const [accountId, username] of [["a1", "player1"], ["a2", "player2"]] as const) {
    await accounts.tryInsert({ accountId, username, passwordHash: "h", createdAtMs: 1 });
  }
  for (const [sessionId, accountId] of [["s1", "a1"], ["s2", "a1"], ["s3", "a2"]] as const) {
    const tokenHash = `t-${sessionId}`;
    await sessions.open({ sessionId, accountId, tokenHash, expiresAtMs: 1_000, ...TIME });
  }
  return fixture;
}

async function column({ database }: AuthFixture, sql: string): Promise<unknown[]> {
  return (await database.query(sql)).map((row) => Object.values(row)[0]);
}

const open = (fixture: AuthFixture): Promise<unknown[]> =>
  column(fixture, "SELECT session_id FROM sessions ORDER BY session_id");
const revoked = (fixture: AuthFixture): Promise<unknown[]> =>
  column(fixture, "SELECT session_id FROM revoked_sessions ORDER BY session_id");

Deno.test("AccountChanges of a password end every session but the one that is kept", async () => {
  await using fixture = await openAccounts();
  const { changes } = fixture.parts;
  const change = { ...TIME, passwordHash: "h2", expectedHash: "h", keptSessionId: "s2" };
  assertEquals(await changes.setPassword("a1", change), true);
  assertEquals([await open(fixture), await revoked(fixture)], [["s2", "s3"], ["s1"]]);
  assertEquals(
    await column(fixture, "SELECT password_hash FROM accounts ORDER BY account_id"),
    ["h2", "h"],
  );
  const rows = await fixture.database.query("SELECT * FROM revoked_sessions");
  assertEquals(rows.map((row) => ({ ...row })), [
    { session_id: "s1", revoked_at_ms: 50, expires_at_ms: 90 },
  ]);
});

Deno.test("AccountChanges of a password do nothing where it is another one by now", async () => {
  await using fixture = await openAccounts();
  const change = { ...TIME, passwordHash: "h2", expectedHash: "other" };
  assertEquals(await fixture.parts.changes.setPassword("a1", change), false);
  assertEquals([await open(fixture), await revoked(fixture)], [["s1", "s2", "s3"], []]);
});

Deno.test("AccountChanges that shut an account keep the time of the first, and end its sessions", async () => {
  await using fixture = await openAccounts();
  const { changes } = fixture.parts;
  const disabledAt = "SELECT disabled_at_ms FROM accounts ORDER BY account_id";
  assertEquals(await changes.disable("a1", TIME), true);
  assertEquals(await changes.disable("a1", { ...TIME, nowMs: 60 }), true);
  assertEquals(await column(fixture, disabledAt), [50, null]);
  assertEquals([await open(fixture), await revoked(fixture)], [["s3"], ["s1", "s2"]]);
  assertEquals(await changes.enable("a1"), true);
  assertEquals(await column(fixture, disabledAt), [null, null]);
});

Deno.test("AccountChanges that delete leave what is written down of the sessions", async () => {
  await using fixture = await openAccounts();
  assertEquals(await fixture.parts.changes.delete("a1", TIME), true);
  assertEquals(await column(fixture, "SELECT account_id FROM accounts"), ["a2"]);
  assertEquals([await open(fixture), await revoked(fixture)], [["s3"], ["s1", "s2"]]);
});

Deno.test("AccountChanges delete nothing where the password is another one by now", async () => {
  await using fixture = await openAccounts();
  const { changes } = fixture.parts;
  assertEquals(await changes.delete("a1", { ...TIME, expectedHash: "other" }), false);
  assertEquals(await column(fixture, "SELECT account_id FROM accounts"), ["a1", "a2"]);
  assertEquals([await open(fixture), await revoked(fixture)], [["s1", "s2", "s3"], []]);
  assertEquals(await changes.delete("a1", { ...TIME, expectedHash: "h" }), true);
});

Deno.test("AccountChanges end a session of that account only", async () => {
  await using fixture = await openAccounts();
  const { changes } = fixture.parts;
  assertEquals(await changes.endSessions("a1", { ...TIME, sessionId: "s3" }), 0);
  assertEquals(await changes.endSessions("a1", { ...TIME, sessionId: "s1" }), 1);
  assertEquals(await changes.endSessions("a1", { ...TIME, sessionId: "s1" }), 0);
  assertEquals([await open(fixture), await revoked(fixture)], [["s2", "s3"], ["s1"]]);
  assertEquals(await changes.endSessions("a1", TIME), 1);
});

Deno.test("AccountChanges say where there is no such account", async () => {
  await using fixture = await openAccounts();
  const { changes } = fixture.parts;
  assertEquals(await changes.setDisplayName("nobody", "X"), false);
  assertEquals(await changes.setPassword("nobody", { ...TIME, passwordHash: "h" }), false);
  assertEquals(await changes.disable("nobody", TIME), false);
  assertEquals(await changes.enable("nobody"), false);
  assertEquals(await changes.delete("nobody", TIME), false);
});
