import { assertEquals } from "@std/assert";
import type { JsonObject } from "../core/json.ts";
import { ManualClock } from "../core/manual_clock.ts";
import { EventWriter } from "../core/protocol/event_envelope.ts";
import { AuthEvents } from "./auth_events.ts";
import { recordingEventLog } from "./auth_fixture.ts";

const ACCOUNT = { accountId: "a1", username: "Player1" };

function openEvents(): { readonly events: AuthEvents; readonly written: JsonObject[] } {
  const written: JsonObject[] = [];
  const writer = new EventWriter({
    eventLog: recordingEventLog(written),
    clock: new ManualClock(),
    serverId: "auth-test",
    newId: () => "event",
  });
  return { events: new AuthEvents(writer), written };
}

Deno.test("AuthEvents of an account go under its id", () => {
  const { events, written } = openEvents();
  events.registered(ACCOUNT, "192.0.2.1");
  events.loggedIn(ACCOUNT, "192.0.2.1");
  events.tokenReuseDetected(ACCOUNT, "192.0.2.1");
  const common = {
    topic: "auth_events",
    key: "a1",
    username: "Player1",
    account_id: "a1",
    ip: "192.0.2.1",
  };
  assertEquals(written, [
    { ...common, event_type: "user_registered" },
    { ...common, event_type: "user_logged_in" },
    { ...common, event_type: "token_reuse_detected" },
  ]);
});

Deno.test("AuthEvents of failed logins go under the account or the folded name", async (t) => {
  const cases = [
    { typedName: "PLAYER1", accountId: "a1", key: "a1", username: "PLAYER1" },
    { typedName: "PLAYER1", accountId: undefined, key: "player1", username: "PLAYER1" },
    { typedName: "", accountId: undefined, key: "unknown", username: "" },
  ];
  for (const { typedName, accountId, key, username } of cases) {
    await t.step(`${typedName} ${accountId}`, () => {
      const { events, written } = openEvents();
      events.loginFailed({ typedName, accountId, reason: "user_not_found", ip: "192.0.2.1" });
      assertEquals(written, [{
        topic: "auth_events",
        key,
        event_type: "user_login_failed",
        username,
        account_id: accountId ?? null,
        ip: "192.0.2.1",
        reason: "user_not_found",
      }]);
    });
  }
});

Deno.test("AuthEvents name the closed set of reasons", () => {
  const { events, written } = openEvents();
  const reasons = ["user_not_found", "invalid_password", "account_disabled"] as const;
  for (const reason of reasons) {
    events.loginFailed({ typedName: "x", accountId: undefined, reason, ip: "192.0.2.1" });
  }
  assertEquals(written.map((event) => event["reason"]), [...reasons]);
});

Deno.test("AuthEvents keep little of a hostile name", async (t) => {
  for (
    const typedName of [
      "x".repeat(8_000),
      "😀".repeat(4_000),
      `${"x".repeat(63)}😀`,
      "\ufdfa".repeat(2_000),
    ]
  ) {
    await t.step(typedName.slice(0, 2), () => {
      const { events, written } = openEvents();
      events.loginFailed({ typedName, accountId: undefined, reason: "user_not_found", ip: "::1" });
      const [event] = written;
      const { username, key } = event ?? {};
      for (const text of [username, key]) {
        assertEquals(typeof text === "string" && text.length <= 64 && text.isWellFormed(), true);
      }
    });
  }
});
