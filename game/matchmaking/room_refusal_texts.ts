import type { RoomRefusal } from "../../core/protocol/room_messages.ts";

/** What people are told, by code. */
export const ROOM_REFUSAL_TEXTS: Readonly<Record<RoomRefusal, string>> = {
  invalid_request: "The request cannot be understood",
  unknown_mode: "Unknown game_mode",
  unknown_map: "Unknown map",
  invalid_team_size: "The mode has no teams of that size",
  missing_token: "No token",
  invalid_token: "Invalid token",
  not_host: "Only the host of the room may do that",
  not_member: "Only a member of the room may do that",
  unknown_room: "No such room",
  already_in_room: "Already in another room",
  room_full: "The room is full",
  room_started: "The match of the room has begun",
  not_enough_players: "Not enough players for this mode",
  too_many_members: "More members than the new settings have places for",
  too_many_attempts: "Too many wrong codes",
  no_servers: "No game server takes another match now",
  unavailable: "Rooms are unavailable now",
};
