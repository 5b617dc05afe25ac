import type { JsonObject } from "../../core/json.ts";
import { SERVER_LOST_MS } from "../../core/protocol/server_status.ts";
import type { HeardServer } from "./ops_servers.ts";

/** How a server stands: `gone` is lost after it said that it drains, which was meant. */
export type ServerState = "up" | "draining" | "lost" | "gone";

/** A server in the table of servers. */
export interface ServerRow extends JsonObject {
  /** The server. */
  readonly server_id: string;
  /** Where it is. */
  readonly region: string;
  /** How it stands. */
  readonly state: ServerState;
  /** Since when, in milliseconds since the epoch. */
  readonly since_ms: number;
  /** In matches; of a server that is lost none. */
  readonly players: number;
  /** Likewise. */
  readonly matches: number;
}

/** A server as the table shows it. */
export function serverRow(server: HeardServer): ServerRow {
  const { status, silentMs, firstHeardMs, lastHeardMs, drainingSinceMs } = server;
  const state = stateOf(server);
  const isThere = state === "up" || state === "draining";
  const sinceMs = isThere ? drainingSinceMs ?? firstHeardMs : lastHeardMs;
  return {
    server_id: status.serverId,
    region: status.region,
    city: status.city,
    address: addressOf(status),
    state,
    since_ms: sinceMs,
    silent_ms: Math.round(silentMs),
    players: isThere ? status.currentPlayers : 0,
    matches: isThere ? status.runningMatches : 0,
    matches_max: status.maxMatches,
    tick_p99_ms: status.tickP99Ms,
  };
}

/** The regions of some servers, summed up, by name. */
export function sumRegions(servers: readonly HeardServer[]): JsonObject[] {
  const byRegion = Map.groupBy(servers, ({ status }) => status.region);
  return [...byRegion].toSorted(([one], [other]) => one < other ? -1 : 1).map(([region, all]) => {
    const alive = all.filter(({ silentMs }) => silentMs < SERVER_LOST_MS).map(({ status }) =>
      status
    );
    const sum = (of: (status: HeardServer["status"]) => number): number =>
      alive.reduce((total, status) => total + of(status), 0);
    return {
      region,
      servers: alive.length,
      draining: alive.filter(({ draining }) => draining).length,
      lost: all.filter((server) => stateOf(server) === "lost").length,
      players: sum(({ currentPlayers }) => currentPlayers),
      matches: sum(({ runningMatches }) => runningMatches),
      matches_max: sum(({ maxMatches }) => maxMatches),
      tick_p99_ms: Math.max(0, ...alive.map(({ tickP99Ms }) => tickP99Ms)),
    };
  });
}

function addressOf({ publicIp, udpPort }: HeardServer["status"]): string {
  if (publicIp === undefined) return `UDP ${udpPort}`;
  return publicIp.includes(":") ? `[${publicIp}]:${udpPort}` : `${publicIp}:${udpPort}`;
}

function stateOf({ status: { draining }, silentMs }: HeardServer): ServerState {
  if (silentMs >= SERVER_LOST_MS) return draining ? "gone" : "lost";
  return draining ? "draining" : "up";
}
