import type { Clock } from "../../core/clock.ts";
import type { JsonObject } from "../../core/json.ts";
import { describeError, type Log } from "../../core/log.ts";
import type { Counter } from "../../core/metrics.ts";
import type { WorkQueue } from "../../core/ports/work_queue.ts";

/** What telling works with. */
export interface FanoutEventsOptions {
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
export const FANOUT_IN_FLIGHT_MAX = 4_096;

/** Tells everybody who listens on one fanout exchange. Never throws, never waits. */
export class FanoutEvents {
  readonly #exchange: string;
  readonly #options: FanoutEventsOptions;
  readonly #inFlight = new Set<Promise<void>>();

  /** Tells nothing yet. */
  constructor(exchange: string, options: FanoutEventsOptions) {
    this.#exchange = exchange;
    this.#options = options;
  }

  /** Tells one event, in the envelope that all share: time, id and server. */
  tell(body: JsonObject): void {
    const { workQueue, clock, serverId, newId, log, dropped } = this.#options;
    if (this.#inFlight.size >= FANOUT_IN_FLIGHT_MAX) return dropped.inc();
    const event = {
      ...body,
      timestamp: clock.nowMs() / 1_000,
      event_id: newId(),
      server_id: serverId,
    };
    const exchange = this.#exchange;
    const sending = workQueue.publishFanout(exchange, event)
      .catch((error: unknown) => {
        dropped.inc();
        log.debug("event_not_sent", { exchange, error: describeError(error) });
      })
      .finally(() => this.#inFlight.delete(sending));
    this.#inFlight.add(sending);
  }

  /** Resolves when what was told has been sent, or has come to nothing. */
  async close(): Promise<void> {
    await Promise.all(this.#inFlight);
  }
}
