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

Deno.test("A command names the arena where it is not to be the mode's own", () => {
  const command = {
    command: "prepare_match",
    matchId: "m1",
    mode: "duel",
    map: "steppe",
    players: [],
  } as const;
  const payload = encodeServerCommand(command);
  assertEquals(JSON.parse(payload).map, "steppe");
  assertEquals(tryParseServerCommand(payload), command);
  assertEquals(tryParseServerCommand(payload.replace('"steppe"', '""')), undefined);
});

Deno.test("A command says who is on which team, bots too", () => {
  const command = {
    command: "prepare_match",
    matchId: "m1",
    mode: "team",
    players: ["a", "b"],
    teams: new Map([["a", 1], ["b", 2]]),
    botTeams: [1, 2, 2],
  } as const;
  const payload = encodeServerCommand(command);
  assertEquals(JSON.parse(payload).teams, { a: 1, b: 2 });
  assertEquals(tryParseServerCommand(payload), command);
});

Deno.test("What operators ask comes out as it went in", () => {
  const commands = [
    { command: "describe_server" },
    { command: "describe_server", filter: "bob" },
    { command: "describe_server", isBrief: true },
    { command: "kick_player", whom: { matchId: "m", playerId: "p" } },
    { command: "kick_player", whom: { accountId: "a" } },
    { command: "watch_match", matchId: "m", watcher: "w" },
  ] as const;
  for (const command of commands) {
    assertEquals(tryParseServerCommand(encodeServerCommand(command)), command);
  }
  const bad = [
    { command: "describe_server", filter: "x".repeat(65) },
    { command: "describe_server", filter: 1 },
    { command: "kick_player", match_id: "m" },
    { command: "kick_player", player_id: "p" },
    { command: "watch_match", match_id: "m", watcher: "" },
    { command: "watch_match", match_id: "m", watcher: "w".repeat(65) },
  ];
  for (const fields of bad) {
    assertEquals(tryParseServerCommand(JSON.stringify(fields)), undefined, JSON.stringify(fields));
  }
  const reply = { ok: true, about: { matches: [] } } as const;
  assertEquals(tryParseServerCommandReply(encodeServerCommandReply(reply)), reply);
});

Deno.test("A command with a bad field is none", () => {
  const good = { command: "prepare_match", match_id: "m", mode: "duel", players: [] };
  assertEquals(tryParseServerCommand(JSON.stringify(good))?.command, "prepare_match");
  const bad = [
    { command: "restore_match" },
    { command: "dance" },
    { match_id: "" },
    { match_id: "x".repeat(129) },
    { mode: 7 },
    { players: "p" },
    { players: [""] },
    { players: [7] },
    { players: new Array(1_001).fill("p") },
    { teams: ["a"] },
    { teams: { a: 0 } },
    { teams: { a: "1" } },
    { teams: { "": 1 } },
    { bot_teams: 3 },
    { bot_teams: [1.5] },
    { bot_teams: new Array(101).fill(1) },
  ];
  for (const change of bad) {
    assertEquals(tryParseServerCommand(JSON.stringify({ ...good, ...change })), undefined);
  }
  for (const payload of ["", "null", "[]"]) assertEquals(tryParseServerCommand(payload), undefined);
});

Deno.test("Orders to restore and to drain come out as they went in", () => {
  const offered = { matchId: "m1", fromServerId: "a", epoch: 2, offer: 1 };
  const restore = { command: "restore_match", ...offered } as const;
  assertEquals(tryParseServerCommand(encodeServerCommand(restore)), restore);
  assertEquals(tryParseServerCommand(encodeServerCommand({ command: "drain" })), {
    command: "drain",
  });
  const good = { command: "restore_match", match_id: "m", from_server_id: "a", epoch: 1, offer: 1 };
  assertEquals(tryParseServerCommand(JSON.stringify(good))?.command, "restore_match");
  const bad = [{ match_id: "" }, { from_server_id: 1 }, { epoch: 0 }, { epoch: "1" }, { offer: 0 }];
  for (const change of bad) {
    assertEquals(tryParseServerCommand(JSON.stringify({ ...good, ...change })), undefined);
  }
});

Deno.test("A reply comes out as it went in", () => {
  for (
    const reply of [{ ok: true }, { ok: true, matchId: "m1" }, {
      ok: false,
      reason: "full",
    }] as const
  ) {
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
  for (
    const payload of [
      "",
      "{}",
      '{"ok":true,"match_id":7}',
      '{"ok":false}',
      '{"ok":1,"match_id":"m"}',
    ]
  ) {
    assertEquals(tryParseServerCommandReply(payload), undefined, payload);
  }
});

Deno.test("A command's subject takes no id that could be another subject", () => {
  assertEquals(serverCommandSubject("game-1"), "server.command.game-1");
  for (const id of ["", "*", ">", "a b"]) assertThrows(() => serverCommandSubject(id), TypeError);
});
