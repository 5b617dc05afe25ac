import { assertEquals } from "@std/assert";
import { tryParseArguments } from "./arguments.ts";

Deno.test("Operator's words are read as commands", () => {
  const cases: readonly (readonly [string, unknown])[] = [
    ["list", { name: "list", after: "", limit: 100 }],
    ["list --limit 5 --after bob", { name: "list", after: "bob", limit: 5 }],
    ["create bob", { name: "create", username: "bob" }],
    ["disable bob", { name: "disable", username: "bob" }],
    ["enable bob", { name: "enable", username: "bob" }],
    ["reset-password bob", { name: "reset-password", username: "bob" }],
    ["sessions bob", { name: "sessions", username: "bob" }],
    ["revoke bob", { name: "revoke", username: "bob", sessionId: undefined }],
    ["revoke bob s1", { name: "revoke", username: "bob", sessionId: "s1" }],
    ["rotate-key", { name: "rotate-key", isUrgent: false }],
    ["rotate-key --now", { name: "rotate-key", isUrgent: true }],
  ];
  for (const [text, command] of cases) {
    const words = text.split(" ");
    assertEquals<unknown>(tryParseArguments(words), { command, asJson: false }, text);
    assertEquals<unknown>(tryParseArguments([...words, "--json"]), { command, asJson: true }, text);
  }
});

Deno.test("Operator's words behind -- are names, whatever they look like", () => {
  const cases: readonly (readonly [string, unknown])[] = [
    ["disable -- --bob", { name: "disable", username: "--bob" }],
    ["enable -- ---", { name: "enable", username: "---" }],
    ["create -- --json", { name: "create", username: "--json" }],
    ["sessions -- bob", { name: "sessions", username: "bob" }],
    ["disable -- --", { name: "disable", username: "--" }],
    ["revoke -- --bob", { name: "revoke", username: "--bob", sessionId: undefined }],
    ["revoke -- --bob s1", { name: "revoke", username: "--bob", sessionId: "s1" }],
    ["list --after --json", { name: "list", after: "--json", limit: 100 }],
  ];
  for (const [text, command] of cases) {
    const [name = "", ...rest] = text.split(" ");
    assertEquals<unknown>(tryParseArguments([name, ...rest]), { command, asJson: false }, text);
    const asJson = tryParseArguments([name, "--json", ...rest]);
    assertEquals<unknown>(asJson, { command, asJson: true }, text);
  }
});

Deno.test("Operator's words that are no command are none; a password is never one of them", () => {
  const texts = [
    "",
    "lists",
    "list bob",
    "list --limit",
    "list --limit 0",
    "list --limit 10001",
    "list --limit x",
    "create",
    "create bob tank-battle-3",
    "create --password",
    "reset-password bob tank-battle-3",
    "revoke",
    "revoke bob s1 s2",
    "revoke bob --now",
    "disable --bob",
    "disable --",
    "disable bob -- --bob",
    "disable --bob -- bob",
    "-- disable bob",
    "list -- bob",
    "rotate-key --later",
    "rotate-key -- --now",
    `create ${"x".repeat(257)}`,
  ];
  for (const text of texts) assertEquals(tryParseArguments(text.split(" ")), undefined, text);
});
