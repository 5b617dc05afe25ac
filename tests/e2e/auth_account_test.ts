/** What an account's owner does with it, over the real socket and over Rpc: PROTOCOL section 1. */
import { assertEquals } from "@std/assert";
import type { JsonObject } from "../../core/json.ts";
import type { Rpc } from "../../core/ports/rpc.ts";
import { askOnce, type AuthAddress } from "../clients/auth_requests.ts";
import { readEvents } from "../clients/event_reader.ts";
import { objectAt, textAt } from "../clients/json_fields.ts";
import { assertReply, isNumber, isObject, isText } from "../clients/reply_shape.ts";
import { withSystem } from "../harness.ts";

const OWNER = { username: "Owner", password: "password-1" };
const NEXT_PASSWORD = "password-2";
const INVALID = { status: "failure", message: "Invalid token" };
const RPC_DEADLINE_MS = 10_000;

type Ask = (request: JsonObject) => Promise<JsonObject>;

/** Each way in which auth can be asked. */
function waysOf(address: AuthAddress, rpc: Rpc): readonly (readonly [name: string, ask: Ask])[] {
  return [
    ["TCP", (request) => askOnce(address, request)],
    ["Rpc", async (request) => {
      const options = { deadlineMs: RPC_DEADLINE_MS };
      const reply = await rpc.call("auth", { ...request, ip: "192.0.2.1" }, options);
      return objectAt({ reply }, "reply");
    }],
  ];
}

/** Runs `prove` on a system of its own for each way, with an account that is registered. */
async function onEachWay(
  t: Deno.TestContext,
  prove: (ask: Ask, accountId: string) => Promise<readonly string[]>,
): Promise<void> {
  for (const index of [0, 1]) {
    await withSystem({}, async ({ auth, ports }) => {
      const [name, ask] = waysOf(auth.addresses.tcp, ports.rpc)[index] ?? [];
      if (name === undefined || ask === undefined) throw new Error("Cannot ask: no such way");
      await t.step(name, async () => {
        const registered = await ask({ action: "register", ...OWNER });
        const accountId = textAt(registered, "account_id");
        const expected = await prove(ask, accountId);
        const events = (await readEvents(ports.eventLog, "auth_events"))
          .filter((event) => event.account_id === accountId);
        const types = events.map((event) => textAt(event, "event_type"));
        assertEquals(types.filter((type) => type !== "user_logged_in"), [
          "user_registered",
          ...expected,
        ]);
        for (const event of events) {
          assertEquals([event.username, event.account_id], ["Owner", accountId]);
          assertEquals(event.ip, name === "TCP" ? "127.0.0.1" : "192.0.2.1");
        }
      });
    });
  }
}

async function logIn(ask: Ask, password = OWNER.password): Promise<string> {
  return textAt(await ask({ action: "login", ...OWNER, password }), "token");
}

Deno.test("Auth logs out one session", async (t) => {
  await onEachWay(t, async (ask) => {
    const loggedIn = await ask({ action: "login", ...OWNER });
    const token = textAt(loggedIn, "token");
    const other = await logIn(ask);
    assertReply(await ask({ action: "logout", token }), {
      status: "success",
      message: "Logged out",
    });
    for (const action of ["verify", "logout", "account_get", "account_update", "account_delete"]) {
      assertReply(await ask({ action, token }), INVALID);
    }
    const refresh_token = textAt(loggedIn, "refresh_token");
    assertReply(await ask({ action: "refresh", refresh_token }), {
      status: "failure",
      message: "Invalid refresh token",
    });
    assertEquals((await ask({ action: "verify", token: other })).status, "success");
    return ["user_logged_out"];
  });
});

Deno.test("Auth shows an account to its owner", async (t) => {
  await onEachWay(t, async (ask, accountId) => {
    const token = await logIn(ask);
    const reply = await ask({ action: "account_get", token });
    assertReply(reply, { status: "success", account: isObject });
    assertReply(objectAt(reply, "account"), {
      account_id: accountId,
      username: "Owner",
      display_name: "Owner",
      created_at: isNumber,
      last_login_at: isNumber,
    });
    return [];
  });
});

Deno.test("Auth changes a display name and a password", async (t) => {
  await onEachWay(t, async (ask) => {
    const [token, other] = [await logIn(ask), await logIn(ask)];
    const updated = { status: "success", message: "Account updated" };
    assertReply(
      await ask({ action: "account_update", token, display_name: "Танк №1" }),
      updated,
    );
    const wrong = { action: "account_update", token, password: NEXT_PASSWORD };
    const refusal = await ask({ ...wrong, old_password: "password-3" });
    assertReply(refusal, {
      status: "failure",
      message: "Account update failed: Wrong password",
    });
    assertReply(await ask({ ...wrong, old_password: OWNER.password }), updated);
    const shown = await ask({ action: "account_get", token });
    assertEquals(objectAt(shown, "account").display_name, "Танк №1");
    assertReply(await ask({ action: "verify", token: other }), INVALID);
    const old = await ask({ action: "login", ...OWNER });
    assertEquals(old.message, "Authentication failed: Invalid password");
    await logIn(ask, NEXT_PASSWORD);
    return ["account_updated", "account_updated", "user_login_failed"];
  });
});

Deno.test("Auth deletes an account, whose name is free then", async (t) => {
  await onEachWay(t, async (ask, accountId) => {
    const [token, other] = [await logIn(ask), await logIn(ask)];
    assertReply(await ask({ action: "account_delete", token, password: "password-3" }), {
      status: "failure",
      message: "Account deletion failed: Wrong password",
    });
    assertReply(await ask({ action: "account_delete", token, password: OWNER.password }), {
      status: "success",
      message: "Account deleted",
    });
    for (const dead of [token, other]) {
      assertReply(await ask({ action: "verify", token: dead }), INVALID);
    }
    const unknown = await ask({ action: "login", ...OWNER });
    assertEquals(unknown.message, "Authentication failed: User not found");
    const again = await ask({ action: "register", ...OWNER, username: "OWNER" });
    assertReply(again, { status: "success", message: "User OWNER registered", account_id: isText });
    assertEquals(again.account_id === accountId, false);
    return ["account_deleted"];
  });
});

Deno.test("Auth refuses passwords that everybody tries first", async () => {
  await withSystem({}, async ({ auth }) => {
    const ask: Ask = (request) => askOnce(auth.addresses.tcp, request);
    for (const password of ["password123", "QWERTY123", "12345678"]) {
      const reply = await ask({ action: "register", username: "common", password });
      const message = "Registration failed: Invalid password";
      assertReply(reply, { status: "failure", message, code: "common_password" });
    }
  });
});
