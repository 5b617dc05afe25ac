import type { GameSession } from "./game_session.ts";
import type { SessionEndReason } from "./leave_reason.ts";

/** Told of the sessions of a server. Never throws, never waits. */
export interface SessionWatch {
  /** A session is there from now on: new, or from another server's checkpoint. */
  opened(session: GameSession): void;
  /** What must not be lost has changed: who plays, how they come back, or a score. */
  changed?(session: GameSession): void;
  /**
   * A player is about to leave, or the session to end because nobody is in it: the last moment to see that the
   * match may be another server's.
   */
  leaving?(session: { readonly id: string }): void;
  /** A session is gone, and its players with it. */
  closed(session: GameSession, reason: SessionEndReason): void;
}
