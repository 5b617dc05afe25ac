import type { GameSession } from "./game_session.ts";
import type { JoinRequest } from "./join_request.ts";
import type { LeaveReason } from "./leave_reason.ts";
import type { Player } from "./player.ts";
import { DEFAULT_MODE_NAME } from "./simulation/rules.ts";
import type { JoinRefusal } from "./wire/json_reply.ts";

/** Where somebody may be seated, or why nowhere. */
export type Placed =
  | { readonly ok: true; readonly session: GameSession }
  | { readonly ok: false; readonly refusal: JoinRefusal };

/** Why who is there under this name has to go before the request can be met; undefined: need not. */
export function departureOf(
  present: Player,
  request: JoinRequest,
  sessions: ReadonlyMap<string, GameSession>,
): LeaveReason | undefined {
  const { accountId, matchId, link } = request;
  if (accountId === undefined) return undefined;
  // A guest under the name of the account that comes now: names are the accounts' own.
  const isGuest = present.accountId === undefined && present.link.address !== link.address;
  if (isGuest) return "displaced";
  if (accountId !== present.accountId || matchId === undefined) return undefined;
  // The account has found another match since.
  const isElsewhere = matchId !== present.match.id &&
    sessions.get(matchId)?.admits(request) === true;
  return isElsewhere ? "left" : undefined;
}

/**
 * Where there is a place for the request once whoever is `leaving` has left; undefined: in none of the sessions,
 * so that one would have to be made.
 */
export function findPlace(
  sessions: ReadonlyMap<string, GameSession>,
  request: JoinRequest,
  leaving: Player | undefined,
): Placed | undefined {
  const { matchId, mode = DEFAULT_MODE_NAME } = request;
  if (matchId !== undefined) return placeIn(sessions.get(matchId), request, leaving);
  for (const session of sessions.values()) {
    // Whoever a match is kept for is meant to be there, whatever mode the request names.
    const isWanted = session.isReserved || session.match.mode === mode;
    const isOpen = isWanted && session.admits(request) && hasRoom(session, leaving);
    if (isOpen) return { ok: true, session };
  }
  return undefined;
}

function placeIn(
  session: GameSession | undefined,
  request: JoinRequest,
  leaving: Player | undefined,
): Placed {
  if (session?.admits(request) !== true) return { ok: false, refusal: "match_not_found" };
  return hasRoom(session, leaving) ? { ok: true, session } : { ok: false, refusal: "match_full" };
}

function hasRoom({ match }: GameSession, leaving: Player | undefined): boolean {
  return !match.isOver && (match.freeSlots > 0 || match === leaving?.match);
}
