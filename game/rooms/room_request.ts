import { type JsonObject, tryJsonObject } from "../../core/json.ts";

/** What a client says of where it is. */
export interface RoomClientPlace {
  /** Its address, as the service that asks for it has seen it. */
  readonly ip: string | undefined;
  /** The region that it names. */
  readonly region: string | undefined;
  /** What it measured, in milliseconds by region. */
  readonly pings: ReadonlyMap<string, number>;
}

const IP_LENGTH_MAX = 64;
const REGION_LENGTH_MAX = 128;
/** Fewer than a search takes: each change of a room writes those of all of its members. */
const PINGS_MAX = 16;
const PING_MS_MAX = 60_000;

/** Reads `ip`, `region` and `pings`; undefined where one of them cannot be that. */
export function tryClientPlace(fields: JsonObject): RoomClientPlace | undefined {
  const { ip, region } = fields;
  if (region !== undefined && !isText(region, REGION_LENGTH_MAX)) return undefined;
  const pings = new Map<string, number>();
  const measured = fields.pings === undefined ? {} : tryJsonObject(fields.pings);
  for (const [name, pingMs] of Object.entries(measured ?? { "": null })) {
    const isPing = typeof pingMs === "number" && pingMs >= 0 && pingMs <= PING_MS_MAX;
    if (!isPing || !isText(name, REGION_LENGTH_MAX)) return undefined;
    pings.set(name, pingMs);
  }
  if (pings.size > PINGS_MAX) return undefined;
  return { ip: isText(ip, IP_LENGTH_MAX) ? ip : undefined, region, pings };
}

function isText(value: unknown, lengthMax: number): value is string {
  return typeof value === "string" && value.length > 0 && value.length <= lengthMax;
}
