import { assertEquals } from "@std/assert";
import { machinePostgresUrl, whyNoPostgres } from "../tests/brokers/postgres_broker.ts";
import { createTestDatabase, openTestPostgres } from "../tests/brokers/postgres_databases.ts";
import { brokerTest } from "../tests/brokers/require_brokers.ts";
import { systemClock } from "../core/clock.ts";
import { ManualClock } from "../core/manual_clock.ts";
import { migrate } from "../core/ports/migrations.ts";
import type { SqlDatabase } from "../core/ports/sql_database.ts";
import { AccountChanges } from "./account_changes.ts";
import { deleteAccount } from "./account_deletion.ts";
import { AccountStore } from "./account_store.ts";
import {
  type AuthFixture,
  CHEAP_SCRYPT,
  openAuthFixture,
  openMigratedDatabase,
} from "./auth_fixture.ts";
import { HashQueue } from "./hash_queue.ts";
import { login } from "./login.ts";
import { AUTH_MIGRATIONS, AUTH_SCHEMA } from "./migrations.ts";
import { deriveOnPool, hashPassword } from "./password_hash.ts";
import { PasswordHasher } from "./password_hasher.ts";
import { register } from "./registration.ts";
import { SessionStore } from "./session_store.ts";

// What becomes of an account whose password is changed while the old one is being checked for its removal,
// on both databases.

const ORIGIN = { ip: "192.0.2.1" };
const PASSWORD = "tank-battle-3";
const NEXT_PASSWORD = "tank-battle-4";
const TIME = { nowMs: 50, revokedUntilMs: 90 };
/** Removals and changes of password that begin at the same moment. */
const RACE_COUNT = 20;

/** Two connections to one database, of two servers perhaps. */
type Prove = (first: SqlDatabase, second: SqlDatabase) => Promise<void>;

const whyNot = await whyNoPostgres();

/** Registers a test on an empty SQLite in memory and on an empty PostgreSQL. */
function testOnBoth(rule: string, prove: Prove): void {
  Deno.test(`Removing an account (SQLite) ${rule}`, async () => {
    const database = await openMigratedDatabase(new ManualClock());
    await prove(database, database).finally(() => database.close());
  });
  const name = `Removing an account (PostgreSQL) ${rule}`;
  brokerTest(name, whyNot === undefined, whyNot ?? "", async () => {
    const { url, drop } = await createTestDatabase(machinePostgresUrl);
    const [first, second] = [openTestPostgres(url), openTestPostgres(url)];
    try {
      await migrate(first, { name: AUTH_SCHEMA, steps: AUTH_MIGRATIONS, clock: systemClock });
      await prove(first, second);
    } finally {
      await Promise.all([first.close(), second.close()]);
      await drop();
    }
  });
}

/** Auth's parts on the database; `act` is called once, when the next password has been derived. */
function openParts(
  database: SqlDatabase,
  acts: (() => Promise<unknown>)[],
): Promise<AuthFixture> {
  const clock = new ManualClock();
  const queue = new HashQueue({ inFlightMax: 2, waitingMax: 10, waitMaxMs: 1_000, clock });
  return openAuthFixture({
    hasher: new PasswordHasher(queue, CHEAP_SCRYPT, {
      derive: async (password, options) => {
        const key = await deriveOnPool(password, options);
        await acts.shift()?.();
        return key;
      },
    }),
    accounts: new AccountStore(database),
    changes: new AccountChanges(database),
    sessions: new SessionStore(database),
  });
}

async function sessionCount(database: SqlDatabase): Promise<number> {
  return (await database.query("SELECT session_id FROM sessions")).length;
}

testOnBoth("needs the password that it has when it is removed", async (first, second) => {
  const acts: (() => Promise<unknown>)[] = [];
  await using fixture = await openParts(first, acts);
  const { parts, events } = fixture;
  const logIn = (password: string): ReturnType<typeof login> =>
    login({ action: "login", username: "Player1", password }, parts, ORIGIN);
  await register({ action: "register", username: "Player1", password: PASSWORD }, parts, ORIGIN);
  const { accountId = "" } = await parts.accounts.findByUsername("player1") ?? {};
  const token = String((await logIn(PASSWORD))["token"]);
  await logIn(PASSWORD);
  const [kept] = await first.query("SELECT session_id FROM sessions");

  acts.push(async () => {
    const passwordHash = await hashPassword(NEXT_PASSWORD, CHEAP_SCRYPT);
    const keptSessionId = String(kept?.["session_id"]);
    const change = { ...TIME, passwordHash, keptSessionId };
    await new AccountChanges(second).setPassword(accountId, change);
  });
  const request = { action: "account_delete", token, password: PASSWORD } as const;
  assertEquals((await deleteAccount(request, parts, ORIGIN)).code, "invalid_credentials");

  assertEquals((await parts.accounts.findById(accountId))?.username, "Player1");
  assertEquals(await sessionCount(first), 1);
  assertEquals(events.some((event) => event["event_type"] === "account_deleted"), false);
  const again = { ...request, token: String((await logIn(NEXT_PASSWORD))["token"]) };
  assertEquals((await deleteAccount(again, parts, ORIGIN)).code, "invalid_credentials");
  const removal = { ...again, password: NEXT_PASSWORD };
  assertEquals((await deleteAccount(removal, parts, ORIGIN)).status, "success");
  assertEquals(await sessionCount(first), 0);
});

testOnBoth("and changing its password at once: one of them happens", async (first, second) => {
  const accounts = new AccountStore(first);
  const sessions = new SessionStore(first);
  for (let index = 0; index < RACE_COUNT; index++) {
    const [accountId, sessionId] = [`a${index}`, `s${index}`];
    await accounts.tryInsert({ accountId, username: accountId, passwordHash: "h", createdAtMs: 1 });
    const tokenHash = `t${index}`;
    await sessions.open({ sessionId, accountId, tokenHash, expiresAtMs: 1_000, ...TIME });
    const change = { ...TIME, passwordHash: "h2", expectedHash: "h", keptSessionId: sessionId };
    const [isRemoved, isChanged] = await Promise.all([
      new AccountChanges(first).delete(accountId, { ...TIME, expectedHash: "h" }),
      new AccountChanges(second).setPassword(accountId, change),
    ]);
    assertEquals([isRemoved, isChanged].toSorted(), [false, true]);
    assertEquals((await accounts.findById(accountId))?.passwordHash, isChanged ? "h2" : undefined);
    const [session] = await first.query("SELECT session_id FROM sessions WHERE account_id = $1", [
      accountId,
    ]);
    assertEquals(session?.["session_id"], isChanged ? sessionId : undefined);
  }
});
