import { systemClock } from "../../core/clock.ts";
import type { MatchMemory } from "./match_memory.ts";
import type { MatchResult, Transport } from "./match_seat.ts";

/** How a player's way ended. */
export type PlayerOutcome =
  /** In a match that is over, of which the player was told. */
  | { readonly kind: "finished"; readonly result: MatchResult }
  /** With a word of why not. */
  | { readonly kind: "told"; readonly why: string }
  /** Nobody said anything: what must not be. */
  | { readonly kind: "untold"; readonly why: string };

/** A match that the player was given a place in. */
export interface PlayerMatch {
  /** The match. */
  readonly matchId: string;
  /** What was seen of it. */
  readonly memory: MatchMemory;
  /** Why a seat was lost, each time that one was. */
  readonly losses: string[];
}

/** What one player did and was told. */
export interface PlayerRecord {
  /** The account's name. */
  readonly username: string;
  /** The account, once it was made. */
  accountId: string | undefined;
  /** How it plays. */
  readonly transport: Transport;
  /** Where it is. */
  readonly region: string;
  /** What it asks for. */
  readonly mode: string;
  /** The matches that it was given. */
  readonly matches: PlayerMatch[];
  /** When each of them came, on the monotonic clock. */
  readonly missedMs: number[];
  /** Answers that settled nothing, such as `find 503 unavailable`, with how often each came. */
  readonly misses: Map<string, number>;
  /** Undefined until then. */
  outcome: PlayerOutcome | undefined;
}

/** Counts a miss. */
export function countMiss(record: PlayerRecord, what: string): void {
  record.missedMs.push(systemClock.monotonicMs());
  record.misses.set(what, (record.misses.get(what) ?? 0) + 1);
}
