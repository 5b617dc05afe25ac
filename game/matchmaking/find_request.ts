import type { JsonObject, JsonValue } from "../../core/json.ts";
import { tryJsonObject } from "../../core/json.ts";
import type { FindReply } from "../../core/protocol/matchmaking_messages.ts";
import { type GameMode, tryMode } from "../simulation/rules.ts";

/** What a player asks for. */
export interface FindRequest {
  /** The account that says it asks; the token has to show it. */
  readonly userId: string;
  /** What to play. */
  readonly mode: GameMode;
  /** An access token. */
  readonly token: string;
  /** Measured pings in milliseconds by region. */
  readonly pings: ReadonlyMap<string, number>;
  /** Whether the reply is to say what led to it. */
  readonly explain: boolean;
  /** Other accounts who are to get a place in the same match, each once. */
  readonly party: readonly string[];
}

/** A request, or the refusal that answers it. */
export type ParsedFind =
  | { readonly ok: true; readonly request: FindRequest }
  | Extract<FindReply, { readonly ok: false }>;

const ID_LENGTH_MAX = 128;
const TOKEN_LENGTH_MAX = 4_096;
const PINGS_MAX = 64;
const PING_MS_MAX = 60_000;
const PARTY_MAX = 100;

/** How many players fit into a match of a mode; where bots have a team of their own, beside them. */
export function placesOf({ rules }: GameMode): number {
  const { tanksMax, teamCount, botTeam = 0 } = rules;
  return botTeam === 0 ? tanksMax : tanksMax - Math.floor(tanksMax / teamCount);
}

/**
 * Reads a request to find a match. Unknown fields are ignored.
 *
 * @param bearerToken the token of the header, which stands in for one in the body
 */
export function parseFindRequest(fields: JsonObject, bearerToken?: string): ParsedFind {
  const { user_id: userId, game_mode: modeName, explain = false } = fields;
  const token = fields.jwt_token ?? bearerToken;
  if (token === undefined) {
    return { ok: false, code: "missing_token", message: "No token in jwt_token or header" };
  }
  if (!isText(token, TOKEN_LENGTH_MAX)) return invalid("jwt_token");
  if (!isText(userId, ID_LENGTH_MAX)) return invalid("user_id");
  if (typeof modeName !== "string") return invalid("game_mode");
  if (typeof explain !== "boolean") return invalid("explain");
  const mode = tryMode(modeName);
  if (mode === undefined) return { ok: false, code: "unknown_mode", message: "Unknown game_mode" };
  const pings = tryPings(fields.pings);
  if (pings === undefined) return invalid("pings");
  const party = tryParty(fields.party, userId);
  if (party === undefined) return invalid("party");
  if (1 + party.length > placesOf(mode)) {
    const message = `A match of this mode has ${placesOf(mode)} places`;
    return { ok: false, code: "party_too_large", message };
  }
  return { ok: true, request: { userId, mode, token, pings, explain, party } };
}

function tryPings(value: JsonValue | undefined): ReadonlyMap<string, number> | undefined {
  if (value === undefined) return new Map();
  const fields = tryJsonObject(value);
  if (fields === undefined) return undefined;
  const pings = new Map<string, number>();
  for (const [region, pingMs] of Object.entries(fields)) {
    const isPing = typeof pingMs === "number" && pingMs >= 0 && pingMs <= PING_MS_MAX;
    if (!isPing || !isText(region, ID_LENGTH_MAX)) return undefined;
    pings.set(region, pingMs);
  }
  return pings.size <= PINGS_MAX ? pings : undefined;
}

function tryParty(
  value: JsonValue | undefined,
  userId: string,
): readonly string[] | undefined {
  if (value === undefined) return [];
  if (!Array.isArray(value) || value.length > PARTY_MAX) return undefined;
  const others = new Set<string>();
  for (const accountId of value) {
    if (!isText(accountId, ID_LENGTH_MAX)) return undefined;
    if (accountId !== userId) others.add(accountId);
  }
  return [...others];
}

function isText(value: JsonValue | undefined, lengthMax: number): value is string {
  return typeof value === "string" && value.length > 0 && value.length <= lengthMax;
}

function invalid(field: string): ParsedFind {
  return { ok: false, code: "invalid_request", message: `Invalid ${field}` };
}
