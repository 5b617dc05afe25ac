import { assert, assertEquals, assertNotEquals } from "@std/assert";
import { type AuthFixture, CHEAP_SCRYPT, openAuthFixture } from "../auth_fixture.ts";
import { login } from "../login.ts";
import { refresh } from "../refresh.ts";
import { verify } from "../verification.ts";
import { answerText, type OperatorAnswer } from "./answer.ts";
import { tryParseArguments } from "./arguments.ts";
import { type OperatorParts, runCommand } from "./commands.ts";

const PASSWORD = "tank-battle-3";

interface Bench extends AsyncDisposable {
  readonly fixture: AuthFixture;
  /** What standard input holds. */
  password: string | undefined;
  /** How long it takes somebody to type it. */
  typingMs: number;
  run(text: string): Promise<OperatorAnswer>;
  logIn(username: string, password?: string): Promise<Readonly<Record<string, unknown>>>;
  isValid(token: unknown): Promise<boolean>;
}

async function openBench(): Promise<Bench> {
  const fixture = await openAuthFixture();
  const { database, clock, parts } = fixture;
  const bench: Bench = {
    fixture,
    password: PASSWORD,
    typingMs: 0,
    run: async (text) => {
      const command = tryParseArguments(text.split(" "))?.command;
      if (command === undefined) throw new Error(`Cannot run ${text}: no command`);
      return await runCommand(command, operator);
    },
    logIn: async (username, password = PASSWORD) =>
      await login({ action: "login", username, password }, parts, { ip: "192.0.2.1" }),
    isValid: async (token) =>
      (await verify({ action: "verify", token: String(token) }, parts)).status === "success",
    [Symbol.asyncDispose]: () => fixture[Symbol.asyncDispose](),
  };
  const operator: OperatorParts = {
    database,
    clock,
    newId: parts.newId,
    hashParameters: CHEAP_SCRYPT,
    readPassword: async () => {
      await clock.advance(bench.typingMs);
      return bench.password;
    },
  };
  return bench;
}

Deno.test("Operator creates accounts that can log in, and lists them by name", async () => {
  await using bench = await openBench();
  for (const name of ["carol", "Alice", "Bob"]) {
    const answer = await bench.run(`create ${name}`);
    assertEquals(answerText(answer), `created ${name}`);
  }
  assertEquals((await bench.logIn("alice"))["status"], "success");
  const names = async (text: string): Promise<unknown[]> => {
    const answer = await bench.run(text);
    assert(answer.ok && "rows" in answer);
    return answer.rows.map((row) => row["username"]);
  };
  assertEquals(await names("list"), ["Alice", "Bob", "carol"]);
  assertEquals(await names("list --limit 2"), ["Alice", "Bob"]);
  assertEquals(await names("list --after BOB"), ["carol"]);
});

Deno.test("Operator creates nothing with a bad name, a bad password or a taken name", async () => {
  await using bench = await openBench();
  await bench.run("create Alice");
  assertEquals((await bench.run("create ALICE")).ok, false);
  assertEquals((await bench.run("create a/b")).ok, false);
  for (const password of [undefined, "short", "password123"]) {
    bench.password = password;
    assertEquals((await bench.run("create Bob")).ok, false);
    assertEquals((await bench.run("reset-password Alice")).ok, false);
  }
  const answer = await bench.run("list");
  assert(answer.ok && "rows" in answer);
  assertEquals(answer.rows.length, 1);
  assertEquals((await bench.logIn("alice"))["status"], "success");
});

Deno.test("Operator finds no account that is not there", async () => {
  await using bench = await openBench();
  for (const name of ["disable", "enable", "reset-password", "sessions", "revoke"]) {
    const answer = await bench.run(`${name} nobody`);
    assertEquals(answerText(answer), "Cannot find nobody: no such account");
  }
});

Deno.test("Operator shuts an account and opens it again", async () => {
  await using bench = await openBench();
  await bench.run("create Alice");
  const { token, refresh_token } = await bench.logIn("alice");
  assertEquals((await bench.run("disable ALICE")).ok, true);
  assertEquals(await bench.isValid(token), false);
  const request = { action: "refresh", refreshToken: String(refresh_token) } as const;
  const { parts } = bench.fixture;
  assertEquals((await refresh(request, parts, { ip: "::1" })).status, "failure");
  assertEquals((await bench.logIn("alice"))["code"], "account_disabled");
  await parts.revocations.publish();
  assertEquals((await bench.fixture.kvStore.keys("revoked:", 10)).length, 1);
  await bench.run("enable alice");
  assertEquals(await bench.isValid(token), false);
  assertEquals((await bench.logIn("alice"))["status"], "success");
});

Deno.test("Operator resets a password, which ends every session", async () => {
  await using bench = await openBench();
  await bench.run("create Alice");
  const { token } = await bench.logIn("alice");
  bench.password = "tank-battle-4";
  assertEquals((await bench.run("reset-password alice")).ok, true);
  assertEquals(await bench.isValid(token), false);
  assertEquals((await bench.logIn("alice"))["status"], "failure");
  assertEquals((await bench.logIn("alice", "tank-battle-4"))["status"], "success");
});

Deno.test("Operator's new password ends sessions as it is typed, not before", async () => {
  await using bench = await openBench();
  const { clock, kvStore, parts } = bench.fixture;
  await bench.run("create Alice");
  await bench.logIn("alice");
  // Longer than what was ended lately is looked for again.
  bench.typingMs = 120_000;
  assertEquals((await bench.run("reset-password alice")).ok, true);
  await clock.advance(1_000);
  await parts.revocations.publish();
  assertEquals((await kvStore.keys("revoked:", 10)).length, 1);
});

Deno.test("Operator ends sessions for as long as a token may live, whoever issued it", async () => {
  for (const text of ["disable alice", "reset-password alice", "revoke alice"]) {
    await using bench = await openBench();
    await bench.run("create Alice");
    await bench.logIn("alice");
    await bench.run(text);
    const rows = await bench.fixture.database.query(
      "SELECT expires_at_ms - revoked_at_ms AS ttl_ms FROM revoked_sessions",
    );
    assertEquals(rows.map((row) => row["ttl_ms"]), [86_460_000], text);
  }
});

Deno.test("Operator sees sessions and ends one or all", async () => {
  await using bench = await openBench();
  await bench.run("create Alice");
  const logins = [
    await bench.logIn("alice"),
    await bench.logIn("alice"),
    await bench.logIn("alice"),
  ];
  const count = async (): Promise<number> => {
    const answer = await bench.run("sessions alice");
    return answer.ok && "rows" in answer ? answer.rows.length : NaN;
  };
  assertEquals(await count(), 3);
  const [first] = logins;
  const answer = await bench.run(`revoke alice ${first?.["session_id"]}`);
  assertEquals(answerText(answer), "ended 1 of the sessions of Alice");
  assertEquals(await bench.isValid(first?.["token"]), false);
  assertEquals(await bench.isValid(logins[1]?.["token"]), true);
  assertEquals((await bench.run(`revoke alice ${first?.["session_id"]}`)).ok, false);
  assertEquals(answerText(await bench.run("revoke alice")), "ended 2 of the sessions of Alice");
  assertEquals(await count(), 0);
});

Deno.test("Operator has keys exchanged, at once where they leaked", async () => {
  await using bench = await openBench();
  await bench.run("create Alice");
  const { keys, issuer } = bench.fixture.parts;
  const [old] = await keys.published();
  const { token } = await bench.logIn("alice");
  await bench.run("rotate-key");
  await bench.fixture.clock.advance(2_000);
  assertEquals((await keys.published()).length, 2);
  assertEquals(await bench.isValid(token), true);
  const [row] = await bench.fixture.database.query(
    `SELECT old.retired_at_ms - new.signs_from_ms AS overlap_ms
     FROM signing_keys old, signing_keys new WHERE old.generation = 1 AND new.generation = 2`,
  );
  assertEquals(row?.["overlap_ms"], 86_460_000);
  await bench.run("rotate-key --now");
  await bench.fixture.clock.advance(2_000);
  const [next, ...others] = await keys.published();
  assertEquals(others, []);
  assertNotEquals(next?.kid, old?.kid);
  assertEquals(await bench.isValid(token), false);
  const session = { sessionId: "s", accountId: "a", username: "Alice" };
  assertNotEquals(await issuer.issue(session), "");
});
