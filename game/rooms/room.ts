// Long because the whole life of a room is one state machine.
import type { JsonObject } from "../../core/json.ts";
import type { MatchPlace } from "../../core/protocol/matchmaking_messages.ts";
import type { RoomRefusal } from "../../core/protocol/room_messages.ts";
import { unreachable } from "../../core/unreachable.ts";
import { membersMax, membersMin, readSettings, type RoomSettings } from "./room_settings.ts";

/** Somebody in a room. */
export interface RoomMember {
  /** Who. */
  readonly accountId: string;
  /** The name to play under. */
  readonly playerId: string;
  /** Where the client is. */
  readonly traveller: RoomTraveller;
}

/** Where a member is, by which a game server is chosen. */
export interface RoomTraveller {
  /** What the client measured, in milliseconds by region. */
  readonly pings: ReadonlyMap<string, number>;
  /** Where the client is, in degrees, as far as that is known. */
  readonly position?: { readonly latitude: number; readonly longitude: number };
}

/** Why a match could not be prepared. */
export type StartProblem = Extract<RoomRefusal, "no_servers" | "unavailable">;

/** How a room stands. */
export type RoomState =
  | {
    readonly kind: "open";
    /** Why the match could not be prepared when that was tried last. */
    readonly problem?: StartProblem;
    /** When that may be tried again without being asked for, in milliseconds since the Unix epoch. */
    readonly retryAtMs: number;
  }
  /** Somebody has a game server prepare the match. */
  | { readonly kind: "starting"; readonly startId: string; readonly sinceMs: number }
  /** The match is there. */
  | { readonly kind: "filled"; readonly place: MatchPlace; readonly sinceMs: number };

/**
 * A private group that comes together by a code. There is one member at least, none twice, never more than
 * there are places for; the host is one of them.
 */
export interface Room {
  /** Unguessable, unique among the rooms that there are. */
  readonly code: string;
  /** What the host decides. */
  readonly settings: RoomSettings;
  /** The account that decides. */
  readonly hostId: string;
  /** In the order in which they came. */
  readonly members: readonly RoomMember[];
  /** How it stands. */
  readonly state: RoomState;
  /** Milliseconds since the Unix epoch. */
  readonly createdAtMs: number;
  /** When it is no more, in milliseconds since the Unix epoch. */
  readonly expiresAtMs: number;
}

/** What happens to a room. */
export type RoomEvent =
  /** `after`: the match from which a member comes back to play once more; not before `BACK_MS_MIN`. */
  | { readonly kind: "join"; readonly member: RoomMember; readonly after?: string }
  | { readonly kind: "leave"; readonly accountId: string }
  | { readonly kind: "close"; readonly accountId: string }
  /** `changes`: what `readSettings` takes. */
  | { readonly kind: "configure"; readonly accountId: string; readonly changes: JsonObject }
  | { readonly kind: "start"; readonly accountId: string }
  /** Somebody looks at it. */
  | { readonly kind: "look"; readonly accountId: string }
  /** The match of that start is prepared. */
  | { readonly kind: "filled"; readonly startId: string; readonly place: MatchPlace }
  /** The match of that start could not be prepared. */
  | { readonly kind: "failed"; readonly startId: string; readonly problem: StartProblem }
  /** Its time may have come. */
  | { readonly kind: "expire" };

/** What others are told of a room. */
export type RoomNotice =
  | { readonly kind: "room_created" }
  | { readonly kind: "player_joined"; readonly accountId: string }
  | { readonly kind: "player_left"; readonly accountId: string }
  | { readonly kind: "room_filled"; readonly matchId: string }
  | { readonly kind: "room_closed"; readonly reason: "closed" | "empty" | "expired" };

/** What an event has led to. */
export type RoomStep =
  | {
    readonly ok: true;
    /** The room then, the same object where nothing has changed; undefined: it is no more. */
    readonly room: Room | undefined;
    /** What others are to be told, in this order. */
    readonly notices: readonly RoomNotice[];
  }
  | { readonly ok: false; readonly refusal: RoomRefusal };

/** When an event happens. */
export interface RoomMoment {
  /** Milliseconds since the Unix epoch. */
  readonly nowMs: number;
  /** Unique: names the start to which the event may lead. */
  readonly startId: string;
}

/** How long a room is kept in which nothing happens, in milliseconds. */
export const ROOM_IDLE_MS = 15 * 60_000;
/** How long a room is kept at most before its match begins, in milliseconds. */
export const ROOM_AGE_MS_MAX = 6 * 60 * 60_000;
/** How long who begins a start may take, in milliseconds; then somebody else does it again. */
export const START_MS_MAX = 15_000;
/** How long a full room waits after a start that failed, in milliseconds. */
export const START_RETRY_MS = 2_000;
/**
 * How long a room with a match does not open again, in milliseconds: every member who looks once a second
 * has heard of the match by then.
 */
export const BACK_MS_MIN = 4_000;
/** How long a room is kept when its match is over, in milliseconds. */
const FILLED_EXTRA_MS = 60_000;

/** A new room with its host in it; its match begins at once where there is a place for no other. */
export function openRoom(
  about: { readonly code: string; readonly settings: RoomSettings; readonly host: RoomMember },
  { nowMs, startId }: RoomMoment,
): Room {
  const { code, settings, host } = about;
  const room: Room = {
    code,
    settings,
    hostId: host.accountId,
    members: [host],
    state: { kind: "open", retryAtMs: nowMs },
    createdAtMs: nowMs,
    expiresAtMs: nowMs + ROOM_IDLE_MS,
  };
  return startIfFull(room, { nowMs, startId });
}

/** What the event leads to. */
export function applyToRoom(room: Room, event: RoomEvent, moment: RoomMoment): RoomStep {
  switch (event.kind) {
    case "join":
      return join(room, event, moment);
    case "leave":
      return leave(room, event.accountId, moment);
    case "close":
      if (event.accountId !== room.hostId) return refused(whyNotHost(room, event.accountId));
      return closed("closed");
    case "configure":
      return configure(room, event, moment);
    case "start":
      return start(room, event.accountId, moment);
    case "look":
      return look(room, event.accountId, moment);
    case "filled":
      return fill(room, event, moment);
    case "failed":
      return fail(room, event, moment);
    case "expire":
      return moment.nowMs >= room.expiresAtMs ? closed("expired") : unchanged(room);
    default:
      return unreachable(event);
  }
}

/** The member of that account. */
export function findMember({ members }: Room, accountId: string): RoomMember | undefined {
  return members.find((member) => member.accountId === accountId);
}

function join(
  room: Room,
  { member, after }: Extract<RoomEvent, { readonly kind: "join" }>,
  moment: RoomMoment,
): RoomStep {
  if (findMember(room, member.accountId)) {
    // Else who asks again has perhaps not got the reply.
    return isBack(room, after, moment) ? reopen(room, member, moment) : unchanged(room);
  }
  if (room.state.kind !== "open") return refused("room_started");
  if (isFull(room)) return refused("room_full");
  const joined = touch({ ...room, members: [...room.members, member] }, moment);
  const notice = { kind: "player_joined", accountId: member.accountId } as const;
  return changed(startIfFull(joined, moment), [notice]);
}

/** Whether the room's match can have been played by now, and it is the one that is meant. */
function isBack({ state }: Room, after: string | undefined, { nowMs }: RoomMoment): boolean {
  return state.kind === "filled" && state.place.match_id === after &&
    nowMs - state.sinceMs >= BACK_MS_MIN;
}

/**
 * The first who comes back from a match finds the room empty, and is its host: the others may have gone for
 * good. Those who still play are not disturbed, and may follow.
 */
function reopen(room: Room, member: RoomMember, moment: RoomMoment): RoomStep {
  const { accountId } = member;
  const gone = room.members.filter((other) => other.accountId !== accountId);
  const state = { kind: "open", retryAtMs: moment.nowMs } as const;
  const opened = touch({ ...room, members: [member], hostId: accountId, state }, moment);
  const notices = gone.map((other) =>
    ({ kind: "player_left", accountId: other.accountId }) as const
  );
  return changed(startIfFull(opened, moment), notices);
}

function leave(room: Room, accountId: string, moment: RoomMoment): RoomStep {
  if (findMember(room, accountId) === undefined) return refused("not_member");
  const members = room.members.filter((member) => member.accountId !== accountId);
  const [oldest] = members;
  const notice = { kind: "player_left", accountId } as const;
  if (oldest === undefined) {
    return changed(undefined, [notice, { kind: "room_closed", reason: "empty" }]);
  }
  // Who has been there longest decides from now on.
  const hostId = room.hostId === accountId ? oldest.accountId : room.hostId;
  return changed(touch({ ...room, members, hostId }, moment), [notice]);
}

function configure(
  room: Room,
  { accountId, changes }: Extract<RoomEvent, { readonly kind: "configure" }>,
  moment: RoomMoment,
): RoomStep {
  if (accountId !== room.hostId) return refused(whyNotHost(room, accountId));
  if (room.state.kind !== "open") return refused("room_started");
  const read = readSettings(changes, room.settings);
  if (!read.ok) return refused(read.refusal);
  const { settings } = read;
  if (room.members.length > membersMax(settings)) return refused("too_many_members");
  return changed(startIfFull(touch({ ...room, settings }, moment), moment), []);
}

function start(room: Room, accountId: string, moment: RoomMoment): RoomStep {
  if (accountId !== room.hostId) return refused(whyNotHost(room, accountId));
  // Who asks again has perhaps not got the reply.
  if (room.state.kind !== "open") return look(room, accountId, moment);
  if (room.members.length < membersMin(room.settings)) return refused("not_enough_players");
  return changed(begin(room, moment), []);
}

function look(room: Room, accountId: string, moment: RoomMoment): RoomStep {
  if (findMember(room, accountId) === undefined) return unchanged(room);
  const { state } = room;
  const { nowMs } = moment;
  switch (state.kind) {
    case "open": {
      if (isFull(room) && nowMs >= state.retryAtMs) return changed(begin(room, moment), []);
      // Somebody waits in it: but not each look is to be a write.
      const touched = touch(room, moment);
      const isSoonOver = room.expiresAtMs - nowMs < ROOM_IDLE_MS / 2;
      return isSoonOver && touched.expiresAtMs > room.expiresAtMs
        ? changed(touched, [])
        : unchanged(room);
    }
    case "starting":
      // Whoever was at it has died.
      return nowMs - state.sinceMs >= START_MS_MAX
        ? changed(begin(room, moment), [])
        : unchanged(room);
    case "filled":
      return unchanged(room);
    default:
      return unreachable(state);
  }
}

function fill(
  room: Room,
  { startId, place }: Extract<RoomEvent, { readonly kind: "filled" }>,
  { nowMs }: RoomMoment,
): RoomStep {
  if (!isStart(room, startId)) return refused("room_started");
  const expiresAtMs = nowMs + room.settings.mode.rules.timeLimitMs + FILLED_EXTRA_MS;
  const state = { kind: "filled", place, sinceMs: nowMs } as const;
  const filled: Room = { ...room, state, expiresAtMs };
  return changed(filled, [{ kind: "room_filled", matchId: place.match_id }]);
}

function fail(
  room: Room,
  { startId, problem }: Extract<RoomEvent, { readonly kind: "failed" }>,
  { nowMs }: RoomMoment,
): RoomStep {
  if (!isStart(room, startId)) return refused("room_started");
  const state = { kind: "open", problem, retryAtMs: nowMs + START_RETRY_MS } as const;
  return changed({ ...room, state }, []);
}

function startIfFull(room: Room, moment: RoomMoment): Room {
  return isFull(room) ? begin(room, moment) : room;
}

function begin(room: Room, moment: RoomMoment): Room {
  const { nowMs, startId } = moment;
  return { ...touch(room, moment), state: { kind: "starting", startId, sinceMs: nowMs } };
}

function isStart({ state }: Room, startId: string): boolean {
  return state.kind === "starting" && state.startId === startId;
}

function isFull({ members, settings }: Room): boolean {
  return members.length >= membersMax(settings);
}

/** Something has happened in the room: it is kept for longer. One whose match runs is not. */
function touch(room: Room, { nowMs }: RoomMoment): Room {
  if (room.state.kind === "filled") return room;
  const wantedMs = Math.min(nowMs + ROOM_IDLE_MS, room.createdAtMs + ROOM_AGE_MS_MAX);
  return { ...room, expiresAtMs: Math.max(room.expiresAtMs, wantedMs) };
}

function whyNotHost(room: Room, accountId: string): RoomRefusal {
  return findMember(room, accountId) === undefined ? "not_member" : "not_host";
}

function closed(reason: "closed" | "empty" | "expired"): RoomStep {
  return changed(undefined, [{ kind: "room_closed", reason }]);
}

function changed(room: Room | undefined, notices: readonly RoomNotice[]): RoomStep {
  return { ok: true, room, notices };
}

function unchanged(room: Room): RoomStep {
  return { ok: true, room, notices: [] };
}

function refused(refusal: RoomRefusal): RoomStep {
  return { ok: false, refusal };
}
