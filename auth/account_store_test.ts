import { assertEquals } from "@std/assert";
import { openAuthFixture } from "./auth_fixture.ts";

const NEW = { accountId: "a1", username: "Player1", passwordHash: "h1", createdAtMs: 5 };

Deno.test("AccountStore finds an account however its name is spelt", async () => {
  await using fixture = await openAuthFixture();
  const { accounts } = fixture.parts;
  assertEquals(await accounts.tryInsert(NEW), true);
  const account = {
    accountId: "a1",
    username: "Player1",
    passwordHash: "h1",
    disabled: false,
    displayName: "Player1",
    createdAtMs: 5,
    lastLoginAtMs: undefined,
  };
  for (const spelling of ["Player1", "PLAYER1", "player1", "ｐlayer1"]) {
    assertEquals(await accounts.findByUsername(spelling), account);
  }
  assertEquals(await accounts.findByUsername("player2"), undefined);
});

Deno.test("AccountStore takes a name once", async () => {
  await using fixture = await openAuthFixture();
  const { accounts } = fixture.parts;
  await accounts.tryInsert(NEW);
  assertEquals(
    await accounts.tryInsert({ ...NEW, accountId: "a2", username: "PLAYER1" }),
    false,
  );
  assertEquals((await accounts.findByUsername("player1"))?.accountId, "a1");
});

Deno.test("AccountStore keeps the first display name and time", async () => {
  await using fixture = await openAuthFixture();
  await fixture.parts.accounts.tryInsert(NEW);
  const rows = await fixture.database.query(
    "SELECT display_name, created_at_ms, last_login_at_ms FROM accounts",
  );
  assertEquals(rows.map((row) => ({ ...row })), [
    { display_name: "Player1", created_at_ms: 5, last_login_at_ms: null },
  ]);
});

Deno.test("AccountStore replaces the hash it was shown, and no newer one", async () => {
  await using fixture = await openAuthFixture();
  const { accounts } = fixture.parts;
  await accounts.tryInsert(NEW);
  const seen = await accounts.findByUsername("player1");
  if (seen === undefined) throw new Error("not inserted");
  await accounts.replaceHash(seen, "h2");
  await accounts.replaceHash(seen, "h3");
  assertEquals((await accounts.findByUsername("player1"))?.passwordHash, "h2");
});

Deno.test("AccountStore says that an account is disabled", async () => {
  await using fixture = await openAuthFixture();
  await fixture.parts.accounts.tryInsert(NEW);
  await fixture.database.execute("UPDATE accounts SET disabled_at_ms = 7");
  assertEquals((await fixture.parts.accounts.findByUsername("player1"))?.disabled, true);
});
