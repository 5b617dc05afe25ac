import type { Clock } from "../../core/clock.ts";
import { describeError, type Log } from "../../core/log.ts";
import type { EventLog } from "../../core/ports/event_log.ts";
import type { Subscription } from "../../core/ports/subscription.ts";
import type { EventTopic } from "../../core/protocol/event_envelope.ts";
import type { MatchmakerMetrics } from "./matchmaker_metrics.ts";
import { type RatingStore, tryReadResult } from "./rating_store.ts";

/** What consuming results works with. */
export interface RatingConsumerOptions {
  /** Brings the results. */
  readonly eventLog: Pick<EventLog, "subscribe">;
  /** Changes the ratings. */
  readonly store: Pick<RatingStore, "settle" | "forget">;
  /** Says when to forget matches that never ended. */
  readonly clock: Clock;
  /** Told of what fails. */
  readonly log: Log;
  /** Counts results. */
  readonly metrics: Pick<MatchmakerMetrics, "ratings">;
}

const TOPIC: EventTopic = "game_events";
/** All matchmakers share the work. */
const GROUP = "matchmaking_ratings";
const FORGET_PERIOD_MS = 600_000;
/** Longer than any match, and than events wait for their broker, in milliseconds: a week. */
const MATCH_KEPT_MS = 7 * 24 * 3_600_000;

/** Rates matches as the event log says how they ended: each once, however often it says so. */
export function consumeResults(options: RatingConsumerOptions): Subscription {
  const { eventLog, clock, log } = options;
  const closing = new AbortController();
  const subscribing = eventLog.subscribe(TOPIC, GROUP, ({ value }) => settle(value, options))
    .catch((error: unknown) => {
      if (!closing.signal.aborted) {
        log.error("results_not_consumed", { error: describeError(error) });
      }
      return undefined;
    });
  const stopForgetting = clock.every(FORGET_PERIOD_MS, () => void forget(options));
  return {
    close: async () => {
      closing.abort();
      stopForgetting();
      await (await subscribing)?.close();
    },
  };
}

async function settle(
  event: Parameters<typeof tryReadResult>[0],
  { store, metrics }: RatingConsumerOptions,
): Promise<void> {
  const result = tryReadResult(event);
  if (result === undefined) return;
  // What fails is delivered again.
  metrics.ratings[await store.settle(result)].inc();
}

async function forget({ store, log }: RatingConsumerOptions): Promise<void> {
  try {
    await store.forget(MATCH_KEPT_MS);
  } catch (error) {
    log.warn("rated_matches_not_forgotten", { error: describeError(error) });
  }
}
