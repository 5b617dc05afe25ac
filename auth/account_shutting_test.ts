import { assertEquals } from "@std/assert";
import { shutAccount } from "./account_shutting.ts";
import { type AuthFixture, openAuthFixture } from "./auth_fixture.ts";
import { login } from "./login.ts";
import { register } from "./registration.ts";
import { verify } from "./verification.ts";

const ORIGIN = { ip: "192.0.2.1" };
const CREDENTIALS = { username: "Player1", password: "tank-battle-3" };

async function logIn({ parts }: AuthFixture): Promise<string> {
  return String((await login({ action: "login", ...CREDENTIALS }, parts, ORIGIN)).token);
}

Deno.test("An account that is shut has no session any more, until it is opened", async () => {
  await using fixture = await openAuthFixture();
  const { parts, kvStore, events } = fixture;
  await register({ action: "register", ...CREDENTIALS }, parts, ORIGIN);
  const token = await logIn(fixture);
  const named = { accountId: undefined, username: "pLAYER1" };
  const shut = await shutAccount({ action: "account_disable", ...named }, parts, ORIGIN);
  const { account_id: accountId } = shut;
  assertEquals([shut.status, shut.username], ["success", "Player1"]);
  assertEquals((await verify({ action: "verify", token }, parts)).status, "failure");
  // Every other service sees it at once, too.
  assertEquals((await kvStore.keys("revoked:", 10)).length, 1);
  assertEquals(
    (await login({ action: "login", ...CREDENTIALS }, parts, ORIGIN)).code,
    "account_disabled",
  );
  const byId = { accountId: String(accountId), username: undefined };
  const opened = await shutAccount({ action: "account_enable", ...byId }, parts, ORIGIN);
  assertEquals(opened.status, "success");
  assertEquals(
    (await verify({ action: "verify", token: await logIn(fixture) }, parts)).status,
    "success",
  );
  const types = events.map(({ event_type: type }) => type);
  assertEquals(types.filter((type) => /abled$/.test(String(type))), [
    "account_disabled",
    "account_enabled",
  ]);
});

Deno.test("An account that is not there is neither shut nor opened", async () => {
  await using fixture = await openAuthFixture();
  for (const action of ["account_disable", "account_enable"] as const) {
    for (const account of [{ accountId: "x" }, { username: "x" }, {}]) {
      const request = { action, accountId: undefined, username: undefined, ...account };
      const reply = await shutAccount(request, fixture.parts, ORIGIN);
      assertEquals(reply.code, "unknown_account");
    }
  }
});
