import type { ServerStatus } from "../../core/protocol/server_status.ts";
import type { Position } from "./geo.ts";
import type { PlaceKind } from "./matchmaker_metrics.ts";
import type { OpenMatch, OpenMatches } from "./open_matches.ts";
import {
  placeMatch,
  type PlacementCandidate,
  type PlacementTerms,
  type Traveller,
} from "./placement.ts";
import type { ServerRegistry } from "./registry.ts";
import type { Reservation, Reservations, Reserved } from "./reservations.ts";
import type { SearchMode } from "./search_modes.ts";

/** Who wants to play. */
export interface SeatingRequest {
  /** Accounts who belong together, each of whom has asked for it; on one team where there are teams. */
  readonly accounts: readonly string[];
  /** What to play. */
  readonly mode: SearchMode;
  /** Where they are. */
  readonly travellers: readonly Traveller[];
}

/** A place that is promised and that the game server has yet to confirm. */
export interface Seat {
  /** In which kind of match. */
  readonly kind: PlaceKind;
  /** The match. */
  readonly match: OpenMatch;
  /** The team of each account, where the match has teams. */
  readonly teams: ReadonlyMap<string, number>;
  /** The server on which it is. */
  readonly status: ServerStatus;
  /** What is promised on the server for it. */
  readonly reservation: Reservation;
  /** What each server would have cost. */
  readonly terms: readonly PlacementTerms[];
}

/** What choosing a server works with. */
export interface ServerChoiceOptions {
  /** The servers that are there. */
  readonly registry: ServerRegistry;
  /** What is promised on the servers. */
  readonly reservations: Reservations;
  /** 0 <= n < 1. */
  readonly random: () => number;
  /** Where a server is, as far as that is known. */
  readonly locate: (status: ServerStatus) => Position | undefined;
}

/** What seating works with. */
export interface SeatingOptions extends ServerChoiceOptions {
  /** The matches that take more players. */
  readonly matches: OpenMatches;
  /** Gives a unique id for each new match. */
  readonly newId: () => string;
}

/** A choice among the servers. */
export interface ServerChoice {
  /** Undefined where none takes a match. */
  readonly chosen: PlacementTerms | undefined;
  /** What each would cost. */
  readonly terms: readonly PlacementTerms[];
  /** How a server is, by its id; undefined where it is not there. */
  readonly statusOf: (serverId: string) => ServerStatus | undefined;
}

/** A new match nearer by this much is better than one that others wait in, in milliseconds. */
export const JOIN_PING_EXTRA_MS_MAX = 40;

/** Chooses the best server for a new match. @param excluded servers that have just refused */
export function chooseServer(
  travellers: readonly Traveller[],
  excluded: ReadonlySet<string>,
  options: ServerChoiceOptions,
): ServerChoice {
  const { registry, reservations, random, locate } = options;
  const candidates = registry.alive()
    .filter(({ serverId }) => !excluded.has(serverId))
    .map((status): PlacementCandidate => {
      const position = locate(status);
      return { status, reserved: reservations.of(status.serverId), ...(position && { position }) };
    });
  const statuses = new Map(candidates.map(({ status }) => [status.serverId, status]));
  return {
    ...placeMatch(candidates, { travellers, random: random() }),
    statusOf: (serverId) => statuses.get(serverId),
  };
}

/**
 * Finds players a place, and promises it, in one step that nothing can come between: for one alone in
 * the match in which the account has a place, else in an open one that is near enough, else in a new one
 * on the best server. Undefined where there is none.
 *
 * @param excluded servers that have just refused
 */
export function seatPlayers(
  request: SeatingRequest,
  excluded: ReadonlySet<string>,
  options: SeatingOptions,
): Seat | undefined {
  const { matches, reservations, newId } = options;
  const { accounts, mode, travellers } = request;
  const { chosen, terms, statusOf } = chooseServer(travellers, excluded, options);
  const hold = (kind: PlaceKind, match: OpenMatch, what: Reserved): Seat | undefined => {
    const status = statusOf(match.serverId);
    if (status === undefined) return undefined;
    const teams = matches.seat(match, accounts);
    const reservation = reservations.hold(match.serverId, what);
    return { kind, match, teams, status, reservation, terms };
  };
  const own = findOwn(request, matches);
  const seat = own && hold("same_match", own, { matches: 0, players: 0 });
  if (seat !== undefined) return seat;
  // Its server is gone, and the place with it.
  if (own !== undefined) matches.close(own);
  const players = accounts.length;
  const joined = nearestOpen(matches.joinable(mode.name, players), terms, chosen);
  if (joined !== undefined) return hold("open_match", joined, { matches: 0, players });
  if (chosen === undefined) return undefined;
  const { serverId } = chosen;
  const { teams, teamSize } = mode;
  const match = { matchId: newId(), mode: mode.name, serverId, teams, teamSize };
  return hold("new_match", matches.open(match), { matches: 1, players });
}

/** The match in which one who is alone has a place; parties go where all of them fit. */
function findOwn(
  { accounts, mode }: SeatingRequest,
  matches: OpenMatches,
): OpenMatch | undefined {
  const [accountId, ...others] = accounts;
  const isAlone = accountId !== undefined && others.length === 0;
  return isAlone ? matches.findSeated(mode.name, accountId) : undefined;
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
