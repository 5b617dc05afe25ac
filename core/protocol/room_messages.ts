import { type JsonObject, type JsonValue, tryJsonObject } from "../json.ts";
import { type FoundMatch, tryParseFindReply } from "./matchmaking_messages.ts";

/** The name under which private rooms are served over `Rpc`. */
export const ROOMS_RPC_SERVICE = "rooms";

/** The fanout exchange on which everybody hears what becomes of private rooms. */
export const ROOM_EVENTS_EXCHANGE = "private_room.events";

/** What `Rpc` takes as `method`; each takes `jwt_token`, and all but `create` take `code`. */
export const ROOM_METHODS = [
  /** `POST /rooms`: settings, all optional; where the client is: `ip`, `region`, `pings`. */
  "create",
  /** `GET /rooms/{code}`. */
  "get",
  /** `PATCH /rooms/{code}`: the settings that change. */
  "configure",
  /** `POST /rooms/{code}/join`: where the client is; `after`: the room's match that it comes back from. */
  "join",
  /** `POST /rooms/{code}/leave`. */
  "leave",
  /** `POST /rooms/{code}/start`. */
  "start",
  /** `DELETE /rooms/{code}`. */
  "close",
] as const;

/** One of {@linkcode ROOM_METHODS}. */
export type RoomMethod = typeof ROOM_METHODS[number];

/** The closed set of reasons for which a request of a room is refused, with the HTTP status of each. */
export const ROOM_REFUSALS = {
  /** What was sent is no request. */
  invalid_request: 400,
  unknown_mode: 400,
  unknown_map: 400,
  /** The mode has no teams of that size. */
  invalid_team_size: 400,
  missing_token: 401,
  invalid_token: 401,
  /** Only the host may do that. */
  not_host: 403,
  /** Only a member may do that. */
  not_member: 403,
  /** There is no such room, or it is no more. */
  unknown_room: 404,
  /** The account is in another room. */
  already_in_room: 409,
  room_full: 409,
  /** Its match has begun, or is about to. */
  room_started: 409,
  /** The mode cannot be played by so few. */
  not_enough_players: 409,
  /** There are more members than the new settings have places for. */
  too_many_members: 409,
  /** The account has tried too many codes of rooms that there are not. */
  too_many_attempts: 429,
  /** No game server takes another match. */
  no_servers: 503,
  /** Something that rooms need cannot be reached. */
  unavailable: 503,
} as const;

/** One of the keys of {@linkcode ROOM_REFUSALS}. */
export type RoomRefusal = keyof typeof ROOM_REFUSALS;

/** Somebody in a room. */
export interface RoomMemberView extends JsonObject {
  /** Who. */
  readonly account_id: string;
  /** The name to play under. */
  readonly player_id: string;
}

/** How a room stands, as one who knows its code sees it: the body of the HTTP reply. */
export interface RoomView extends JsonObject {
  /** By which others find it. */
  readonly code: string;
  /** What its host calls it. */
  readonly name: string;
  /** What is played. */
  readonly game_mode: string;
  /** Where. */
  readonly map: string;
  /** Players in a team; where the mode has no teams, in the match. */
  readonly team_size: number;
  /** How many members it takes: with the last of them the match begins. */
  readonly members_max: number;
  /** The account that decides. */
  readonly host: string;
  /** In the order in which they came. */
  readonly members: readonly RoomMemberView[];
  /** `starting`: a game server is preparing the match; `filled`: it is there. */
  readonly state: "open" | "starting" | "filled";
  /** Seconds since the Unix epoch. */
  readonly created_at: number;
  /** When it will be no more unless something happens in it, in seconds since the Unix epoch. */
  readonly expires_at: number;
  /** Why the match could not be prepared when that was tried last. */
  readonly problem?: RoomRefusal;
  /** Where to play, with a new token each time; for members of a filled room. */
  readonly match?: FoundMatch;
}

/** What somebody has done with a room of theirs: the body of the HTTP reply. */
export interface RoomFarewell extends JsonObject {
  /** Of the room. */
  readonly code: string;
  /** `left`: the room may go on without them. */
  readonly state: "left" | "closed";
}

/** A request of a room that is refused. */
export interface RoomRefused {
  /** It is. */
  readonly ok: false;
  /** Why, for programs. */
  readonly code: RoomRefusal;
  /** Why, for people. */
  readonly message: string;
}

/** What is answered over `Rpc`. */
export type RoomReply =
  | { readonly ok: true; readonly room: RoomView }
  | { readonly ok: true; readonly farewell: RoomFarewell }
  | RoomRefused;

const STATES = ["open", "starting", "filled"] as const;

/** The value as a reply, or undefined where it is none. */
export function tryParseRoomReply(value: JsonValue): RoomReply | undefined {
  const reply = tryJsonObject(value);
  if (reply === undefined) return undefined;
  if (reply.ok === true) {
    if (reply.farewell !== undefined) {
      const farewell = tryFarewell(reply.farewell);
      return farewell && { ok: true, farewell };
    }
    const room = tryRoomView(reply.room);
    return room && { ok: true, room };
  }
  const { ok, code, message } = reply;
  if (ok !== false || !isRoomRefusal(code) || typeof message !== "string") return undefined;
  return { ok, code, message };
}

function tryFarewell(value: JsonValue): RoomFarewell | undefined {
  const { code, state } = tryJsonObject(value) ?? {};
  if (typeof code !== "string" || (state !== "left" && state !== "closed")) return undefined;
  return { code, state };
}

function tryRoomView(value: JsonValue | undefined): RoomView | undefined {
  const fields = tryJsonObject(value) ?? {};
  const { code, name, game_mode, map, host, team_size, members_max } = fields;
  const { created_at, expires_at, problem } = fields;
  const state = STATES.find((known) => known === fields.state);
  const members = tryMembers(fields.members);
  if (typeof code !== "string" || typeof name !== "string" || typeof host !== "string") {
    return undefined;
  }
  if (typeof game_mode !== "string" || typeof map !== "string" || state === undefined) {
    return undefined;
  }
  if (typeof team_size !== "number" || typeof members_max !== "number") return undefined;
  if (typeof created_at !== "number" || typeof expires_at !== "number") return undefined;
  if (members === undefined) return undefined;
  const match = fields.match === undefined ? undefined : tryMatch(fields.match);
  if (fields.match !== undefined && match === undefined) return undefined;
  const room = { code, name, game_mode, map, team_size, members_max, host, members, state };
  return {
    ...room,
    created_at,
    expires_at,
    ...(isRoomRefusal(problem) && { problem }),
    ...(match && { match }),
  };
}

function tryMembers(value: JsonValue | undefined): RoomMemberView[] | undefined {
  if (!Array.isArray(value)) return undefined;
  const members: RoomMemberView[] = [];
  for (const item of value) {
    const { account_id, player_id } = tryJsonObject(item) ?? {};
    if (typeof account_id !== "string" || typeof player_id !== "string") return undefined;
    members.push({ account_id, player_id });
  }
  return members;
}

function tryMatch(value: JsonValue): FoundMatch | undefined {
  const reply = tryParseFindReply({ ok: true, found: value });
  return reply?.ok && "found" in reply ? reply.found : undefined;
}

/** Whether the value is one of the keys of {@linkcode ROOM_REFUSALS}. */
export function isRoomRefusal(value: JsonValue | undefined): value is RoomRefusal {
  return typeof value === "string" && Object.hasOwn(ROOM_REFUSALS, value);
}
