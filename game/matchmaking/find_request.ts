import type { JsonObject, JsonValue } from "../../core/json.ts";
import { tryJsonObject } from "../../core/json.ts";
import type { FindRefused } from "../../core/protocol/matchmaking_messages.ts";
import type { SearchMode, SearchModes } from "./search_modes.ts";

/** What a player asks for. */
export interface FindRequest {
  /** The account that says it asks; the token has to show it. */
  readonly userId: string;
  /** What to play. */
  readonly mode: SearchMode;
  /** An access token. */
  readonly token: string;
  /** Measured pings in milliseconds by region. */
  readonly pings: ReadonlyMap<string, number>;
  /** Whether the reply is to say what led to it. */
  readonly explain: boolean;
  /** Where the client says that it is; undefined where it says nothing. */
  readonly region: string | undefined;
  /** The other members of the party, each once; each has to ask for the same party. */
  readonly party: readonly string[];
  /** Tells the party from another of the same members; may be empty. */
  readonly partyId: string;
}

/** A request, or the refusal that answers it. */
export type ParsedFind =
  | { readonly ok: true; readonly request: FindRequest }
  | FindRefused;

const ID_LENGTH_MAX = 128;
const TOKEN_LENGTH_MAX = 4_096;
const PINGS_MAX = 64;
const PING_MS_MAX = 60_000;
const PARTY_MAX = 100;

/**
 * Reads a request to find a match. Unknown fields are ignored.
 *
 * @param options `modes`: what can be asked for
 */
export function parseFindRequest(
  fields: JsonObject,
  { modes }: { readonly modes: SearchModes },
): ParsedFind {
  const { user_id: userId, game_mode: modeName, explain = false } = fields;
  const token = fields.jwt_token;
  if (token === undefined) {
    return { ok: false, code: "missing_token", message: "No token in jwt_token or header" };
  }
  if (!isText(token, TOKEN_LENGTH_MAX)) return invalid("jwt_token");
  if (!isText(userId, ID_LENGTH_MAX)) return invalid("user_id");
  if (typeof modeName !== "string") return invalid("game_mode");
  if (typeof explain !== "boolean") return invalid("explain");
  const mode = modes.get(modeName);
  if (mode === undefined) return { ok: false, code: "unknown_mode", message: "Unknown game_mode" };
  const pings = tryPings(fields.pings);
  if (pings === undefined) return invalid("pings");
  const { region, party_id: partyId = "" } = fields;
  if (region !== undefined && !isText(region, ID_LENGTH_MAX)) return invalid("region");
  if (typeof partyId !== "string" || partyId.length > ID_LENGTH_MAX) return invalid("party_id");
  const party = tryParty(fields.party, userId);
  if (party === undefined) return invalid("party");
  if (1 + party.length > mode.teamSize) {
    const message = `A party of this mode has ${mode.teamSize} members at most`;
    return { ok: false, code: "party_too_large", message };
  }
  return { ok: true, request: { userId, mode, token, pings, region, explain, party, partyId } };
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
