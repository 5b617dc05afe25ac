/** Why a search ended without a match. */
export const SEARCH_ENDS = [
  /** Its account stopped it, or asked for something else. */
  "stopped",
  /** Its client asked no more. */
  "abandoned",
  /** Nobody fitting came in time. */
  "no_opponents",
  /** Not every member of the party asked for it in time. */
  "party_incomplete",
  /** No game server took the match. */
  "no_servers",
] as const;

/** One of {@linkcode SEARCH_ENDS}. */
export type SearchEnd = typeof SEARCH_ENDS[number];
