import type { Clock } from "../../core/clock.ts";
import type { JsonObject } from "../../core/json.ts";
import { describeError, type Log } from "../../core/log.ts";
import type { Counter } from "../../core/metrics.ts";
import type { WorkQueue } from "../../core/ports/work_queue.ts";
import type { Search } from "./search.ts";
import type { SearchEnd } from "./search_end.ts";

/** The fanout exchange on which everybody hears what becomes of searches. */
export const SEARCH_EVENTS_EXCHANGE = "searcher_service.events";

/** What telling works with. */
export interface SearchEventsOptions {
  /** Carries the events. */
  readonly workQueue: Pick<WorkQueue, "publishFanout">;
  /** Gives their time. */
  readonly clock: Clock;
  /** Names this matchmaker. */
  readonly serverId: string;
  /** Gives each a unique id. */
  readonly newId: () => string;
  /** Told of those that could not be sent. */
  readonly log: Log;
  /** Counts those. */
  readonly dropped: Counter;
}

/** Events that may wait for the broker at once; more are dropped and counted. */
const IN_FLIGHT_MAX = 4_096;

/** Tells on `searcher_service.events` what becomes of searches. Never throws, never waits. */
export class SearchEvents {
  readonly #options: SearchEventsOptions;
  readonly #inFlight = new Set<Promise<void>>();

  /** Tells nothing yet. */
  constructor(options: SearchEventsOptions) {
    this.#options = options;
  }

  /** A search began. */
  started(search: Search): void {
    this.#send({ event_type: "search_started", ...about(search) });
  }

  /** A search ended without a match. */
  stopped(search: Search, reason: SearchEnd): void {
    this.#send({ event_type: "search_stopped", ...about(search), reason });
  }

  /** A match was found for those searches. */
  found(searches: readonly Search[], matchId: string): void {
    const [first] = searches;
    if (first === undefined) return;
    this.#send({
      event_type: "opponent_found",
      match_id: matchId,
      game_mode: first.order.mode.name,
      search_ids: searches.map(({ id }) => id),
      accounts: searches.map(({ order }) => order.accountId),
    });
  }

  /** Resolves when what was told has been sent, or has come to nothing. */
  async close(): Promise<void> {
    await Promise.all(this.#inFlight);
  }

  #send(body: JsonObject): void {
    const { workQueue, clock, serverId, newId, log, dropped } = this.#options;
    if (this.#inFlight.size >= IN_FLIGHT_MAX) return dropped.inc();
    const event = {
      ...body,
      timestamp: clock.nowMs() / 1_000,
      event_id: newId(),
      server_id: serverId,
    };
    const sending = workQueue.publishFanout(SEARCH_EVENTS_EXCHANGE, event)
      .catch((error: unknown) => {
        dropped.inc();
        log.debug("search_event_not_sent", { error: describeError(error) });
      })
      .finally(() => this.#inFlight.delete(sending));
    this.#inFlight.add(sending);
  }
}

function about({ id, order }: Search): JsonObject {
  const { accountId, mode, members } = order;
  return { search_id: id, account_id: accountId, game_mode: mode.name, party: members };
}
