/** What auth writes to the topic `auth_events`: PROTOCOL section 5. */
import { assert, assertAlmostEquals, assertEquals } from "@std/assert";
import type { JsonObject } from "../../core/json.ts";
import { withLines } from "../clients/auth_requests.ts";
import { readEvents } from "../clients/event_reader.ts";
import { numberAt, textAt } from "../clients/json_fields.ts";
import { isText } from "../clients/reply_shape.ts";
import { withSystem } from "../harness.ts";

const ACCOUNT = { username: "historian", password: "password-1" };

/** Requests in their order, and the event that each leaves. */
const HISTORY: readonly [request: JsonObject, event: string][] = [
  [{ action: "register", ...ACCOUNT }, "user_registered"],
  [{ action: "login", ...ACCOUNT }, "user_logged_in"],
  [{ action: "login", ...ACCOUNT, password: "wrong" }, "user_login_failed"],
  [{ action: "login", ...ACCOUNT, username: "nobody" }, "user_login_failed"],
];

Deno.test("Auth writes down who registers and logs in, and who fails to", async () => {
  const env = { AUTH_SEED_ACCOUNTS: "false", SERVER_ID: "auth-of-test" };
  await withSystem({ env }, async ({ auth, ports }) => {
    let accountId: unknown;
    await withLines(auth.addresses.tcp, async (client) => {
      for (const [request] of HISTORY) {
        const reply = await client.askJson(request);
        accountId ??= reply.account_id;
      }
    });
    const events = await readEvents(ports.eventLog, "auth_events");
    assertEquals(events.map((event) => event.event_type), HISTORY.map(([, event]) => event));
    assertEquals(new Set(events.map((event) => textAt(event, "event_id"))).size, events.length);
    for (const [index, event] of events.entries()) {
      assertEquals(event.username, HISTORY[index]?.[0].username);
      assertEquals([event.ip, event.server_id], ["127.0.0.1", "auth-of-test"]);
      assertAlmostEquals(numberAt(event, "timestamp"), Date.now() / 1_000, 60);
      if (event.event_type === "user_login_failed") assert(isText(event.reason));
      else assertEquals(event.account_id, accountId);
    }
    assert(!JSON.stringify(events).includes(ACCOUNT.password), "a password in the log");
  });
});

Deno.test("Auth writes down that a refresh token was used again", async () => {
  await withSystem({}, async ({ auth, ports }) => {
    await withLines(auth.addresses.tcp, async (client) => {
      await client.askJson({ action: "register", ...ACCOUNT });
      const { refresh_token } = await client.askJson({ action: "login", ...ACCOUNT });
      for (const status of ["success", "failure"]) {
        const reply = await client.askJson({ action: "refresh", refresh_token });
        assertEquals(reply.status, status);
      }
      const events = await readEvents(ports.eventLog, "auth_events", "token_reuse_detected");
      assertEquals(events.length, 1);
      assert(events.every((event) => isText(event.account_id)), "whose it was");
    });
  });
});
