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
  /** There is no such search, or it is another account's. */
  unknown_search: 404,
  /** Nobody fitting came in the time that the mode allows. */
  no_opponents: 410,
  /** Not everybody who was named as the party asked for the same party in time. */
  party_incomplete: 410,
  /** No game server takes another match. */
  no_servers: 503,
  /** Something that the matchmaker needs cannot be reached. */
  unavailable: 503,
} as const;

/** One of the keys of {@linkcode FIND_REFUSALS}. */
export type FindRefusal = keyof typeof FIND_REFUSALS;

/** Where a match is. */
export interface MatchPlace extends JsonObject {
  /** The match to join. */
  readonly match_id: string;
  /** Where browsers connect. */
  readonly websocket_url: string;
  /** Where the game server takes datagrams. */
  readonly udp: { readonly host: string; readonly port: number };
}

/** Where a player plays: the body of the HTTP reply. */
export interface FoundMatch extends MatchPlace {
  /** Lets its bearer into the match, once. */
  readonly token: string;
}

/** How a search stands that has brought no match: the body of the HTTP reply. */
export interface SearchReport extends JsonObject {
  /** By which it is asked for and stopped. */
  readonly search_id: string;
  /** `stopped`: its account has stopped it. */
  readonly state: "waiting" | "stopped";
  /** What is searched for. */
  readonly game_mode: string;
  /** For how long, in milliseconds. */
  readonly waited_ms: number;
  /** Members of the party, the account itself among them; 1 for who is alone. */
  readonly party_size: number;
  /** How many of them have asked for this party. */
  readonly party_accepted: number;
}

/** What the matchmaker answers over `Rpc`. */
export type FindReply =
  | { readonly ok: true; readonly found: FoundMatch }
  | { readonly ok: true; readonly search: SearchReport }
  | FindRefused;

/** An answer that brings neither a match nor a search. */
export interface FindRefused {
  /** It does not. */
  readonly ok: false;
  /** Why, for programs. */
  readonly code: FindRefusal;
  /** Why, for people. */
  readonly message: string;
}

/** The status and body of the HTTP reply that says what `reply` says. */
export function findResponseOf(
  reply: Exclude<FindReply, FindRefused>,
): { readonly status: 200 | 202; readonly body: JsonObject } {
  if ("found" in reply) return { status: 200, body: reply.found };
  return { status: reply.search.state === "waiting" ? 202 : 200, body: reply.search };
}

/** What `Rpc` takes as `method`, each with the fields of the HTTP request that it stands for. */
export const MATCHMAKING_METHODS = [
  /** `POST /matchmaking/find`: the fields of its body, and `ip`, the client's address. */
  "find",
  /** `GET /matchmaking/search/{id}`: `search_id` and `jwt_token`. */
  "search",
  /** `DELETE /matchmaking/search/{id}`: `search_id` and `jwt_token`. */
  "stop_search",
] as const;

/** One of {@linkcode MATCHMAKING_METHODS}. */
export type MatchmakingMethod = typeof MATCHMAKING_METHODS[number];

/** The value as a reply of the matchmaker's, or undefined where it is none. */
export function tryParseFindReply(value: JsonValue): FindReply | undefined {
  const reply = tryJsonObject(value);
  if (reply === undefined) return undefined;
  if (reply.ok === true) {
    if (reply.search !== undefined) {
      const search = trySearchReport(reply.search);
      return search && { ok: true, search };
    }
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

function trySearchReport(value: JsonValue): SearchReport | undefined {
  const { search_id, state, game_mode, waited_ms, party_size, party_accepted } =
    tryJsonObject(value) ?? {};
  if (typeof search_id !== "string" || typeof game_mode !== "string") return undefined;
  if (state !== "waiting" && state !== "stopped") return undefined;
  if (typeof waited_ms !== "number" || typeof party_size !== "number") return undefined;
  if (typeof party_accepted !== "number") return undefined;
  return { search_id, state, game_mode, waited_ms, party_size, party_accepted };
}

function isFindRefusal(code: JsonValue | undefined): code is FindRefusal {
  return typeof code === "string" && Object.hasOwn(FIND_REFUSALS, code);
}
