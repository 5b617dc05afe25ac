import { type JsonObject, tryJsonObject } from "../../core/json.ts";

/** Where a match goes on. */
export interface MatchMove {
  /** The match. */
  readonly matchId: string;
  /** The other server. */
  readonly host: string;
  /** Its port for datagrams. */
  readonly port: number;
  /** What brings the player back into it; undefined: its account has to do, and a guest has none. */
  readonly token: string | undefined;
}

/** Where a `match_moved` message says that the match goes on; undefined where it says nothing of use. */
export function tryReadMove(message: JsonObject): MatchMove | undefined {
  const { match_id: matchId, token } = message;
  const { host, port } = tryJsonObject(message.udp) ?? {};
  const isMove = typeof matchId === "string" && typeof host === "string" &&
    typeof port === "number";
  if (!isMove) return undefined;
  return { matchId, host, port, token: typeof token === "string" ? token : undefined };
}
