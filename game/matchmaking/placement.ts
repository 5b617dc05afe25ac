import type { ServerStatus } from "../../core/protocol/server_status.ts";
import type { Reserved } from "./reservations.ts";

/** A server that is there, and what is promised on it besides. */
export interface PlacementCandidate {
  /** What it says of itself. */
  readonly status: ServerStatus;
  /** What is promised on it. */
  readonly reserved: Reserved;
}

/** What a choice depends on beside the servers. */
export interface PlacementOptions {
  /** What the client measured, in milliseconds by region; empty where it measured nothing. */
  readonly pings: ReadonlyMap<string, number>;
  /** 0 <= n < 1: chooses among the best where there are several. */
  readonly random: number;
}

/** What one server would cost, in milliseconds, by term. */
export interface PlacementTerms {
  /** Whose terms they are. */
  readonly serverId: string;
  /** Where it is. */
  readonly region: string;
  /** As the client measured it; 0 where it measured nothing. */
  readonly pingMs: number;
  /** For the share of the matches it takes that it has. */
  readonly matchesPenaltyMs: number;
  /** For its players. */
  readonly playersPenaltyMs: number;
  /** For its slow ticks. */
  readonly tickPenaltyMs: number;
  /** The sum. */
  readonly costMs: number;
  /** Why it takes no new match, whatever it costs. */
  readonly refusal: "full" | "draining" | undefined;
}

/** A choice, with what led to it. */
export interface Placement {
  /** Undefined where no server takes a new match. */
  readonly chosen: PlacementTerms | undefined;
  /** Of every candidate, in the order in which they came. */
  readonly terms: readonly PlacementTerms[];
}

/** What a server costs that has all the matches it takes, beside an empty one. */
const MATCHES_PENALTY_MS = 60;
/** A thousand players cost as much as a ping of 50 ms. */
const PLAYER_PENALTY_MS = 0.05;
/** A tick that takes a millisecond longer shows a player's input a millisecond later. */
const TICK_PENALTY_PER_MS = 1;

/**
 * Chooses the server for a new match: of those that take one, the one with the least ping plus load.
 * What is promised counts as if it were there.
 */
export function placeMatch(
  candidates: readonly PlacementCandidate[],
  options: PlacementOptions,
): Placement {
  const pingOf = pingReader(options.pings);
  const terms = candidates.map((candidate) => termsOf(candidate, pingOf));
  const open = terms.filter(({ refusal }) => refusal === undefined);
  const costMsMin = Math.min(...open.map(({ costMs }) => costMs));
  const best = open.filter(({ costMs }) => costMs === costMsMin);
  return { chosen: best[Math.floor(options.random * best.length)], terms };
}

/** How a region's ping is read from what the client measured. */
function pingReader(pings: ReadonlyMap<string, number>): (region: string) => number {
  // A region that was not measured must not look better than those that were.
  const unmeasuredMs = Math.max(0, ...pings.values());
  return (region) => pings.get(region) ?? unmeasuredMs;
}

function termsOf(
  { status, reserved }: PlacementCandidate,
  pingOf: (region: string) => number,
): PlacementTerms {
  const { serverId, region, maxMatches, draining, tickP99Ms } = status;
  const matches = status.runningMatches + reserved.matches;
  const isFull = matches >= maxMatches;
  const pingMs = pingOf(region);
  const matchesPenaltyMs = isFull ? MATCHES_PENALTY_MS : MATCHES_PENALTY_MS * matches / maxMatches;
  const playersPenaltyMs = PLAYER_PENALTY_MS * (status.currentPlayers + reserved.players);
  const tickPenaltyMs = TICK_PENALTY_PER_MS * tickP99Ms;
  return {
    serverId,
    region,
    pingMs,
    matchesPenaltyMs,
    playersPenaltyMs,
    tickPenaltyMs,
    costMs: pingMs + matchesPenaltyMs + playersPenaltyMs + tickPenaltyMs,
    refusal: draining ? "draining" : isFull ? "full" : undefined,
  };
}
