import { type JsonValue, tryJsonObject } from "../core/json.ts";
import type { ServerStatus as GameServerStatus } from "../core/protocol/server_status.ts";

/** The game servers of one region. */
export interface LiveRegion {
  /** A code such as `RU-SPE`; {@linkcode OTHER_REGIONS} for those beyond {@linkcode REGIONS_MAX}. */
  readonly region: string;
  /** For people; empty where its servers name none. */
  readonly city: string;
  /** Servers that are there, draining ones too. */
  readonly servers: number;
  /** Players in matches. */
  readonly players_online: number;
  /** Matches, those prepared and still empty among them. */
  readonly matches_running: number;
}

/** What the game servers say of themselves, summed up. */
export interface LiveStatus {
  /** When it was summed up, in seconds since the Unix epoch. */
  readonly updated_at: number;
  /** Players in matches. */
  readonly players_online: number;
  /** Matches, those prepared and still empty among them. */
  readonly matches_running: number;
  /** Servers that are there. */
  readonly servers: number;
  /** By region, in the order of their codes. */
  readonly regions: readonly LiveRegion[];
}

/** Regions that are told apart; players of later ones are counted together. */
export const REGIONS_MAX = 64;

/** The code under which regions beyond {@linkcode REGIONS_MAX} are summed up. */
export const OTHER_REGIONS = "other";

/**
 * Sums up what servers say.
 *
 * @param options `updatedAtS`: now, in seconds since the Unix epoch
 */
export function makeLiveStatus(
  servers: readonly GameServerStatus[],
  options: { readonly updatedAtS: number },
): LiveStatus {
  const regions = new Map<string, LiveRegion>();
  const ordered = servers.toSorted((left, right) => compare(left.region, right.region));
  for (const { region, city, currentPlayers, runningMatches } of ordered) {
    const isTold = regions.has(region) || regions.size < REGIONS_MAX - 1;
    const code = isTold ? region : OTHER_REGIONS;
    const known = regions.get(code);
    regions.set(code, {
      region: code,
      city: known?.city || (isTold ? city : ""),
      servers: (known?.servers ?? 0) + 1,
      players_online: (known?.players_online ?? 0) + currentPlayers,
      matches_running: (known?.matches_running ?? 0) + runningMatches,
    });
  }
  const list = [...regions.values()];
  return {
    updated_at: options.updatedAtS,
    players_online: list.reduce((sum, region) => sum + region.players_online, 0),
    matches_running: list.reduce((sum, region) => sum + region.matches_running, 0),
    servers: servers.length,
    regions: list,
  };
}

/** A live status from JSON, or undefined where it is none. */
export function tryParseLiveStatus(value: JsonValue | undefined): LiveStatus | undefined {
  const { updated_at, players_online, matches_running, servers, regions } = tryJsonObject(value) ??
    {};
  if (typeof updated_at !== "number" || !Array.isArray(regions)) return undefined;
  if (!isCount(players_online) || !isCount(matches_running) || !isCount(servers)) return undefined;
  const parsed = regions.slice(0, REGIONS_MAX).map(tryParseRegion);
  const known = parsed.filter((region) => region !== undefined);
  if (known.length < parsed.length) return undefined;
  return { updated_at, players_online, matches_running, servers, regions: known };
}

function tryParseRegion(value: JsonValue): LiveRegion | undefined {
  const { region, city, servers, players_online, matches_running } = tryJsonObject(value) ?? {};
  if (typeof region !== "string" || typeof city !== "string") return undefined;
  if (!isCount(players_online) || !isCount(matches_running) || !isCount(servers)) return undefined;
  return { region, city, servers, players_online, matches_running };
}

function isCount(value: JsonValue | undefined): value is number {
  return typeof value === "number" && Number.isInteger(value) && value >= 0;
}

// The same order everywhere, whatever the language of the machine.
function compare(left: string, right: string): number {
  return left < right ? -1 : left > right ? 1 : 0;
}
