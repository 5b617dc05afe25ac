import { type JsonObject, tryJsonObject } from "../../core/json.ts";
import type { RoomTraveller } from "./room.ts";

/** Where somebody is, as fields that {@linkcode readTraveller} reads; without `position` where that is not known. */
export function formatTraveller({ pings, position }: RoomTraveller): JsonObject {
  return {
    pings: Object.fromEntries(pings),
    ...(position && { position: [position.latitude, position.longitude] }),
  };
}

/** Where somebody is, as far as the fields say so. Never throws. */
export function readTraveller(fields: JsonObject): RoomTraveller {
  const pings = Object.entries(tryJsonObject(fields.pings) ?? {});
  const [latitude, longitude] = Array.isArray(fields.position) ? fields.position : [];
  const isPlace = typeof latitude === "number" && typeof longitude === "number";
  return {
    pings: new Map(pings.flatMap(([region, ms]) => typeof ms === "number" ? [[region, ms]] : [])),
    ...(isPlace && { position: { latitude, longitude } }),
  };
}
