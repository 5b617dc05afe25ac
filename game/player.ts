import type { Match } from "./match.ts";
import type { PlayerLink } from "./player_link.ts";
import type { Tank } from "./simulation/tank.ts";

/** Somebody who plays: a tank in a session, and the link to a client. */
export interface Player {
  /** As the client names itself; unique on this server. */
  readonly playerId: string;
  /** The account behind the player; undefined is a guest. */
  readonly accountId: string | undefined;
  /** The login that brought the client in last, which is out when that ends; undefined: none is known. */
  authSessionId: string | undefined;
  /** The match that the tank is in; its id is the session's. */
  readonly match: Match;
  /** From the pool, and back there when the player leaves. */
  readonly tank: Tank;
  /** Where states go; replaced when the player resumes from elsewhere. */
  link: PlayerLink;
  /** When the client was last heard, on the monotonic clock. */
  lastHeardMs: number;
  /** The tick of the newest snapshot that the client acknowledged. */
  ackedTick: number | undefined;
  /** Brings the client back into the seat, here or where the match goes on; undefined: it has none. */
  resumeToken: string | undefined;
}

/** A player who has acknowledged nothing and has no resume token yet. */
export function newPlayer(about: Omit<Player, "ackedTick" | "resumeToken">): Player {
  return { ...about, ackedTick: undefined, resumeToken: undefined };
}
