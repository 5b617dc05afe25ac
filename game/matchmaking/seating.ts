import type { ServerStatus } from "../../core/protocol/server_status.ts";
import type { GameMode } from "../simulation/rules.ts";
import { placesOf } from "./find_request.ts";
import type { PlaceKind } from "./matchmaker_metrics.ts";
import type { OpenMatch, OpenMatches } from "./open_matches.ts";
import { placeMatch, type PlacementTerms } from "./placement.ts";
import type { ServerRegistry } from "./registry.ts";
import type { Reservation, Reservations, Reserved } from "./reservations.ts";

/** Who wants to play. */
export interface SeatingRequest {
  /** Who asks. */
  readonly accountId: string;
  /** What to play. */
  readonly mode: GameMode;
  /** Measured pings in milliseconds by region. */
  readonly pings: ReadonlyMap<string, number>;
  /** Others who are to get a place in the same match. */
  readonly party: readonly string[];
}

/** A place that is promised and that the game server has yet to confirm. */
export interface Seat {
  /** In which kind of match. */
  readonly kind: PlaceKind;
  /** The match. */
  readonly match: OpenMatch;
  /** The server on which it is. */
  readonly status: ServerStatus;
  /** What is promised on the server for it. */
  readonly reservation: Reservation;
  /** What each server would have cost. */
  readonly terms: readonly PlacementTerms[];
}

/** What seating works with. */
export interface SeatingOptions {
  /** The servers that are there. */
  readonly registry: ServerRegistry;
  /** The matches that take more players. */
  readonly matches: OpenMatches;
  /** What is promised on the servers. */
  readonly reservations: Reservations;
  /** 0 <= n < 1. */
  readonly random: () => number;
  /** Gives a unique id for each new match. */
  readonly newId: () => string;
}

/** A new match nearer by this much is better than one that others wait in, in milliseconds. */
export const JOIN_PING_EXTRA_MS_MAX = 40;

/**
 * Finds a player a place, and promises it, in one step that nothing can come between: in the match that
 * the account has a place in, else in an open one that is near enough, else in a new one on the best
 * server. Undefined where there is none.
 *
 * @param excluded servers that have just refused
 */
export function seatPlayer(
  request: SeatingRequest,
  excluded: ReadonlySet<string>,
  options: SeatingOptions,
): Seat | undefined {
  const { registry, matches, reservations, random, newId } = options;
  const { accountId, mode, pings, party } = request;
  const candidates = registry.alive()
    .filter(({ serverId }) => !excluded.has(serverId))
    .map((status) => ({ status, reserved: reservations.of(status.serverId) }));
  const { chosen, terms } = placeMatch(candidates, { pings, random: random() });
  const hold = (kind: PlaceKind, match: OpenMatch, what: Reserved): Seat | undefined => {
    const status = candidates.find((each) => each.status.serverId === match.serverId)?.status;
    if (status === undefined) return undefined;
    const reservation = reservations.hold(match.serverId, what);
    return { kind, match, status, reservation, terms };
  };
  const own = matches.findSeated(mode.name, accountId);
  const seat = own && hold("same_match", own, { matches: 0, players: 0 });
  if (seat !== undefined) return seat;
  // Its server is gone, and the place with it.
  if (own !== undefined) matches.close(own);
  const accounts = [accountId, ...party];
  const players = accounts.length;
  const joined = nearestOpen(matches.joinable(mode.name, players), terms, chosen);
  if (joined !== undefined) {
    matches.seat(joined, accounts);
    return hold("open_match", joined, { matches: 0, players });
  }
  if (chosen === undefined) return undefined;
  const { serverId } = chosen;
  const placesMax = placesOf(mode);
  const match = { matchId: newId(), mode: mode.name, serverId, placesMax, accounts };
  return hold("new_match", matches.open(match), { matches: 1, players });
}

/** The open match with the least ping, the oldest of several, unless a new one is much nearer. */
function nearestOpen(
  matches: readonly OpenMatch[],
  terms: readonly PlacementTerms[],
  chosen: PlacementTerms | undefined,
): OpenMatch | undefined {
  const usable = new Map(
    terms.filter(({ refusal }) => refusal !== "draining").map((each) => [each.serverId, each]),
  );
  const pingMsMax = chosen === undefined ? Infinity : chosen.pingMs + JOIN_PING_EXTRA_MS_MAX;
  let nearest: { readonly match: OpenMatch; readonly pingMs: number } | undefined;
  for (const match of matches) {
    const pingMs = usable.get(match.serverId)?.pingMs ?? Infinity;
    if (pingMs > pingMsMax || pingMs === Infinity) continue;
    if (nearest === undefined || pingMs < nearest.pingMs) nearest = { match, pingMs };
  }
  return nearest?.match;
}
