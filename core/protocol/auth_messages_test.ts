import { assertEquals } from "@std/assert";
import { tryParseAuthReply } from "./auth_messages.ts";

Deno.test("AuthReply keeps the fields beside status and message", () => {
  const reply = { status: "failure", message: "No", code: "server_busy", extra: 1 } as const;
  assertEquals(tryParseAuthReply(reply), reply);
});

Deno.test("AuthReply that carries an account needs no message", () => {
  const reply = { status: "success", account: { account_id: "a" } } as const;
  assertEquals(tryParseAuthReply(reply), reply);
  assertEquals(tryParseAuthReply({ ...reply, status: "failure" }), undefined);
  assertEquals(tryParseAuthReply({ ...reply, account: "a" }), undefined);
});

Deno.test("AuthReply leaves out an unknown code", () => {
  const reply = tryParseAuthReply({ status: "error", message: "No", code: "toString" });
  assertEquals(reply, { status: "error", message: "No" });
});

Deno.test("AuthReply is nothing without a known status and a message", async (t) => {
  const values = [null, 1, "x", [], {}, { status: "success" }, { status: "ok", message: "m" }, {
    status: "success",
    message: 1,
  }];
  for (const value of values) {
    await t.step(JSON.stringify(value), () => assertEquals(tryParseAuthReply(value), undefined));
  }
});
