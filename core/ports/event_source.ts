import type { EventHandler, ReadOptions, StoredEvent } from "./event_log.ts";
import type { Subscription } from "./subscription.ts";

/** The reading half of an event log: what `EventLog` says of `read` and `subscribe`. */
export interface EventSource {
  /** The events of a topic that are there now, oldest first; one key's in order. */
  read(topic: string, options?: ReadOptions): AsyncIterable<StoredEvent>;
  /** Delivers a topic's events to one member of `group`, each key in order, at least once. */
  subscribe(topic: string, group: string, handler: EventHandler): Promise<Subscription>;
  /** Ends the subscriptions, each after the work that it has in hand. */
  close(): Promise<void>;
}
