import { assertEquals } from "@std/assert";
import { AUTH_REPLY_CODES, type AuthReplyCode } from "../../core/protocol/auth_messages.ts";
import { authResponse } from "./auth_response.ts";

/** Of every other code the gateway would have to have asked wrongly: 502. */
const STATUSES: Readonly<Partial<Record<AuthReplyCode, number>>> = {
  invalid_credentials: 401,
  missing_credentials: 401,
  account_disabled: 403,
  username_taken: 409,
  invalid_username: 400,
  invalid_password: 400,
  common_password: 400,
  invalid_display_name: 400,
  nothing_to_update: 400,
  invalid_token: 401,
  invalid_refresh_token: 401,
  server_busy: 503,
};

Deno.test("A success of auth's keeps its fields and gets the status of its route", async () => {
  const reply = { status: "success", message: "User a registered", account_id: "1" } as const;
  const response = authResponse(reply, { status: 201 });
  assertEquals([response.status, await response.json()], [201, reply]);
});

Deno.test("Every refusal of auth's has its status", async (t) => {
  for (const code of AUTH_REPLY_CODES) {
    await t.step(code, async () => {
      const reply = { status: "failure", message: "No", code } as const;
      const response = authResponse(reply, { status: 200 });
      assertEquals(response.status, STATUSES[code] ?? 502);
      const { error } = await response.json();
      if (response.status !== 502) assertEquals(error, { code, message: "No" });
      else assertEquals(error.code, "bad_reply");
    });
  }
});

Deno.test("Being throttled says when to try again", async () => {
  const reply = { status: "failure", message: "Too many attempts" } as const;
  for (const [retryAfterMs, header] of [[1_001, "2"], [0, "1"]] as const) {
    const response = authResponse({ ...reply, retry_after_ms: retryAfterMs }, { status: 200 });
    assertEquals([response.status, response.headers.get("retry-after")], [429, header]);
    assertEquals((await response.json()).error, {
      code: "throttled",
      message: "Too many attempts",
    });
  }
});
