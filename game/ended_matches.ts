import type { Clock } from "../core/clock.ts";

/** Matches that are over and still known, at most. */
export const ENDED_MATCHES_MAX = 10_000;
/** How long a match that is over is known; nobody orders a place in one that is older. */
const ENDED_MATCH_REMEMBERED_MS = 60_000;

/** The matches that were over a while ago at most: an order may still speak of one. */
export class EndedMatches {
  readonly #clock: Clock;
  /** The latest last. */
  readonly #endedAtMs = new Map<string, number>();

  /** None is over yet. */
  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Whether this match is over. */
  has(matchId: string): boolean {
    const endedAtMs = this.#endedAtMs.get(matchId) ?? -Infinity;
    return this.#clock.monotonicMs() - endedAtMs < ENDED_MATCH_REMEMBERED_MS;
  }

  /** A match is over; forgets the oldest. */
  add(matchId: string): void {
    this.#endedAtMs.delete(matchId);
    this.#endedAtMs.set(matchId, this.#clock.monotonicMs());
    for (const id of this.#endedAtMs.keys()) {
      if (this.#endedAtMs.size <= ENDED_MATCHES_MAX && this.has(id)) break;
      this.#endedAtMs.delete(id);
    }
  }
}
