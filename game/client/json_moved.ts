import { type JsonObject, tryJsonObject } from "../../core/json.ts";
import type { MovedTo } from "./client_event.ts";

/** Where a `match_moved` message says that the match goes on; undefined where it says nothing of use. */
export function tryReadMoved(message: JsonObject): MovedTo | undefined {
  const { match_id: matchId, token } = message;
  const { host, port } = tryJsonObject(message.udp) ?? {};
  const isMoved = typeof matchId === "string" && matchId !== "" && typeof host === "string" &&
    typeof port === "number" && Number.isInteger(port) && port >= 1 && port <= 65_535;
  if (!isMoved) return undefined;
  return { host, port, matchId, token: typeof token === "string" ? token : undefined };
}
