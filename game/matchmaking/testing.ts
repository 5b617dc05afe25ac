import type { ServerStatus } from "../../core/protocol/server_status.ts";
import { DEFAULT_MODES, parseSearchModes, type SearchMode } from "./search_modes.ts";

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

/** A mode of those that are there by default, or of what `modes` says. For unit tests only. */
export function testMode(name: string, modes?: Readonly<Record<string, unknown>>): SearchMode {
  const all = modes === undefined ? DEFAULT_MODES : parseSearchModes(JSON.stringify(modes));
  const mode = all.get(name);
  if (mode === undefined) throw new Error(`Cannot test: no mode ${name}`);
  return mode;
}
