import type { Room } from "./room.ts";
import { playerTeams } from "./room_settings.ts";

/** The team of each member, dealt out in the order in which they came; empty where there are no teams. */
export function teamsOfRoom({ members, settings }: Room): ReadonlyMap<string, number> {
  const teams = playerTeams(settings.mode);
  return new Map(members.flatMap(({ accountId }, index) => {
    const team = teams[index % Math.max(1, teams.length)];
    return team === undefined ? [] : [[accountId, team]];
  }));
}
