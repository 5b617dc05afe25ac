import type { Clock } from "../clock.ts";
import type { JsonObject } from "../json.ts";
import type { EventLog } from "../ports/event_log.ts";

/** The topics of the event log. */
export const EVENT_TOPICS = [
  "auth_events",
  "player_sessions_history",
  "tank_coordinates_history",
  "game_events",
  "match_inputs",
  "server_status_history",
] as const;

/** One of {@linkcode EVENT_TOPICS}. */
export type EventTopic = typeof EVENT_TOPICS[number];

/** An event before it gets its envelope: its type and what is particular to it. */
export interface EventBody extends JsonObject {
  /** What happened, such as `tank_shot`; PROTOCOL section 5 lists them by topic. */
  readonly event_type: string;
  /**
   * Of an event that two servers may write, each not knowing of the other: the same id by both, so that a
   * reader takes it once. Left out, the event gets one of its own.
   */
  readonly event_id?: string;
}

interface WaitingEvent {
  readonly topic: EventTopic;
  readonly key: string;
  readonly body: EventBody;
  /** Seconds, when it happened. */
  readonly timestamp: number;
}

/** Writes events in the envelope that all of them share: type, time, id and server. */
export class EventWriter {
  readonly #log: EventLog;
  readonly #clock: Clock;
  readonly #serverId: string;
  readonly #newId: () => string;
  readonly #later: ((work: () => void) => void) | undefined;
  #waiting: WaitingEvent[] = [];

  /**
   * Writes nothing yet.
   *
   * @param options `serverId`: the server that the events name; `newId`: gives each event a unique
   * id, by which a reader knows one that is delivered twice; `later`: does soon what the caller of
   * `write` should not wait for, such as `queueMicrotask`; without it nothing is put off
   */
  constructor(options: {
    readonly eventLog: EventLog;
    readonly clock: Clock;
    readonly serverId: string;
    readonly newId: () => string;
    readonly later?: (work: () => void) => void;
  }) {
    this.#log = options.eventLog;
    this.#clock = options.clock;
    this.#serverId = options.serverId;
    this.#newId = options.newId;
    this.#later = options.later;
  }

  /**
   * Appends an event, whose body is not changed any more; those of one key keep their order. Never
   * throws, never waits.
   */
  write(topic: EventTopic, key: string, body: EventBody): void {
    const event = { topic, key, body, timestamp: this.#clock.nowMs() / 1000 };
    if (this.#later === undefined) return this.#append(event);
    if (this.#waiting.push(event) === 1) this.#later(() => this.#appendWaiting());
  }

  #appendWaiting(): void {
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const event of waiting) this.#append(event);
  }

  #append({ topic, key, body, timestamp }: WaitingEvent): void {
    const { event_id = this.#newId() } = body;
    // One spread: V8 clones the body at once, and copies a second one property by property.
    const value = { ...body, timestamp, event_id, server_id: this.#serverId };
    this.#log.append({ topic, key, value });
  }
}
