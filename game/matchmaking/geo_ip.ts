import { type CityResponse, open, type Reader, validate } from "maxmind";
import type { Position } from "./geo.ts";

/** Says where addresses are. */
export interface GeoIp {
  /** Where the address is, as far as the database knows; undefined for one that it does not. */
  find(ip: string): Position | undefined;
}

/** Knows no address: without a database. */
export const NO_GEO_IP: GeoIp = { find: () => undefined };

/**
 * Opens a MaxMind database (`.mmdb`) that holds locations, such as GeoLite2-City, wholly in memory.
 *
 * @throws Error when the file cannot be read or is no such database
 */
export async function openGeoIp(path: string): Promise<GeoIp> {
  try {
    const reader = await open<CityResponse>(path);
    return { find: (ip) => findPosition(reader, ip) };
  } catch (error) {
    throw new Error(`Cannot open the GeoIP database ${path}`, { cause: error });
  }
}

function findPosition(reader: Reader<CityResponse>, ip: string): Position | undefined {
  // A host name may stand where a server's address does.
  if (!validate(ip)) return undefined;
  const location = reader.get(ip)?.location;
  if (location === undefined) return undefined;
  const { latitude, longitude } = location;
  return Number.isFinite(latitude) && Number.isFinite(longitude)
    ? { latitude, longitude }
    : undefined;
}
