import { describeError, type Log } from "../../core/log.ts";
import { NEW_RATING } from "./glicko.ts";
import type { MatchmakerMetrics } from "./matchmaker_metrics.ts";
import type { RatedMatch } from "./rated_match.ts";
import type { RatingStore } from "./rating_store.ts";

/** What a search asks about skill. Never rejects: without the database players are found all the same. */
export interface SkillSource {
  /** How good the account is in a mode; average where that cannot be read. */
  ratingOf(accountId: string, mode: string): Promise<number>;
  /** Says that a match is to be rated; where that cannot be written it is not. */
  expect(match: RatedMatch): Promise<void>;
}

/** Asks the store of ratings; what fails is counted and logged. */
export function openSkillSource(options: {
  readonly store: Pick<RatingStore, "ratingOf" | "expect">;
  readonly log: Log;
  readonly metrics: Pick<MatchmakerMetrics, "ratings">;
}): SkillSource {
  const { store, log, metrics } = options;
  const onFailure = (work: string, error: unknown): void => {
    metrics.ratings.failed.inc();
    log.warn("rating_failed", { work, error: describeError(error) });
  };
  return {
    ratingOf: async (accountId, mode) => {
      try {
        return (await store.ratingOf(accountId, mode)).rating;
      } catch (error) {
        onFailure("read", error);
        return NEW_RATING.rating;
      }
    },
    expect: async (match) => {
      try {
        await store.expect(match);
      } catch (error) {
        onFailure("expect", error);
      }
    },
  };
}
