import { type JsonObject, type JsonValue, tryJsonObject, tryParseJson } from "../../core/json.ts";
import type {
  FindRefusal,
  MatchPlace,
  SearchReport,
} from "../../core/protocol/matchmaking_messages.ts";
import { formatTraveller, readTraveller } from "../rooms/traveller_text.ts";
import { tryParsePlace } from "./match_place.ts";
import type { PartyClaim } from "./parties.ts";
import type { Traveller } from "./placement.ts";
import type { SearchMode, SearchModes } from "./search_modes.ts";

/** Who searches, for what, and from where. */
export interface SearchOrder {
  /** Who. */
  readonly accountId: string;
  /** The name to play under. */
  readonly playerId: string;
  /** What to play. */
  readonly mode: SearchMode;
  /** Where the client is. */
  readonly traveller: Traveller;
  /** Every member's account, the searcher's own first; that one alone where there is no party. */
  readonly members: readonly string[];
  /** Tells the party from another of the same members. */
  readonly partyId: string;
  /** Whether the place is to say what led to it. */
  readonly explain: boolean;
}

/** How a search stands. */
export type SearchState =
  /** For members of the party, or for opponents. */
  | { readonly kind: "waiting" }
  /** The match is there. */
  | { readonly kind: "found"; readonly place: MatchPlace }
  /** There will be none. */
  | { readonly kind: "failed"; readonly code: FindRefusal };

/** One account's search. */
export interface Search {
  /** Unguessable; by which the client asks for it. */
  readonly id: string;
  /** What is searched. */
  readonly order: SearchOrder;
  /** How good the account is. */
  readonly rating: number;
  /** When it began, in milliseconds since the Unix epoch: another matchmaker may go on with it. */
  readonly startedAtMs: number;
  /** How it stands. */
  state: SearchState;
  /** When the client last asked, in milliseconds since the Unix epoch. */
  askedAtMs: number;
  /** When it came to its end, in milliseconds since the Unix epoch; undefined while it waits. */
  endedAtMs: number | undefined;
}

/** What members of a party have to agree on. */
export function claimOf({ order }: Pick<Search, "order">): PartyClaim {
  return { partyId: order.partyId, mode: order.mode.name, members: order.members };
}

/** What a client is told of a search that has brought no match. */
export function reportOf(
  search: Search,
  now: { readonly nowMs: number; readonly accepted: number; readonly isStopped?: boolean },
): SearchReport {
  const { id, order, startedAtMs } = search;
  return {
    search_id: id,
    state: now.isStopped === true ? "stopped" : "waiting",
    game_mode: order.mode.name,
    waited_ms: Math.max(0, Math.round(now.nowMs - startedAtMs)),
    party_size: order.members.length,
    party_accepted: now.accepted,
  };
}

/** The search as it is kept for another matchmaker; without what only this one can use. */
export function encodeSearch({ id, order, rating, startedAtMs, state, endedAtMs }: Search): string {
  const { accountId, playerId, mode, traveller, members, partyId, explain } = order;
  return JSON.stringify(
    {
      id,
      account_id: accountId,
      player_id: playerId,
      mode: mode.name,
      ...formatTraveller(traveller),
      members,
      party_id: partyId,
      explain,
      rating,
      started_at_ms: startedAtMs,
      ended_at_ms: endedAtMs ?? null,
      place: state.kind === "found" ? state.place : null,
      code: state.kind === "failed" ? state.code : null,
    } satisfies JsonObject,
  );
}

/** What another matchmaker has kept; undefined where it is no search, or of a mode that is no more. */
export function tryParseSearch(
  text: string,
  { modes, nowMs }: { readonly modes: SearchModes; readonly nowMs: number },
): Search | undefined {
  const fields = tryJsonObject(tryParseJson(text));
  if (fields === undefined) return undefined;
  const { id, account_id: accountId, player_id: playerId, rating, explain } = fields;
  const { started_at_ms: startedAtMs, ended_at_ms: endedAtMs, party_id: partyId } = fields;
  const mode = typeof fields.mode === "string" ? modes.get(fields.mode) : undefined;
  const members = tryTexts(fields.members);
  if (typeof id !== "string" || typeof accountId !== "string" || members === undefined) {
    return undefined;
  }
  if (typeof playerId !== "string" || typeof partyId !== "string" || mode === undefined) {
    return undefined;
  }
  if (typeof rating !== "number" || typeof startedAtMs !== "number") return undefined;
  // How one ended that brought no match is no news any more: its client has been told or has gone.
  if (fields.code !== null) return undefined;
  const place = tryParsePlace(fields.place);
  return {
    id,
    order: {
      accountId,
      playerId,
      mode,
      traveller: readTraveller(fields),
      members,
      partyId,
      explain: explain === true,
    },
    rating,
    startedAtMs,
    state: place === undefined ? { kind: "waiting" } : { kind: "found", place },
    askedAtMs: nowMs,
    endedAtMs: typeof endedAtMs === "number" ? endedAtMs : undefined,
  };
}

function tryTexts(value: JsonValue | undefined): readonly string[] | undefined {
  if (!Array.isArray(value) || value.length === 0) return undefined;
  const texts = value.filter((text) => typeof text === "string");
  return texts.length === value.length ? texts : undefined;
}
