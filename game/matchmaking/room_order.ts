import type { Room } from "../rooms/room.ts";
import { teamsOfRoom } from "../rooms/room_teams.ts";
import type { GroupOrder } from "./match_order.ts";

/** The match that a room is to have: for its members alone, and for bots where the mode has a team of them. */
export function orderOfRoom(room: Room): GroupOrder {
  const { mode, map } = room.settings;
  return {
    gameMode: mode.name,
    map,
    accounts: room.members.map(({ accountId }) => accountId),
    teams: teamsOfRoom(room),
    ...(!mode.rules.botTeam && { botTeams: [] }),
    travellers: room.members.map(({ traveller }) => traveller),
    explain: false,
  };
}
