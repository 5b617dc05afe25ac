import type { ServerStatus } from "../../core/protocol/server_status.ts";
import { estimatePingMs, type Position } from "./geo.ts";
import type { Reserved } from "./reservations.ts";

/** A server that is there, and what is promised on it besides. */
export interface PlacementCandidate {
  /** What it says of itself. */
  readonly status: ServerStatus;
  /** What is promised on it. */
  readonly reserved: Reserved;
  /** Where it is, as far as that is known. */
  readonly position?: Position;
}

/** Somebody for whom a server is chosen. */
export interface Traveller {
  /** What the client measured, in milliseconds by region; empty where it measured nothing. */
  readonly pings: ReadonlyMap<string, number>;
  /** Where the client is, as far as that is known; of account only where it measured nothing. */
  readonly position?: Position;
}

/** What a choice depends on beside the servers. */
export interface PlacementOptions {
  /** Everybody who is to play; the one who is worst off counts. */
  readonly travellers: readonly Traveller[];
  /** 0 <= n < 1: chooses among the best where there are several. */
  readonly random: number;
}

/**
 * How a ping is known: the client `measured` it, or it comes from the `distance`; `assumed` is the worst
 * that is known of the other servers, because nothing is of this one; `unknown` of any.
 */
export type PingSource = "measured" | "distance" | "assumed" | "unknown";

/** What one server would cost, in milliseconds, by term. */
export interface PlacementTerms {
  /** Whose terms they are. */
  readonly serverId: string;
  /** Where it is. */
  readonly region: string;
  /** From the traveller who is worst off; 0 where nothing is known. */
  readonly pingMs: number;
  /** How that is known. */
  readonly pingSource: PingSource;
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

interface Ping {
  readonly ms: number;
  readonly source: PingSource;
}

const UNKNOWN: Ping = { ms: 0, source: "unknown" };

type PingReader = (candidate: PlacementCandidate) => Ping;

/**
 * Chooses the server for a new match: of those that take one, the one with the least ping plus load.
 * What is promised counts as if it were there.
 */
export function placeMatch(
  candidates: readonly PlacementCandidate[],
  options: PlacementOptions,
): Placement {
  const readers = options.travellers.map((traveller) => pingReader(traveller, candidates));
  const terms = candidates.map((candidate) => termsOf(candidate, worstPing(candidate, readers)));
  const open = terms.filter(({ refusal }) => refusal === undefined);
  const costMsMin = open.reduce((least, { costMs }) => Math.min(least, costMs), Infinity);
  const best = open.filter(({ costMs }) => costMs === costMsMin);
  return { chosen: best[Math.floor(options.random * best.length)], terms };
}

function worstPing(candidate: PlacementCandidate, readers: readonly PingReader[]): Ping {
  return readers.map((read) => read(candidate))
    .reduce((worst, ping) => ping.ms > worst.ms ? ping : worst, readers[0]?.(candidate) ?? UNKNOWN);
}

/** How a traveller's ping is known: what was measured, else the distance. */
function pingReader(
  { pings, position }: Traveller,
  candidates: readonly PlacementCandidate[],
): PingReader {
  if (pings.size > 0) {
    const worstMs = Math.max(...pings.values());
    return ({ status }) => knownOrWorst(pings.get(status.region), "measured", worstMs);
  }
  if (position === undefined) return () => UNKNOWN;
  const estimates = new Map(
    candidates.flatMap((each) =>
      each.position === undefined ? [] : [[each, estimatePingMs(position, each.position)]]
    ),
  );
  const worstMs = Math.max(0, ...estimates.values());
  return (candidate) => knownOrWorst(estimates.get(candidate), "distance", worstMs);
}

/** What is not known must not look better than what is. */
function knownOrWorst(ms: number | undefined, source: PingSource, worstMs: number): Ping {
  if (ms !== undefined) return { ms, source };
  return { ms: worstMs, source: worstMs > 0 ? "assumed" : "unknown" };
}

function termsOf({ status, reserved }: PlacementCandidate, ping: Ping): PlacementTerms {
  const { serverId, region, maxMatches, draining, tickP99Ms } = status;
  const matches = status.runningMatches + reserved.matches;
  const isFull = matches >= maxMatches;
  const matchesPenaltyMs = isFull ? MATCHES_PENALTY_MS : MATCHES_PENALTY_MS * matches / maxMatches;
  const playersPenaltyMs = PLAYER_PENALTY_MS * (status.currentPlayers + reserved.players);
  const tickPenaltyMs = TICK_PENALTY_PER_MS * tickP99Ms;
  return {
    serverId,
    region,
    pingMs: ping.ms,
    pingSource: ping.source,
    matchesPenaltyMs,
    playersPenaltyMs,
    tickPenaltyMs,
    costMs: ping.ms + matchesPenaltyMs + playersPenaltyMs + tickPenaltyMs,
    refusal: draining ? "draining" : isFull ? "full" : undefined,
  };
}
