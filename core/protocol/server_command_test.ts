import { assertEquals, assertThrows } from "@std/assert";
import {
  encodeServerCommand,
  encodeServerCommandReply,
  serverCommandSubject,
  tryParseServerCommand,
  tryParseServerCommandReply,
} from "./server_command.ts";

Deno.test("A command comes out as it went in", () => {
  const command = {
    command: "prepare_match",
    matchId: "m1",
    mode: "pve_heist",
    players: ["a", "b"],
  } as const;
  const payload = encodeServerCommand(command);
  assertEquals(JSON.parse(payload), {
    command: "prepare_match",
    match_id: "m1",
    mode: "pve_heist",
    players: ["a", "b"],
  });
  assertEquals(tryParseServerCommand(payload), command);
});

Deno.test("A command with a bad field is none", () => {
  const good = { command: "prepare_match", match_id: "m", mode: "duel", players: [] };
  assertEquals(tryParseServerCommand(JSON.stringify(good))?.matchId, "m");
  const bad = [
    { command: "drain" },
    { match_id: "" },
    { match_id: "x".repeat(129) },
    { mode: 7 },
    { players: "p" },
    { players: [""] },
    { players: [7] },
    { players: new Array(1_001).fill("p") },
  ];
  for (const change of bad) {
    assertEquals(tryParseServerCommand(JSON.stringify({ ...good, ...change })), undefined);
  }
  for (const payload of ["", "null", "[]"]) assertEquals(tryParseServerCommand(payload), undefined);
});

Deno.test("A reply comes out as it went in", () => {
  for (const reply of [{ ok: true, matchId: "m1" }, { ok: false, reason: "full" }] as const) {
    assertEquals(tryParseServerCommandReply(encodeServerCommandReply(reply)), reply);
  }
  assertEquals(
    encodeServerCommandReply({ ok: true, matchId: "m1" }),
    '{"ok":true,"match_id":"m1"}',
  );
  assertEquals(
    encodeServerCommandReply({ ok: false, reason: "full" }),
    '{"ok":false,"reason":"full"}',
  );
});

Deno.test("A reply of a newer server is understood as far as it goes", () => {
  assertEquals(tryParseServerCommandReply('{"ok":false,"reason":"brand_new"}'), {
    ok: false,
    reason: "failed",
  });
  for (const payload of ["", "{}", '{"ok":true}', '{"ok":false}', '{"ok":1,"match_id":"m"}']) {
    assertEquals(tryParseServerCommandReply(payload), undefined, payload);
  }
});

Deno.test("A command's subject takes no id that could be another subject", () => {
  assertEquals(serverCommandSubject("game-1"), "server.command.game-1");
  for (const id of ["", "*", ">", "a b"]) assertThrows(() => serverCommandSubject(id), TypeError);
});
