/**
 * For how long a server's word that it holds a player counts, in milliseconds: after that a server
 * which died without taking it back is sent no more commands.
 */
export const PLAYER_OWNER_TTL_MS = 60_000;

/** The key of the `KvStore` that holds the id of the server on which a player is. */
export function playerOwnerKey(playerId: string): string {
  return `player:${playerId}`;
}
