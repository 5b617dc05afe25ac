import { assertEquals } from "@std/assert";
import { parseMessage } from "./json_message.ts";

const JOIN = {
  action: "join_game",
  playerId: "p1",
  token: undefined,
  matchId: undefined,
  mode: undefined,
  challenge: undefined,
  repeat: false,
};

Deno.test("parseMessage reads each action", () => {
  const cases: readonly (readonly [string, unknown])[] = [
    ['{"action":"join_game","player_id":"p1"}', JOIN],
    [
      '{"action":"join_game","player_id":"p1","token":"t","match_id":"m","mode":"ffa","challenge":"c"}',
      { ...JOIN, token: "t", matchId: "m", mode: "ffa", challenge: "c" },
    ],
    ['{"action":"move","player_id":"p1","position":[10,-20.5]}', {
      action: "move",
      playerId: "p1",
      xM: 10,
      yM: -20.5,
    }],
    [
      '{"action":"input","player_id":"p1","seq":7,"throttle":1,"turn":-1,"turret":1.57,"fire":true}',
      {
        action: "input",
        playerId: "p1",
        seq: 7,
        throttle: 1,
        turn: -1,
        turretRad: 1.57,
        fire: true,
      },
    ],
    ['{"action":"input","player_id":"p1"}', {
      action: "input",
      playerId: "p1",
      seq: 0,
      throttle: 0,
      turn: 0,
      turretRad: undefined,
      fire: false,
    }],
    ['{"action":"shoot","player_id":"p1"}', { action: "shoot", playerId: "p1" }],
    ['{"action":"ack","player_id":"p1","tick":3}', { action: "ack", playerId: "p1", tick: 3 }],
    ['{"action":"ping","t":1.5}', { action: "ping", t: 1.5 }],
    ['{"action":"ping"}', { action: "ping", t: null }],
    ['{"action":"leave_game","player_id":"p1"}', { action: "leave_game", playerId: "p1" }],
    [' \0{"action":"shoot",\0"player_id":"p1"}\r\n\0', { action: "shoot", playerId: "p1" }],
    [`{"action":"shoot","player_id":"${"😀".repeat(64)}"}`, {
      action: "shoot",
      playerId: "😀".repeat(64),
    }],
  ];
  for (const [text, message] of cases) {
    assertEquals<unknown>(parseMessage(text), { ok: true, message });
  }
});

Deno.test("parseMessage refuses what is no message, with its reason", () => {
  const cases: readonly (readonly [string, string])[] = [
    ["", "empty"],
    [" \t\r\n\0", "empty"],
    ["{", "invalid_json"],
    ["{'action':'shoot'}", "invalid_json"],
    ["[]", "invalid_json"],
    ["null", "invalid_json"],
    ['"shoot"', "invalid_json"],
    ["7", "invalid_json"],
    ["{}", "unknown_action"],
    ['{"action":"dance","player_id":"p1"}', "unknown_action"],
    ['{"action":"constructor"}', "unknown_action"],
    ['{"action":"__proto__"}', "unknown_action"],
    ['{"action":["move"]}', "unknown_action"],
    ['{"action":"move","position":[1,2]}', "player_id_missing"],
    ['{"action":"move","player_id":"","position":[1,2]}', "player_id_missing"],
    ['{"action":"move","player_id":7,"position":[1,2]}', "player_id_missing"],
    [`{"action":"shoot","player_id":"${"a".repeat(65)}"}`, "player_id_missing"],
    [`{"action":"shoot","player_id":"${"😀".repeat(65)}"}`, "player_id_missing"],
  ];
  for (const [text, reason] of cases) {
    assertEquals<unknown>(parseMessage(text), { ok: false, reason }, text);
  }
});

Deno.test("parseMessage names the field that is not what it should be", () => {
  const cases: readonly (readonly [string, string])[] = [
    ['"action":"move"', "position"],
    ['"action":"move","position":[1]', "position"],
    ['"action":"move","position":[1,2,3]', "position"],
    ['"action":"move","position":["1","2"]', "position"],
    ['"action":"move","position":{"0":1,"1":2,"length":2}', "position"],
    ['"action":"move","position":[1e999,0]', "position"],
    ['"action":"input","throttle":"1"', "throttle"],
    ['"action":"input","throttle":null', "throttle"],
    ['"action":"input","turn":1e999', "turn"],
    ['"action":"input","turret":-1e999', "turret"],
    ['"action":"input","fire":1', "fire"],
    ['"action":"input","seq":-1', "seq"],
    ['"action":"input","seq":1.5', "seq"],
    ['"action":"ack"', "tick"],
    ['"action":"ack","tick":"3"', "tick"],
    ['"action":"ping","t":{}', "t"],
    ['"action":"join_game","token":7', "token"],
    ['"action":"join_game","mode":null', "mode"],
    ['"action":"join_game","match_id":[]', "match_id"],
    ['"action":"join_game","challenge":{}', "challenge"],
  ];
  for (const [fields, field] of cases) {
    const refusal = { ok: false, reason: "invalid_field", field };
    assertEquals<unknown>(parseMessage(`{"player_id":"p1",${fields}}`), refusal, fields);
  }
});
