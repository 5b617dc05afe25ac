import type { JsonValue } from "../../core/json.ts";
import { unreachable } from "../../core/unreachable.ts";
import type { MessageRefusal } from "./json_message.ts";

/** Why somebody was given no tank. */
export type JoinRefusal =
  | "no_tanks"
  | "authentication_required"
  | "unknown_mode"
  | "foreign_name"
  | "match_not_found"
  | "match_full"
  | "draining"
  | "overloaded";

const JOIN_REFUSAL_TEXTS: Readonly<Record<JoinRefusal, string>> = {
  no_tanks: "No tanks available",
  authentication_required: "Authentication required",
  unknown_mode: "Unknown mode",
  foreign_name: "player_id is not that of the token",
  match_not_found: "Match not found",
  match_full: "Match is full",
  draining: "Server is shutting down",
  overloaded: "Server is overloaded",
};

/** A tank was found; `initialState` is a JSON object, put in as it is. */
export function joinedReply(sessionId: string, tankId: string, initialState: string): string {
  return `{"status":"joined","session_id":${JSON.stringify(sessionId)},` +
    `"tank_id":${JSON.stringify(tankId)},"initial_state":${initialState}}`;
}

/** The player plays already. */
export function alreadyInSessionReply(sessionId: string): string {
  return JSON.stringify({ status: "already_in_session", session_id: sessionId });
}

/** A refusal in words. */
export function joinRefusalText(refusal: JoinRefusal): string {
  return JOIN_REFUSAL_TEXTS[refusal];
}

/** No tank for the player. */
export function joinFailedReply(refusal: JoinRefusal): string {
  return JSON.stringify({
    status: "join_failed",
    reason: joinRefusalText(refusal),
  });
}

/** Asks the sender to say it again with what only the owner of the address receives. */
export function challengeReply(challenge: string): string {
  return JSON.stringify({ status: "challenge", challenge });
}

/** The answer to a ping; `tick` is null outside a match. */
export function pongReply(t: JsonValue, tick: number | null): string {
  return JSON.stringify({ status: "pong", t, tick });
}

/** The player has left. */
export const LEFT_GAME_REPLY: string = JSON.stringify({
  status: "left_game",
  message: "You have left the game.",
});

/** The player was not there to leave. */
export const NOT_IN_GAME_REPLY: string = JSON.stringify({
  status: "not_in_game",
  message: "You are not currently in a game.",
});

/** The bytes were not UTF-8. */
export const INVALID_ENCODING_REPLY: string = errorReply(
  "Invalid character encoding. UTF-8 expected.",
  "invalid_encoding",
);

/** A line was longer than it may be. */
export const MESSAGE_TOO_LONG_REPLY: string = errorReply("Message too long", "message_too_long");

/** What a refused message is answered with; undefined where PROTOCOL says nothing is. */
export function refusalReply(refusal: MessageRefusal): string | undefined {
  switch (refusal.reason) {
    case "empty":
    case "player_id_missing":
      return undefined;
    case "invalid_json":
      return errorReply("Invalid JSON format", "invalid_json");
    case "unknown_action":
      return errorReply("Unknown action", "unknown_action");
    case "invalid_field":
      return errorReply(`Invalid ${refusal.field}`, "invalid_field");
    default:
      return unreachable(refusal);
  }
}

/** A fault of ours; `errorType` is the error's class and nothing more. */
export function internalErrorReply(errorType: string): string {
  return errorReply(`Internal server error: ${errorType}`, "internal_error");
}

/** The end of a match; `winner` 0 is a draw. */
export function matchOverMessage(over: {
  readonly matchId: string;
  readonly winner: number;
  readonly scores: Readonly<Record<string, number>>;
}): string {
  const { winner, scores, matchId } = over;
  return JSON.stringify({ type: "match_over", winner: winner || null, scores, match_id: matchId });
}

/** Why an operator's decision ends a match for a player, in words. */
export const KICKED_TEXT = "An operator has taken you out of the match.";

/** An operator has taken the player out of the match. */
export function kickedMessage(matchId: string): string {
  return JSON.stringify({ type: "kicked", match_id: matchId, message: KICKED_TEXT });
}

/** The match goes on at another server; the token, if there is one, brings the player back into it. */
export function matchMovedMessage(move: {
  readonly matchId: string;
  readonly host: string;
  readonly port: number;
  readonly token: string | undefined;
}): string {
  const { matchId, host, port, token } = move;
  return JSON.stringify({ type: "match_moved", match_id: matchId, udp: { host, port }, token });
}

function errorReply(message: string, code: string): string {
  return JSON.stringify({ status: "error", message, code });
}
