import type { Counter, Metrics, ValueHistogram } from "../../core/metrics.ts";
import { FIND_REFUSALS, type FindRefusal } from "../../core/protocol/matchmaking_messages.ts";
import { COMMAND_REFUSALS, type CommandRefusal } from "../../core/protocol/server_command.ts";

/** How a find was answered: with which place, or with which refusal. */
export type FindOutcome = PlaceKind | FindRefusal;

/** A place in a new match, in one opened for somebody else, or the one that the account has already. */
export type PlaceKind = "new_match" | "open_match" | "same_match";

/** Why a game server did not prepare a match; `unreachable`: it did not answer. */
export type PrepareFailure = CommandRefusal | "unreachable";

const FIND_OUTCOMES: readonly FindOutcome[] = [
  "new_match",
  "open_match",
  "same_match",
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
  /** HTTP requests refused because their address made too many. */
  readonly rateLimited: Counter;
}

/** Registers the counters, and the gauges that are read when they are asked for. */
export function openMatchmakerMetrics(
  metrics: Metrics,
  gauges: { readonly servers: () => number; readonly openMatches: () => number },
): MatchmakerMetrics {
  metrics.gauge(
    { name: "matchmaker_servers_count", help: "Game servers that are there" },
    gauges.servers,
  );
  metrics.gauge(
    { name: "matchmaker_open_matches_count", help: "Matches to which more players may come" },
    gauges.openMatches,
  );
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
