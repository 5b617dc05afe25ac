import { assertEquals } from "@std/assert";
import type { AuthReply } from "../core/protocol/auth_messages.ts";
import { type AuthFixture, openAuthFixture } from "./auth_fixture.ts";
import { register } from "./registration.ts";

const ORIGIN = { ip: "192.0.2.1" };

function ask(
  fixture: AuthFixture,
  username: string | undefined,
  password: string | undefined,
): Promise<AuthReply> {
  return register({ action: "register", username, password }, fixture.parts, ORIGIN);
}

Deno.test("Registration makes an account and says its id", async () => {
  await using fixture = await openAuthFixture();
  const reply = await ask(fixture, "Ｎew_user", "new_password");
  const account = await fixture.parts.accounts.findByUsername("new_user");
  assertEquals<unknown>(reply, {
    status: "success",
    message: "User New_user registered",
    account_id: account?.accountId,
  });
  assertEquals(fixture.events, [{
    topic: "auth_events",
    key: account?.accountId,
    event_type: "user_registered",
    username: "New_user",
    account_id: account?.accountId,
    ip: "192.0.2.1",
  }]);
});

Deno.test("Registration looks at the name, then at the password, then whether it is taken", async (t) => {
  const cases = [
    ["ab", "short", "Invalid username", "invalid_username"],
    [undefined, undefined, "Invalid username", "invalid_username"],
    ["player1", "short", "Invalid password", "invalid_password"],
    ["player1", undefined, "Invalid password", "invalid_password"],
    ["PLAYER1", "tank-battle-3", "Username already taken", "username_taken"],
  ] as const;
  for (const [username, password, text, code] of cases) {
    await t.step(`${username} ${password}`, async () => {
      await using fixture = await openAuthFixture();
      await ask(fixture, "player1", "tank-battle-3");
      const reply = await ask(fixture, username, password);
      const message = `Registration failed: ${text}`;
      assertEquals<unknown>(reply, { status: "failure", message, code });
      assertEquals(fixture.events.length, 1);
    });
  }
});

Deno.test("Registration of one name by many at once makes one account", async () => {
  await using fixture = await openAuthFixture();
  const spellings = ["racer", "RACER", "Racer", "ｒacer"];
  const replies = await Promise.all(
    Array.from({ length: 60 }, (_, at) => ask(fixture, spellings[at % 4], `tank-battle-${at}`)),
  );
  const successes = replies.filter((reply) => reply.status === "success");
  assertEquals(successes.length, 1);
  assertEquals(replies.filter((reply) => reply.code === "username_taken").length, 59);
  const rows = await fixture.database.query("SELECT account_id FROM accounts");
  assertEquals<unknown>(rows.map((row) => row["account_id"]), [successes[0]?.["account_id"]]);
  assertEquals(fixture.events.length, 1);
});

Deno.test("Registration says that the server is busy when no hash can wait", async () => {
  await using fixture = await openAuthFixture();
  fixture.queue.close();
  const reply = await ask(fixture, "player1", "tank-battle-3");
  assertEquals<unknown>(reply, { status: "error", message: "Server busy", code: "server_busy" });
  assertEquals(fixture.events, []);
});
