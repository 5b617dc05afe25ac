/**
 * How long a match's owner is remembered without being written again, in milliseconds: longer than
 * the longest match, which is an hour.
 */
export const MATCH_OWNER_TTL_MS = 65 * 60_000;

/** The key of the `KvStore` that holds the id of the server on which a match runs. */
export function matchOwnerKey(matchId: string): string {
  return `match:${matchId}`;
}
