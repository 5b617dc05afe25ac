import { assertEquals } from "@std/assert";
import { ManualClock } from "../core/manual_clock.ts";
import type { AuthReply } from "../core/protocol/auth_messages.ts";
import { deleteAccount } from "./account_deletion.ts";
import { updateAccount } from "./account_update.ts";
import { type AuthFixture, CHEAP_SCRYPT, openAuthFixture } from "./auth_fixture.ts";
import { HashQueue } from "./hash_queue.ts";
import { login } from "./login.ts";
import { type DeriveKey, deriveOnPool, hashPassword } from "./password_hash.ts";
import { PasswordHasher } from "./password_hasher.ts";
import { register } from "./registration.ts";

// What happens to an account while somebody's password for it is being checked.

const ORIGIN = { ip: "192.0.2.1" };
const PASSWORD = "tank-battle-3";
const NEXT_PASSWORD = "tank-battle-4";

interface Race extends AsyncDisposable {
  readonly fixture: AuthFixture;
  readonly token: string;
  readonly accountId: string;
  /** Done once, when the next password has been hashed and before anybody knows. */
  meanwhile(act: () => Promise<unknown>): void;
}

async function openRace(): Promise<Race> {
  const acts: (() => Promise<unknown>)[] = [];
  const derive: DeriveKey = async (password, options) => {
    const key = await deriveOnPool(password, options);
    await acts.shift()?.();
    return key;
  };
  const clock = new ManualClock();
  const queue = new HashQueue({ inFlightMax: 2, waitingMax: 10, waitMaxMs: 1_000, clock });
  const hasher = new PasswordHasher(queue, CHEAP_SCRYPT, { derive });
  const fixture = await openAuthFixture({ hasher });
  await register(
    { action: "register", username: "Player1", password: PASSWORD },
    fixture.parts,
    ORIGIN,
  );
  const { accountId = "" } = await fixture.parts.accounts.findByUsername("player1") ?? {};
  return {
    fixture,
    accountId,
    token: String((await logIn(fixture))["token"]),
    meanwhile: (act) => void acts.push(act),
    [Symbol.asyncDispose]: () => fixture[Symbol.asyncDispose](),
  };
}

function logIn({ parts }: AuthFixture, password = PASSWORD): Promise<AuthReply> {
  return login({ action: "login", username: "Player1", password }, parts, ORIGIN);
}

function changePassword(
  { parts }: AuthFixture,
  token: string,
  password: string,
): Promise<AuthReply> {
  const name = { hasDisplayName: false, displayName: undefined };
  const passwords = { hasPassword: true, password, oldPassword: PASSWORD };
  return updateAccount({ action: "account_update", token, ...name, ...passwords }, parts, ORIGIN);
}

function timeOf({ clock }: AuthFixture): { nowMs: number; revokedUntilMs: number } {
  return { nowMs: clock.nowMs(), revokedUntilMs: clock.nowMs() + 1 };
}

function setPassword({ fixture, accountId }: Race, password: string): () => Promise<boolean> {
  return async () => {
    const passwordHash = await hashPassword(password, CHEAP_SCRYPT);
    return fixture.parts.changes.setPassword(accountId, { passwordHash, ...timeOf(fixture) });
  };
}

async function sessionCount({ fixture: { database } }: Race): Promise<unknown> {
  return (await database.query("SELECT count(*) AS count FROM sessions"))[0]?.["count"];
}

Deno.test("Login opens no session where the account was shut while its password was checked", async () => {
  await using race = await openRace();
  const { fixture, accountId } = race;
  race.meanwhile(() => fixture.parts.changes.disable(accountId, timeOf(fixture)));
  assertEquals((await logIn(fixture)).code, "invalid_credentials");
  // Shutting it has ended the session of before.
  assertEquals(await sessionCount(race), 0);
  assertEquals(fixture.events.at(-1)?.["event_type"], "user_login_failed");
});

Deno.test("Login opens no session where the password was changed while it was checked", async () => {
  await using race = await openRace();
  race.meanwhile(setPassword(race, NEXT_PASSWORD));
  assertEquals((await logIn(race.fixture)).code, "invalid_credentials");
  assertEquals(await sessionCount(race), 0);
  assertEquals((await logIn(race.fixture, NEXT_PASSWORD)).status, "success");
});

Deno.test("Login opens no session where the account was removed while its password was checked", async () => {
  await using race = await openRace();
  const { fixture, accountId } = race;
  race.meanwhile(() => fixture.parts.changes.delete(accountId, timeOf(fixture)));
  assertEquals((await logIn(fixture)).code, "invalid_credentials");
  assertEquals(await sessionCount(race), 0);
});

Deno.test("A password is not changed where another was set while the old one was checked", async () => {
  await using race = await openRace();
  const { fixture, token } = race;
  race.meanwhile(setPassword(race, NEXT_PASSWORD));
  const reply = await changePassword(fixture, token, "tank-battle-5");
  assertEquals(reply.code, "invalid_credentials");
  assertEquals((await logIn(fixture, NEXT_PASSWORD)).status, "success");
  assertEquals((await logIn(fixture, "tank-battle-5")).code, "invalid_credentials");
});

Deno.test("An account is removed once, by whoever is first", async () => {
  await using race = await openRace();
  const { fixture, accountId, token } = race;
  race.meanwhile(() => fixture.parts.changes.delete(accountId, timeOf(fixture)));
  const request = { action: "account_delete", token, password: PASSWORD } as const;
  assertEquals((await deleteAccount(request, fixture.parts, ORIGIN)).code, "invalid_token");
  assertEquals(fixture.events.some((event) => event["event_type"] === "account_deleted"), false);
});

Deno.test("What needs a password says that the server is busy when no hash can wait", async () => {
  await using fixture = await openAuthFixture();
  const request = { username: "Player1", password: PASSWORD };
  await register({ action: "register", ...request }, fixture.parts, ORIGIN);
  const token = String((await logIn(fixture))["token"]);
  fixture.queue.close();
  const updating = changePassword(fixture, token, NEXT_PASSWORD);
  assertEquals((await updating).code, "server_busy");
  const deleting = deleteAccount(
    { action: "account_delete", token, password: PASSWORD },
    fixture.parts,
    ORIGIN,
  );
  assertEquals((await deleting).code, "server_busy");
  assertEquals(await fixture.parts.accounts.findByUsername("player1") !== undefined, true);
});
