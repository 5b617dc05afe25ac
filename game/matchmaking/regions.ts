import { tryJsonObject, tryParseJson } from "../../core/json.ts";
import type { Position } from "./geo.ts";

/** Where regions are, by the code that servers and clients name them by. */
export type Regions = ReadonlyMap<string, Position>;

/** Regions at most. */
const REGIONS_MAX = 1_000;
const CODE_LENGTH_MAX = 128;

/** Where a region is that nobody has said otherwise about: ISO 3166-2 codes of large data centres. */
export const DEFAULT_REGIONS: Regions = new Map([
  ["RU-MOW", { latitude: 55.76, longitude: 37.62 }],
  ["RU-SPE", { latitude: 59.94, longitude: 30.31 }],
  ["RU-SVE", { latitude: 56.84, longitude: 60.61 }],
  ["RU-NVS", { latitude: 55.03, longitude: 82.92 }],
  ["RU-KYA", { latitude: 56.01, longitude: 92.87 }],
  ["RU-KHA", { latitude: 48.48, longitude: 135.08 }],
  ["RU-PRI", { latitude: 43.12, longitude: 131.89 }],
  ["KZ-ALA", { latitude: 43.24, longitude: 76.89 }],
  ["FI-18", { latitude: 60.17, longitude: 24.94 }],
  ["DE-HE", { latitude: 50.11, longitude: 8.68 }],
  ["NL-NH", { latitude: 52.37, longitude: 4.9 }],
  ["GB-LND", { latitude: 51.51, longitude: -0.13 }],
  ["US-VA", { latitude: 39.04, longitude: -77.49 }],
  ["US-CA", { latitude: 37.35, longitude: -121.96 }],
  ["SG-01", { latitude: 1.35, longitude: 103.82 }],
  ["JP-13", { latitude: 35.68, longitude: 139.69 }],
]);

/**
 * Reads `{"RU-SPE":[59.94,30.31],…}`, latitude before longitude, beside the regions that are known
 * anyway. Undefined where the text is no such object.
 */
export function tryParseRegions(text: string): Regions | undefined {
  const fields = tryJsonObject(tryParseJson(text));
  if (fields === undefined) return undefined;
  const regions = new Map(DEFAULT_REGIONS);
  for (const [code, value] of Object.entries(fields)) {
    if (!Array.isArray(value) || value.length !== 2) return undefined;
    const [latitude, longitude] = value;
    if (!isWithin(latitude, 90) || !isWithin(longitude, 180)) return undefined;
    if (code === "" || code.length > CODE_LENGTH_MAX) return undefined;
    regions.set(code, { latitude, longitude });
  }
  return regions.size <= REGIONS_MAX ? regions : undefined;
}

function isWithin(value: unknown, max: number): value is number {
  return typeof value === "number" && Math.abs(value) <= max;
}
