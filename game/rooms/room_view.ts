import type { FoundMatch } from "../../core/protocol/matchmaking_messages.ts";
import type { RoomView } from "../../core/protocol/room_messages.ts";
import type { Room } from "./room.ts";
import { membersMax } from "./room_settings.ts";

/** What one who knows the room's code sees of it; `match`: for a member, where and by what to play. */
export function viewRoom(room: Room, match: FoundMatch | undefined): RoomView {
  const { code, settings, hostId, members, state, createdAtMs, expiresAtMs } = room;
  return {
    code,
    name: settings.name,
    game_mode: settings.mode.name,
    map: settings.map,
    team_size: settings.teamSize,
    members_max: membersMax(settings),
    host: hostId,
    members: members.map(({ accountId, playerId }) => ({
      account_id: accountId,
      player_id: playerId,
    })),
    state: state.kind,
    created_at: Math.floor(createdAtMs / 1_000),
    expires_at: Math.floor(expiresAtMs / 1_000),
    ...(state.kind === "open" && state.problem && { problem: state.problem }),
    ...(match && { match }),
  };
}
