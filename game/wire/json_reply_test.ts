import { assertEquals } from "@std/assert";
import {
  alreadyInSessionReply,
  challengeReply,
  internalErrorReply,
  INVALID_ENCODING_REPLY,
  joinedReply,
  joinFailedReply,
  LEFT_GAME_REPLY,
  matchOverMessage,
  MESSAGE_TOO_LONG_REPLY,
  NOT_IN_GAME_REPLY,
  pongReply,
  refusalReply,
} from "./json_reply.ts";

Deno.test("replies have the wire's texts and key order", () => {
  const cases: readonly (readonly [string | undefined, string | undefined])[] = [
    [
      joinedReply("s", "t", '{"tick":1}'),
      '{"status":"joined","session_id":"s","tank_id":"t","initial_state":{"tick":1}}',
    ],
    [alreadyInSessionReply("s"), '{"status":"already_in_session","session_id":"s"}'],
    [
      joinFailedReply("no_tanks"),
      '{"status":"join_failed","reason":"No tanks available"}',
    ],
    [
      joinFailedReply("authentication_required"),
      '{"status":"join_failed","reason":"Authentication required"}',
    ],
    [challengeReply("c"), '{"status":"challenge","challenge":"c"}'],
    [pongReply(12.5, 7), '{"status":"pong","t":12.5,"tick":7}'],
    [pongReply("a", null), '{"status":"pong","t":"a","tick":null}'],
    [LEFT_GAME_REPLY, '{"status":"left_game","message":"You have left the game."}'],
    [
      NOT_IN_GAME_REPLY,
      '{"status":"not_in_game","message":"You are not currently in a game."}',
    ],
    [
      INVALID_ENCODING_REPLY,
      '{"status":"error","message":"Invalid character encoding. UTF-8 expected.","code":"invalid_encoding"}',
    ],
    [
      MESSAGE_TOO_LONG_REPLY,
      '{"status":"error","message":"Message too long","code":"message_too_long"}',
    ],
    [
      internalErrorReply("TypeError"),
      '{"status":"error","message":"Internal server error: TypeError","code":"internal_error"}',
    ],
    [
      refusalReply({ reason: "invalid_json" }),
      '{"status":"error","message":"Invalid JSON format","code":"invalid_json"}',
    ],
    [
      refusalReply({ reason: "unknown_action" }),
      '{"status":"error","message":"Unknown action","code":"unknown_action"}',
    ],
    [
      refusalReply({ reason: "invalid_field", field: "position" }),
      '{"status":"error","message":"Invalid position","code":"invalid_field"}',
    ],
    [refusalReply({ reason: "empty" }), undefined],
    [refusalReply({ reason: "player_id_missing" }), undefined],
    [
      matchOverMessage({ matchId: "m", winner: 2, scores: { 1: 3, 2: 20 } }),
      '{"type":"match_over","winner":2,"scores":{"1":3,"2":20},"match_id":"m"}',
    ],
    [
      matchOverMessage({ matchId: "m", winner: 0, scores: { 1: 3, 2: 3 } }),
      '{"type":"match_over","winner":null,"scores":{"1":3,"2":3},"match_id":"m"}',
    ],
  ];
  for (const [actual, expected] of cases) assertEquals(actual, expected);
});
