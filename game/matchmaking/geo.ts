/** A place on the Earth, in degrees; north and east are positive. */
export interface Position {
  /** -90..90. */
  readonly latitude: number;
  /** -180..180. */
  readonly longitude: number;
}

const EARTH_RADIUS_KM = 6_371;
/**
 * Light in fibre takes 1 ms there and back for 100 km; cables are half as long again as the great
 * circle, which is also what RIPE Atlas measures on the average between well-connected networks.
 */
const PING_MS_PER_KM = 0.015;
/** The way from a home to its provider and back. */
const PING_MS_MIN = 5;

/** The length of the great circle between two places, in kilometres (haversine formula). */
export function distanceKm(a: Position, b: Position): number {
  const latitudeA = radians(a.latitude);
  const latitudeB = radians(b.latitude);
  const sinLatitude = Math.sin((latitudeB - latitudeA) / 2);
  const sinLongitude = Math.sin(radians(b.longitude - a.longitude) / 2);
  const chord = sinLatitude ** 2 + Math.cos(latitudeA) * Math.cos(latitudeB) * sinLongitude ** 2;
  return 2 * EARTH_RADIUS_KM * Math.asin(Math.min(1, Math.sqrt(chord)));
}

/** What a ping between two places is likely to be, in milliseconds. */
export function estimatePingMs(a: Position, b: Position): number {
  return PING_MS_MIN + PING_MS_PER_KM * distanceKm(a, b);
}

function radians(degrees: number): number {
  return degrees * Math.PI / 180;
}
