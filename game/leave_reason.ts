/** Why a session ended. */
export type SessionEndReason =
  | "empty"
  | "nobody_came"
  | "match_over"
  | "server_closed"
  | "fault"
  | "moved";

/** Why players leave sessions; `kicked`: an operator has taken the player out, or the login was ended. */
export const LEAVE_REASONS = [
  "left",
  "silent",
  "disconnected",
  "displaced",
  "kicked",
  "empty",
  "nobody_came",
  "match_over",
  "server_closed",
  "fault",
  "moved",
] as const;

/** Why a player left a session. */
export type LeaveReason = typeof LEAVE_REASONS[number];
