import type { ServerStatus as GameServerStatus } from "../core/protocol/server_status.ts";
import { type LiveStatus, makeLiveStatus } from "./live_status.ts";

/** A broadcast of a game server, with what differs. */
export function gameServer(differing: Partial<GameServerStatus> = {}): GameServerStatus {
  return {
    serverId: "ru-1",
    region: "RU-SPE",
    city: "Saint Petersburg",
    publicIp: undefined,
    currentPlayers: 7,
    runningMatches: 2,
    maxMatches: 10,
    udpPort: 9_999,
    tickP99Ms: 1,
    draining: false,
    ...differing,
  };
}

/** What one game server with so many players is summed up to. */
export function liveWith(playersOnline: number, updatedAtS = 1): LiveStatus {
  return makeLiveStatus([gameServer({ currentPlayers: playersOnline })], {
    updatedAtS,
  });
}
