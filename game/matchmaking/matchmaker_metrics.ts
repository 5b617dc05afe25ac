import type { Counter, Metrics, ValueHistogram } from "../../core/metrics.ts";
import { FIND_REFUSALS, type FindRefusal } from "../../core/protocol/matchmaking_messages.ts";
import { COMMAND_REFUSALS, type CommandRefusal } from "../../core/protocol/server_command.ts";
import type { SettleOutcome } from "./rated_match.ts";
import { SEARCH_ENDS, type SearchEnd } from "./search_end.ts";

/**
 * How a find was answered: with which place, with a search that goes on or with what it brought, or with
 * which refusal.
 */
export type FindOutcome = PlaceKind | "searching" | "search_found" | FindRefusal;

/** A place in a new match, in one opened for somebody else, or the one that the account has already. */
export type PlaceKind = "new_match" | "open_match" | "same_match";

/** Why a game server did not prepare a match; `unreachable`: it did not answer. */
export type PrepareFailure = CommandRefusal | "unreachable";

const FIND_OUTCOMES: readonly FindOutcome[] = [
  "new_match",
  "open_match",
  "same_match",
  "searching",
  "search_found",
  ...Object.keys(FIND_REFUSALS) as FindRefusal[],
];
const PREPARE_FAILURES: readonly PrepareFailure[] = [...COMMAND_REFUSALS, "unreachable"];
const DURATION_BUCKETS_S = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5];

/** What a matchmaker counts. */
export interface MatchmakerMetrics {
  /** Requests to find a match, by outcome. */
  readonly finds: Readonly<Record<FindOutcome, Counter>>;
  /** Seconds from such a request to its answer. */
  readonly findDuration: ValueHistogram;
  /** Matches that a game server did not prepare, by reason. */
  readonly prepareFailures: Readonly<Record<PrepareFailure, Counter>>;
  /** Broadcasts of game servers, by what became of them. */
  readonly statuses: Readonly<Record<"taken" | "malformed" | "table_full", Counter>>;
  /** Searches by what they came to. */
  readonly searchEnds: Readonly<Record<SearchEnd | "found", Counter>>;
  /** Searches that could not be kept for another matchmaker. */
  readonly searchesNotKept: Counter;
  /** Events of searches that could not be sent. */
  readonly searchEventsDropped: Counter;
  /** Results of matches, by what became of them; `failed`: the database did not do as asked. */
  readonly ratings: Readonly<Record<SettleOutcome | "failed", Counter>>;
  /** Requests that were handed to the matchmaker that leads, by outcome. */
  readonly forwards: Readonly<Record<"answered" | "failed", Counter>>;
  /** HTTP requests refused because their address made too many. */
  readonly rateLimited: Counter;
}

/** What is read when it is asked for. */
export interface MatchmakerGauges {
  /** Game servers that are there. */
  readonly servers: () => number;
  /** Matches to which more players may come. */
  readonly openMatches: () => number;
  /** Searches that are known. */
  readonly searches: () => number;
  /** Whether this matchmaker leads. */
  readonly isLeader: () => boolean;
}

/** Registers the counters, and the gauges that are read when they are asked for. */
export function openMatchmakerMetrics(
  metrics: Metrics,
  gauges: MatchmakerGauges,
): MatchmakerMetrics {
  openGauges(metrics, gauges);
  return { ...openFindCounters(metrics), ...openSearchCounters(metrics) };
}

function openGauges(metrics: Metrics, gauges: MatchmakerGauges): void {
  metrics.gauge(
    { name: "matchmaker_servers_count", help: "Game servers that are there" },
    gauges.servers,
  );
  metrics.gauge(
    { name: "matchmaker_open_matches_count", help: "Matches to which more players may come" },
    gauges.openMatches,
  );
  metrics.gauge(
    { name: "matchmaker_searches_count", help: "Searches, those included that just ended" },
    gauges.searches,
  );
  metrics.gauge(
    { name: "matchmaker_leads", help: "Whether this matchmaker is the one that decides" },
    () => gauges.isLeader() ? 1 : 0,
  );
}

type FindCounters = Pick<
  MatchmakerMetrics,
  "finds" | "findDuration" | "prepareFailures" | "statuses" | "rateLimited"
>;

function openFindCounters(metrics: Metrics): FindCounters {
  return {
    finds: metrics.counters({
      name: "matchmaker_finds_total",
      help: "Requests to find a match, by outcome",
      label: "outcome",
      values: FIND_OUTCOMES,
    }),
    findDuration: metrics.histogram({
      name: "matchmaker_find_duration_seconds",
      help: "Time from a request to find a match to its answer",
    }, DURATION_BUCKETS_S),
    prepareFailures: metrics.counters({
      name: "matchmaker_prepare_failures_total",
      help: "Matches that a game server did not prepare, by reason",
      label: "reason",
      values: PREPARE_FAILURES,
    }),
    statuses: metrics.counters({
      name: "matchmaker_server_statuses_total",
      help: "Broadcasts of game servers, by what became of them",
      label: "outcome",
      values: ["taken", "malformed", "table_full"],
    }),
    rateLimited: metrics.counter({
      name: "matchmaker_rate_limited_total",
      help: "HTTP requests refused because their address made too many",
    }),
  };
}

function openSearchCounters(metrics: Metrics): Omit<MatchmakerMetrics, keyof FindCounters> {
  return {
    searchEnds: metrics.counters({
      name: "matchmaker_search_ends_total",
      help: "Searches, by what they came to",
      label: "end",
      values: ["found", ...SEARCH_ENDS],
    }),
    searchesNotKept: metrics.counter({
      name: "matchmaker_searches_not_kept_total",
      help: "Searches that another matchmaker could not go on with",
    }),
    searchEventsDropped: metrics.counter({
      name: "matchmaker_search_events_dropped_total",
      help: "Events of searches that could not be sent",
    }),
    ratings: metrics.counters({
      name: "matchmaker_ratings_total",
      help: "Results of matches, by what became of them",
      label: "outcome",
      values: ["rated", "already_rated", "unknown", "failed"],
    }),
    forwards: metrics.counters({
      name: "matchmaker_forwards_total",
      help: "Requests handed to the matchmaker that leads, by outcome",
      label: "outcome",
      values: ["answered", "failed"],
    }),
  };
}
