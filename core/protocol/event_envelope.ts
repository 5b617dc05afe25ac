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
}

/** Writes events in the envelope that all of them share: type, time, id and server. */
export class EventWriter {
  readonly #log: EventLog;
  readonly #clock: Clock;
  readonly #serverId: string;
  readonly #newId: () => string;

  /**
   * Writes nothing yet.
   *
   * @param options `serverId`: the server that the events name; `newId`: gives each event a unique
   * id, by which a reader knows one that is delivered twice
   */
  constructor(options: {
    readonly eventLog: EventLog;
    readonly clock: Clock;
    readonly serverId: string;
    readonly newId: () => string;
  }) {
    this.#log = options.eventLog;
    this.#clock = options.clock;
    this.#serverId = options.serverId;
    this.#newId = options.newId;
  }

  /** Appends an event; those of one key keep their order. Never throws, never waits. */
  write(topic: EventTopic, key: string, body: EventBody): void {
    this.#log.append({
      topic,
      key,
      value: {
        ...body,
        timestamp: this.#clock.nowMs() / 1000,
        event_id: this.#newId(),
        server_id: this.#serverId,
      },
    });
  }
}
