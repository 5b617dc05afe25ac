import type { JsonObject } from "../../core/json.ts";
import { FanoutEvents, type FanoutEventsOptions } from "./fanout_events.ts";
import type { Search } from "./search.ts";
import type { SearchEnd } from "./search_end.ts";

/** The fanout exchange on which everybody hears what becomes of searches. */
export const SEARCH_EVENTS_EXCHANGE = "searcher_service.events";

/** Tells on `searcher_service.events` what becomes of searches. Never throws, never waits. */
export class SearchEvents {
  readonly #events: FanoutEvents;

  /** Tells nothing yet. */
  constructor(options: FanoutEventsOptions) {
    this.#events = new FanoutEvents(SEARCH_EVENTS_EXCHANGE, options);
  }

  /** A search began. */
  started(search: Search): void {
    this.#events.tell({ event_type: "search_started", ...about(search) });
  }

  /** A search ended without a match. */
  stopped(search: Search, reason: SearchEnd): void {
    this.#events.tell({ event_type: "search_stopped", ...about(search), reason });
  }

  /** A match was found for those searches. */
  found(searches: readonly Search[], matchId: string): void {
    const [first] = searches;
    if (first === undefined) return;
    this.#events.tell({
      event_type: "opponent_found",
      match_id: matchId,
      game_mode: first.order.mode.name,
      search_ids: searches.map(({ id }) => id),
      accounts: searches.map(({ order }) => order.accountId),
    });
  }

  /** Resolves when what was told has been sent, or has come to nothing. */
  close(): Promise<void> {
    return this.#events.close();
  }
}

function about({ id, order }: Search): JsonObject {
  const { accountId, mode, members } = order;
  return { search_id: id, account_id: accountId, game_mode: mode.name, party: members };
}
