import { assertEquals } from "@std/assert";
import { answerJson, answerText, type OperatorAnswer } from "./answer.ts";

const ROWS: OperatorAnswer = {
  ok: true,
  rows: [
    { username: "Фёдор", created_at_ms: 1_000, last_login_at_ms: null },
    { username: "al", created_at_ms: 61_000, last_login_at_ms: 62_000 },
  ],
};
const DONE: OperatorAnswer = { ok: true, done: "disabled al", fields: { username: "al" } };
const REFUSED: OperatorAnswer = { ok: false, message: "Cannot find al: no such account" };

Deno.test("Operator's answer is a table for a person", () => {
  assertEquals(answerText(ROWS).split("\n"), [
    "username  created at           last login at",
    "Фёдор     1970-01-01 00:00:01  -",
    "al        1970-01-01 00:01:01  1970-01-01 00:01:02",
  ]);
  assertEquals(answerText({ ok: true, rows: [] }), "none");
  assertEquals(answerText(DONE), "disabled al");
  assertEquals(answerText(REFUSED), "Cannot find al: no such account");
});

Deno.test("Operator's answer is JSON for a program", () => {
  assertEquals(JSON.parse(answerJson(ROWS))[1], {
    username: "al",
    created_at_ms: 61_000,
    last_login_at_ms: 62_000,
  });
  assertEquals(JSON.parse(answerJson(DONE)), { ok: true, username: "al" });
  assertEquals(JSON.parse(answerJson(REFUSED)), {
    ok: false,
    message: "Cannot find al: no such account",
  });
});
