import { unreachable } from "../../core/unreachable.ts";
import type { EndReason } from "../../game/client/client_state.ts";

/** Why a player's round went wrong: a closed set. */
export const ERROR_REASONS = [
  /** No connection to auth, game server or gateway. */
  "connect_failed",
  /** A request got no reply in time, or the connection broke before it came. */
  "no_reply",
  /** A reply that says nothing that can be used. */
  "bad_reply",
  /** Auth said no to a new account. */
  "register_refused",
  /** Auth said no to a login. */
  "login_refused",
  /** A rate limit or a throttle. */
  "rate_limited",
  /** A service said that it is busy, or that one behind it is. */
  "busy",
  /** The matchmaker said no. */
  "find_refused",
  /** The matchmaker had no game server. */
  "no_servers",
  /** A search brought no match. */
  "no_match",
  /** The match is not on this machine, and that was not allowed. */
  "remote_refused",
  /** Nobody answered a join. */
  "join_no_answer",
  /** A game server said no to a join. */
  "join_refused",
  /** It had no tank, or no match of that name any more. */
  "join_no_tank",
  /** A match was lost: the server fell silent, and the tank was not to be had again. */
  "connection_lost",
  /** The stream of a match broke. */
  "connection_closed",
  /** The gateway found the match nowhere. */
  "match_lost",
  /** The server stopped. */
  "server_stopping",
  /** The server ended a player that had done nothing wrong. */
  "thrown_out",
  /** The server sent what is no part of the protocol. */
  "protocol_error",
  /** Nobody answered a leave. */
  "leave_no_answer",
  /** Something that was still under way when the time for an orderly end was over. */
  "cut_off",
  /** A fault of the load generator's own. */
  "own_fault",
] as const;

/** One of {@linkcode ERROR_REASONS}. */
export type ErrorReason = typeof ERROR_REASONS[number];

/** How a match can end for a player: as the client has it, or because the gateway lost it. */
export type MatchEnd = EndReason | "match_lost";

/** The error that an end is; undefined where all is well. `hasPlayed`: the join had succeeded before. */
export function errorOfEnd(
  end: MatchEnd,
  { hasPlayed, isLeaving }: { readonly hasPlayed: boolean; readonly isLeaving: boolean },
): ErrorReason | undefined {
  switch (end) {
    case "asked":
    case "match_over":
    case "moved":
      return undefined;
    case "idle":
    case "superseded":
    case "kicked":
      return "thrown_out";
    case "server_stopping":
    case "connection_lost":
    case "match_lost":
    case "protocol_error":
      return end;
    case "no_answer":
      return isLeaving ? "leave_no_answer" : "join_no_answer";
    case "closed":
      return "connection_closed";
    case "no_tanks_available":
    case "no_such_match":
      return "join_no_tank";
    case "server_busy":
      return "busy";
    case "rate_limited":
      return "rate_limited";
    case "resume_expired":
      return hasPlayed ? "connection_lost" : "join_refused";
    case "unsupported_version":
    case "challenge_expired":
    case "authentication_required":
    case "no_such_mode":
    case "player_id_taken":
    case "bad_key":
      return "join_refused";
    default:
      return unreachable(end);
  }
}
