import { assert, assertEquals, assertRejects } from "@std/assert";
import { Account } from "./account.js";
import { ApiError } from "./api.js";
import { FakeGateway, tokenOf } from "./gateway_testing.ts";

/** Who the account says that plays, each time that it says so. */
function heardOf(account: Account): (string | undefined)[] {
  const names: (string | undefined)[] = [];
  account.addEventListener("change", () => names.push(account.session?.username));
  return names;
}

Deno.test("An account that another tab has logged in is shown before it is used", async () => {
  using gateway = new FakeGateway(() => ({ status: 500 }));
  gateway.keepLogin("alice");
  const account = new Account();
  const names = heardOf(account);
  gateway.keepLogin("bob");
  assertEquals((await account.ensure()).username, "bob");
  assertEquals(names, ["bob"]);
  // The same account's tokens, renewed elsewhere, are no news.
  gateway.keepLogin("bob");
  await account.ensure();
  assertEquals(names, ["bob"]);
});

Deno.test("An account that another tab has logged in is shown as soon as the browser tells", () => {
  using gateway = new FakeGateway(() => ({ status: 500 }));
  const account = new Account();
  const names = heardOf(account);
  gateway.keepLogin("bob");
  dispatchEvent(new Event("storage"));
  dispatchEvent(new Event("storage"));
  assertEquals([account.session?.username, names], ["bob", ["bob"]]);
});

Deno.test("A guest whose name is taken gets another", async () => {
  const drawn: unknown[] = [];
  using _gateway = new FakeGateway(({ what, fields: { username } }) => {
    if (what === "POST /auth/register") {
      drawn.push(username);
      return drawn.length < 3 ? { status: 409, body: "username_taken" } : { status: 201 };
    }
    const token = tokenOf(String(username));
    return { status: 200, body: { token, refresh_token: "r", expires_in: 900 } };
  });
  const { username, isGuest } = await new Account().ensure();
  assertEquals([username, isGuest], [drawn.at(-1), true]);
  assertEquals([drawn.length, new Set(drawn).size], [3, 3]);
});

for (
  const [status, code, triesMax] of [[409, "username_taken", 4], [503, "unavailable", 1]] as const
) {
  Deno.test(`A guest is refused after ${triesMax} tries: ${code}`, async () => {
    using gateway = new FakeGateway(() => ({ status, body: code }));
    const account = new Account();
    assertEquals((await assertRejects(() => account.ensure(), ApiError)).code, code);
    assertEquals(gateway.asked.length, triesMax);
    assert(account.session === undefined);
  });
}
