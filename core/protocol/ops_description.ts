import type { JsonObject } from "../json.ts";

/** How a service is at one moment, as it tells operators. Bounded by what it registers. */
export interface ServiceDescription extends JsonObject {
  /** The instance that says it. */
  readonly server_id: string;
  /** What it was built from. */
  readonly version: string;
  /** Whether it takes work. */
  readonly ready: boolean;
  /** What is down, and since when in milliseconds since the epoch. */
  readonly down: readonly AilmentView[];
  /** Whether each broker and database can be reached; empty where all are embedded. */
  readonly brokers: Readonly<Record<string, boolean>>;
  /** Counters and gauges by metric. */
  readonly figures: Readonly<Record<string, number>>;
  /** Of what came to nothing how much, by metric and reason; without those that never came to be. */
  readonly drops: Readonly<Record<string, Readonly<Record<string, number>>>>;
  /** By metric. */
  readonly histograms: Readonly<Record<string, HistogramView>>;
}

/** Something that is down. */
export interface AilmentView extends JsonObject {
  /** Its name. */
  readonly part: string;
  /** What is wrong with it. */
  readonly reason: string;
  /** Milliseconds since the epoch. */
  readonly since_ms: number;
}

/** A histogram as it is drawn. */
export interface HistogramView extends JsonObject {
  /** Upper bounds of the buckets, ascending. */
  readonly bounds: readonly number[];
  /** Values in each bucket alone; one more than there are bounds. */
  readonly counts: readonly number[];
  /** Of all values. */
  readonly sum: number;
}

/** A player in a match, as a game server tells operators. */
export interface PlayerDescription extends JsonObject {
  /** The player's name. */
  readonly player_id: string;
  /** Null for a guest. */
  readonly account_id: string | null;
  /** From 1. */
  readonly team: number;
  /** Points. */
  readonly score: number;
  /** Hit points. */
  readonly hp: number;
  /** How the client is connected: `udp`, `binary`, `tcp` or `websocket`. */
  readonly transport: string;
}

/** A match, as a game server tells operators. */
export interface MatchDescription extends JsonObject {
  /** The match. */
  readonly match_id: string;
  /** Its game mode. */
  readonly mode: string;
  /** The arena's name. */
  readonly arena: string;
  /** Whole seconds that have been played. */
  readonly age_s: number;
  /** Whether it has ended, and is only there so that everybody is told. */
  readonly over: boolean;
  /** Points by team, from 1. */
  readonly scores: Readonly<Record<string, number>>;
  /** All of them, also where not all are listed. */
  readonly players_count: number;
  /** Tanks that the server drives itself. */
  readonly bots_count: number;
  /** Operators who watch it. */
  readonly spectators_count: number;
  /** Those for whom there is room in the answer. */
  readonly players: readonly PlayerDescription[];
}

/** What a game server tells operators besides what every service tells. */
export interface GameDescription extends ServiceDescription {
  /** Ticks a second. */
  readonly tick_rate: number;
  /** All of them, also where not all are listed. */
  readonly matches_count: number;
  /** Those that were asked for, the fullest first, as many as there is room for. */
  readonly matches: readonly MatchDescription[];
  /** Whether some that were asked for are left out. */
  readonly is_cut: boolean;
}
