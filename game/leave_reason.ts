/** Why a session ended. */
export type SessionEndReason =
  | "empty"
  | "nobody_came"
  | "match_over"
  | "server_closed"
  | "fault"
  | "moved";

/** Why a player left a session. */
export type LeaveReason = "left" | "silent" | "disconnected" | "displaced" | SessionEndReason;
