import { type JsonObject, type JsonValue, tryJsonObject } from "../json.ts";

/** The name under which the matchmaker serves `Rpc`. */
export const MATCHMAKING_RPC_SERVICE = "matchmaking";

/** The closed set of reasons for which a find brings no match, each with the HTTP status that fits. */
export const FIND_REFUSALS = {
  /** What was sent is no request, or asks for nothing that there is. */
  invalid_request: 400,
  unknown_mode: 400,
  party_too_large: 400,
  /** Nothing says who asks. */
  missing_token: 401,
  invalid_token: 401,
  /** The token is somebody else's. */
  user_mismatch: 401,
  /** No game server takes another match. */
  no_servers: 503,
  /** Something that the matchmaker needs cannot be reached. */
  unavailable: 503,
} as const;

/** One of the keys of {@linkcode FIND_REFUSALS}. */
export type FindRefusal = keyof typeof FIND_REFUSALS;

/** Where a player plays: the body of the HTTP reply. */
export interface FoundMatch extends JsonObject {
  /** The match to join. */
  readonly match_id: string;
  /** Where browsers connect. */
  readonly websocket_url: string;
  /** Where the game server takes datagrams. */
  readonly udp: { readonly host: string; readonly port: number };
  /** Lets its bearer into the match, once. */
  readonly token: string;
}

/** What the matchmaker answers over `Rpc`. */
export type FindReply =
  | { readonly ok: true; readonly found: FoundMatch }
  | { readonly ok: false; readonly code: FindRefusal; readonly message: string };

/** The value as a reply of the matchmaker's, or undefined where it is none. */
export function tryParseFindReply(value: JsonValue): FindReply | undefined {
  const reply = tryJsonObject(value);
  if (reply === undefined) return undefined;
  if (reply.ok === true) {
    const found = tryFoundMatch(reply.found);
    return found && { ok: true, found };
  }
  const { ok, code, message } = reply;
  if (ok !== false || !isFindRefusal(code) || typeof message !== "string") return undefined;
  return { ok, code, message };
}

function tryFoundMatch(value: JsonValue | undefined): FoundMatch | undefined {
  const found = tryJsonObject(value);
  const udp = tryJsonObject(found?.udp);
  const { match_id, websocket_url, token } = found ?? {};
  const { host, port } = udp ?? {};
  if (typeof match_id !== "string" || typeof websocket_url !== "string") return undefined;
  if (typeof host !== "string" || typeof port !== "number" || typeof token !== "string") {
    return undefined;
  }
  return { ...found, match_id, websocket_url, udp: { host, port }, token };
}

function isFindRefusal(code: JsonValue | undefined): code is FindRefusal {
  return typeof code === "string" && Object.hasOwn(FIND_REFUSALS, code);
}
