import { assertEquals } from "@std/assert";
import { parseTcpCommand, SAY_LENGTH_MAX } from "./tcp_command.ts";

Deno.test("parseTcpCommand reads each command, in any case and spacing", () => {
  const cases: readonly (readonly [string, unknown])[] = [
    ["LOGIN user pass", { kind: "login", username: "user", password: "pass" }],
    ["login  user   pass word ", { kind: "login", username: "user", password: "pass word" }],
    ["LOGIN user", { kind: "login", username: "user", password: "" }],
    ["LOGIN", { kind: "login", username: "", password: "" }],
    ["REGISTER a b", { kind: "register" }],
    ["MOVE 10 -20.5", { kind: "move", xM: 10, yM: -20.5 }],
    ["move\t1e1 .5", { kind: "move", xM: 10, yM: 0.5 }],
    ["MOVE", { kind: "move_refused", reason: "missing" }],
    ["MOVE 1", { kind: "move_refused", reason: "missing" }],
    ["MOVE a b", { kind: "move_refused", reason: "invalid" }],
    ["MOVE 1 2 3", { kind: "move_refused", reason: "invalid" }],
    ["MOVE 1e999 2", { kind: "move_refused", reason: "invalid" }],
    ["MOVE 0x10 2", { kind: "move_refused", reason: "invalid" }],
    ["MOVE Infinity 2", { kind: "move_refused", reason: "invalid" }],
    ["SHOOT", { kind: "shoot" }],
    ["SAY hello  there", { kind: "say", text: "hello  there" }],
    ["SAY \u001b[2Jhi\u0007", { kind: "say", text: "[2Jhi" }],
    [`SAY ${"x".repeat(SAY_LENGTH_MAX + 1)}`, { kind: "say", text: "x".repeat(SAY_LENGTH_MAX) }],
    ["SAY", { kind: "empty" }],
    ["PLAYERS", { kind: "players" }],
    ["HELP", { kind: "help" }],
    ["QUIT", { kind: "quit" }],
    ["", { kind: "empty" }],
    ["   ", { kind: "empty" }],
    ["DANCE", { kind: "unknown" }],
    ["MOVEX 1 2", { kind: "unknown" }],
  ];
  for (const [line, command] of cases) assertEquals<unknown>(parseTcpCommand(line), command, line);
});
