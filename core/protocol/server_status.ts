import { type JsonObject, tryJsonObject, tryParseJson } from "../json.ts";

/** The subject on which game servers say how they are. */
export const SERVER_STATUS_SUBJECT = "server.status";

/** How often a game server says so, in milliseconds. */
export const SERVER_STATUS_PERIOD_MS = 5_000;

/** A game server that has missed three of them is lost: silent for so long, in milliseconds. */
export const SERVER_LOST_MS = 3 * SERVER_STATUS_PERIOD_MS;

/** The longest id of a server, in UTF-16 units. */
export const SERVER_ID_LENGTH_MAX = 64;

/** How a game server is at one moment. */
export interface ServerStatus {
  /** Unique among the servers of a system. */
  readonly serverId: string;
  /** A code such as `RU-SPE`, by which clients name the pings that they measured. */
  readonly region: string;
  /** For people. */
  readonly city: string;
  /** The address or name at which players reach its region; undefined where nobody has set it. */
  readonly publicIp: string | undefined;
  /** Players in matches. */
  readonly currentPlayers: number;
  /** Matches that it has, those prepared and still empty among them. */
  readonly runningMatches: number;
  /** How many matches it takes. */
  readonly maxMatches: number;
  /** Where it takes datagrams. */
  readonly udpPort: number;
  /** What 99 of 100 ticks took at most, in milliseconds. */
  readonly tickP99Ms: number;
  /** Whether it takes no more matches. */
  readonly draining: boolean;
}

/** Words of letters, digits, `_` and `-` joined by dots: they become part of a subject. */
const SERVER_ID = /^[A-Za-z0-9_-]+(?:\.[A-Za-z0-9_-]+)*$/;
/** An IPv4 or IPv6 address or a host name: what may stand in a URL as its host. */
const PUBLIC_HOST = /^[A-Za-z0-9.:-]{1,255}$/;
const TEXT_LENGTH_MAX = 128;
const COUNT_MAX = 1_000_000;
const PORT_MAX = 65_535;
const TICK_MS_MAX = 3_600_000;

/** Whether the text may name a server. */
export function isServerId(text: string): boolean {
  return text.length <= SERVER_ID_LENGTH_MAX && SERVER_ID.test(text);
}

/** The message that goes out. */
export function encodeServerStatus(status: ServerStatus): string {
  return JSON.stringify(
    {
      server_id: status.serverId,
      region: status.region,
      city: status.city,
      public_ip: status.publicIp ?? "",
      current_players: status.currentPlayers,
      running_matches: status.runningMatches,
      max_matches: status.maxMatches,
      udp_port: status.udpPort,
      tick_p99_ms: status.tickP99Ms,
      draining: status.draining,
    } satisfies JsonObject,
  );
}

/** The message as a status, or undefined where it is none. Never throws. */
export function tryParseServerStatus(payload: string): ServerStatus | undefined {
  const fields = tryJsonObject(tryParseJson(payload));
  if (fields === undefined) return undefined;
  const { server_id: serverId, region, city, public_ip: publicIp = "", draining } = fields;
  const { current_players: currentPlayers, running_matches: runningMatches } = fields;
  const { max_matches: maxMatches, udp_port: udpPort, tick_p99_ms: tickP99Ms } = fields;
  if (typeof serverId !== "string" || !isServerId(serverId)) return undefined;
  if (!isText(region) || !isText(city) || typeof draining !== "boolean") return undefined;
  if (typeof publicIp !== "string" || !(publicIp === "" || PUBLIC_HOST.test(publicIp))) {
    return undefined;
  }
  if (!isCount(currentPlayers) || !isCount(runningMatches) || !isCount(maxMatches)) {
    return undefined;
  }
  if (!isCount(udpPort) || udpPort > PORT_MAX || !isTickMs(tickP99Ms)) return undefined;
  return {
    serverId,
    region,
    city,
    publicIp: publicIp === "" ? undefined : publicIp,
    currentPlayers,
    runningMatches,
    maxMatches,
    udpPort,
    tickP99Ms,
    draining,
  };
}

function isText(value: unknown): value is string {
  return typeof value === "string" && value.length <= TEXT_LENGTH_MAX;
}

function isCount(value: unknown): value is number {
  return Number.isInteger(value) && Number(value) >= 0 && Number(value) <= COUNT_MAX;
}

function isTickMs(value: unknown): value is number {
  return typeof value === "number" && value >= 0 && value <= TICK_MS_MAX;
}
