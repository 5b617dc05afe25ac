import { assertEquals } from "@std/assert";
import { FRAME_LENGTH_MAX, tryClientFrame } from "./websocket_message.ts";

Deno.test("tryClientFrame reads what clients say", () => {
  const cases = [
    [{ type: "AUTH", match_id: "m", token: "t" }, { type: "AUTH", matchId: "m", token: "t" }],
    [{ type: "PING", t: 1 }, { type: "PLAY", messages: [{ action: "ping", t: 1 }] }],
    [{ type: "CHAT", text: "hi" }, { type: "PLAY", messages: [{ action: "chat", text: "hi" }] }],
  ] as const;
  for (const [frame, expected] of cases) {
    assertEquals<unknown>(tryClientFrame(JSON.stringify(frame)), expected);
  }
});

Deno.test("tryClientFrame acknowledges before it steers, and passes no other field on", () => {
  const input = { seq: 1, throttle: 1, turn: 0, turret: 2, fire: true };
  const frame = { type: "PLAYER_INPUT", ...input, ack: 9, action: "leave_game", player_id: "x" };
  assertEquals<unknown>(tryClientFrame(JSON.stringify(frame)), {
    type: "PLAY",
    messages: [{ action: "ack", tick: 9 }, { action: "input", ...input }],
  });
});

Deno.test("tryClientFrame takes nothing else", () => {
  const long = JSON.stringify({ type: "PING", t: "x".repeat(FRAME_LENGTH_MAX) });
  const bad = ["", "[]", "{}", '{"type":"leave_game"}', '{"type":"AUTH"}', long];
  for (const text of [...bad, '{"type":"AUTH","match_id":"m","token":7}']) {
    assertEquals(tryClientFrame(text), undefined, text.slice(0, 40));
  }
});
