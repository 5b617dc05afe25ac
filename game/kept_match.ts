import type { GameSession } from "./game_session.ts";
import type { MatchLease } from "./match_lease.ts";

/** A match of this server as its keeper sees it. */
export interface KeptMatch {
  /** Whose match it is. */
  readonly session: GameSession;
  /** Its lease in the store. */
  readonly lease: MatchLease;
  /** Somebody was told of an offer, and may take the match for as long as the lease says so. */
  isOffered: boolean;
  /** Until when the lease is relied on, on the monotonic clock. */
  untilMs: number;
  /** It may be another server's. */
  isInDoubt: boolean;
  /** It is being handed over. */
  isHeld: boolean;
  /** It is not stepped: it is in doubt or held, or was just now. */
  isPaused: boolean;
  /** The renewal in hand. */
  busy: Promise<void> | undefined;
  /** The match is over, and that is being written down. */
  isEnding: boolean;
  /** When it is to be renewed, on the monotonic clock. */
  dueMs: number;
  /** When it was renewed last, likewise. */
  keptMs: number;
  /** The tick of the newest checkpoint. */
  savedTick: number;
  /** What must not be lost has changed since. */
  isDirty: boolean;
}
