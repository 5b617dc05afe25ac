import type { ServerStatus } from "../../core/protocol/server_status.ts";

/** An idle server in no region, and what is different about it. For unit tests only. */
export function openStatus(serverId: string, changes: Partial<ServerStatus> = {}): ServerStatus {
  return {
    serverId,
    region: "",
    city: "",
    publicIp: undefined,
    currentPlayers: 0,
    runningMatches: 0,
    maxMatches: 100,
    udpPort: 9999,
    tickP99Ms: 0,
    draining: false,
    ...changes,
  };
}
