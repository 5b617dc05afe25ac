import { type JsonObject, type JsonValue, tryJsonObject, tryParseJson } from "../../core/json.ts";
import { type MatchPlace, tryParseFindReply } from "../../core/protocol/matchmaking_messages.ts";
import { unreachable } from "../../core/unreachable.ts";
import type { Room, RoomMember, RoomState } from "./room.ts";
import { readSettings } from "./room_settings.ts";
import { formatTraveller, readTraveller } from "./traveller_text.ts";

/** The room as a text that {@linkcode tryParseRoom} reads; the same room gives the same text. */
export function formatRoom(room: Room): string {
  const { code, settings, hostId, members, state, createdAtMs, expiresAtMs } = room;
  return JSON.stringify(
    {
      code,
      name: settings.name,
      game_mode: settings.mode.name,
      map: settings.map,
      team_size: settings.teamSize,
      host: hostId,
      members: members.map(formatMember),
      state: formatState(state),
      created_at_ms: createdAtMs,
      expires_at_ms: expiresAtMs,
    } satisfies JsonObject,
  );
}

/** The text as a room, or undefined where it is none, or one of a mode or map that is no more. */
export function tryParseRoom(text: string): Room | undefined {
  const fields = tryJsonObject(tryParseJson(text));
  if (fields === undefined) return undefined;
  const { code, host: hostId, created_at_ms: createdAtMs, expires_at_ms: expiresAtMs } = fields;
  const read = readSettings(fields, undefined);
  const members = tryMembers(fields.members);
  const state = tryState(tryJsonObject(fields.state) ?? {});
  if (typeof code !== "string" || typeof hostId !== "string" || !read.ok) return undefined;
  if (typeof createdAtMs !== "number" || typeof expiresAtMs !== "number") return undefined;
  if (members === undefined || state === undefined) return undefined;
  return { code, settings: read.settings, hostId, members, state, createdAtMs, expiresAtMs };
}

function formatMember({ accountId, playerId, traveller }: RoomMember): JsonObject {
  return { account_id: accountId, player_id: playerId, ...formatTraveller(traveller) };
}

function formatState(state: RoomState): JsonObject {
  switch (state.kind) {
    case "open":
      return { kind: "open", problem: state.problem, retry_at_ms: state.retryAtMs };
    case "starting":
      return { kind: "starting", start_id: state.startId, since_ms: state.sinceMs };
    case "filled":
      return { kind: "filled", place: state.place, since_ms: state.sinceMs };
    default:
      return unreachable(state);
  }
}

function tryMembers(value: JsonValue | undefined): RoomMember[] | undefined {
  if (!Array.isArray(value) || value.length === 0) return undefined;
  const members: RoomMember[] = [];
  for (const item of value) {
    const fields = tryJsonObject(item) ?? {};
    const { account_id: accountId, player_id: playerId } = fields;
    if (typeof accountId !== "string" || typeof playerId !== "string") return undefined;
    members.push({ accountId, playerId, traveller: readTraveller(fields) });
  }
  return members;
}

function tryState(fields: JsonObject): RoomState | undefined {
  const { kind, problem, retry_at_ms: retryAtMs, start_id: startId, since_ms: sinceMs } = fields;
  if (kind === "open" && typeof retryAtMs === "number") {
    const isProblem = problem === "no_servers" || problem === "unavailable";
    return { kind, ...(isProblem && { problem }), retryAtMs };
  }
  if (kind === "starting" && typeof startId === "string" && typeof sinceMs === "number") {
    return { kind, startId, sinceMs };
  }
  const place = kind === "filled" ? tryPlace(fields.place) : undefined;
  // Rooms were once kept without the time: long since.
  return place && { kind: "filled", place, sinceMs: typeof sinceMs === "number" ? sinceMs : 0 };
}

function tryPlace(value: JsonValue | undefined): MatchPlace | undefined {
  // A match that was found is a place and a token.
  const found = { ...tryJsonObject(value), token: "" };
  const reply = tryParseFindReply({ ok: true, found });
  if (!reply?.ok || !("found" in reply)) return undefined;
  const { token: _none, ...place } = reply.found;
  const { match_id, websocket_url, udp } = reply.found;
  return { ...place, match_id, websocket_url, udp };
}
