import type { JsonObject } from "../../core/json.ts";
import type { MatchPlace } from "../../core/protocol/matchmaking_messages.ts";
import { openRoom, type Room, type RoomMember } from "./room.ts";
import { readSettings } from "./room_settings.ts";

/** Where a match is that there is not. For unit tests only. */
export const TEST_PLACE: MatchPlace = {
  match_id: "m1",
  websocket_url: "ws://127.0.0.1/ws",
  udp: { host: "127.0.0.1", port: 9999 },
};

/** A member of that account. For unit tests only. */
export function testMember(accountId: string): RoomMember {
  return { accountId, playerId: `name of ${accountId}`, traveller: { pings: new Map() } };
}

/** A room of that host's, at the time 0. For unit tests only. */
export function testRoom(hostId: string, fields: JsonObject = {}): Room {
  const read = readSettings(fields, undefined);
  if (!read.ok) throw new Error(`Cannot test: ${read.refusal}`);
  const about = { code: "ABCDEF", settings: read.settings, host: testMember(hostId) };
  return openRoom(about, { nowMs: 0, startId: "start-0" });
}
