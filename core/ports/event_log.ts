import type { JsonObject } from "../json.ts";
import type { Subscription } from "./subscription.ts";

/** An event to be kept. */
export interface NewEvent {
  /** The topic, such as `game_events`. */
  readonly topic: string;
  /** Events of one key keep their order: a session, match or account id. */
  readonly key: string;
  /** The event itself; `event_id` tells a redelivered one from a new one. */
  readonly value: JsonObject;
}

/** An event as it was kept. */
export interface StoredEvent extends NewEvent {
  /** Grows along the topic; where a reader goes on. Opaque: compare nothing but equality. */
  readonly position: string;
}

/** What to read of a topic. */
export interface ReadOptions {
  /** Only events of this key; all keys if undefined. */
  readonly key?: string;
  /**
   * Only events after this position; from the start if undefined. A position that was read with a `key`
   * is for reading on with that key.
   */
  readonly after?: string;
  /**
   * Events that were appended before may be left out, by the clocks of those that appended them, in
   * milliseconds since the epoch. It spares a log the search; one may give them all the same.
   */
  readonly sinceMs?: number;
  /**
   * As `sinceMs`, of events that were appended later; an event of before is left out too where it was
   * delivered late, after one that was appended later.
   */
  readonly untilMs?: number;
  /** Stops the reading. */
  readonly signal?: AbortSignal;
}

/** Handles an event; a rejection has it delivered again. */
export type EventHandler = (event: StoredEvent) => Promise<void>;

/**
 * An append-only log: ordered per key, replayable, at least once.
 *
 * `append` returns at once and never throws for I/O, because a tick calls it: events wait in a
 * bounded buffer and are written in batches; past the bound the oldest are dropped and counted.
 */
export interface EventLog {
  /** Takes an event to be written soon, as it is now: a later change to the object does not show. */
  append(event: NewEvent): void;
  /** Resolves when everything appended before the call is durable. @throws Error when it cannot be */
  flush(): Promise<void>;
  /** The events of a topic that are durable now, oldest first; one key's in order. */
  read(topic: string, options?: ReadOptions): AsyncIterable<StoredEvent>;
  /**
   * Delivers a topic's events to one member of `group`, each key in order, at least once, from where
   * the group left off; a new group starts at the beginning.
   */
  subscribe(topic: string, group: string, handler: EventHandler): Promise<Subscription>;
  /** Ends the subscriptions, writes what waits, and closes. @throws Error when it cannot write */
  close(): Promise<void>;
}
