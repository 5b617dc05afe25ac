import { assertEquals } from "@std/assert";
import type { JsonObject } from "../json.ts";
import { type RoomView, tryParseRoomReply } from "./room_messages.ts";

const ROOM: RoomView = {
  code: "ABCDEF",
  name: "Friday",
  game_mode: "duel",
  map: "steppe",
  team_size: 1,
  members_max: 2,
  host: "a",
  members: [{ account_id: "a", player_id: "ann" }],
  state: "open",
  created_at: 1,
  expires_at: 2,
};
const MATCH = {
  match_id: "m",
  websocket_url: "ws://h/ws",
  udp: { host: "h", port: 1 },
  token: "t",
};

Deno.test("A reply about a room is read as it was written", () => {
  const replies = [
    { ok: true, room: ROOM },
    { ok: true, room: { ...ROOM, problem: "no_servers" } },
    { ok: true, room: { ...ROOM, state: "filled", match: MATCH } },
    { ok: true, farewell: { code: "ABCDEF", state: "left" } },
    { ok: true, farewell: { code: "ABCDEF", state: "closed" } },
    { ok: false, code: "room_full", message: "The room is full" },
  ];
  for (const reply of replies) assertEquals<unknown>(tryParseRoomReply(reply), reply);
});

Deno.test("A reply about a room of a newer service is understood as far as it goes", () => {
  const room = { ...ROOM, colour: "red", problem: "tired" };
  assertEquals(tryParseRoomReply({ ok: true, room }), { ok: true, room: ROOM });
});

Deno.test("A reply about a room that lacks something is none", () => {
  for (const name of Object.keys(ROOM)) {
    const { [name]: _left, ...room } = ROOM as JsonObject;
    assertEquals(tryParseRoomReply({ ok: true, room }), undefined, name);
  }
  const bad = [
    null,
    {},
    { ok: true },
    { ok: true, room: { ...ROOM, state: "lost" } },
    { ok: true, room: { ...ROOM, match: { ...MATCH, token: 1 } } },
    { ok: true, room: { ...ROOM, members: [{ account_id: "a" }] } },
    { ok: true, farewell: { code: "ABCDEF", state: "sold" } },
    { ok: false, code: "tired", message: "No" },
    { ok: false, code: "room_full" },
  ];
  for (const reply of bad) {
    assertEquals(tryParseRoomReply(reply), undefined, JSON.stringify(reply));
  }
});
