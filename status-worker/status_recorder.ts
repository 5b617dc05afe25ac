import type { Clock } from "../core/clock.ts";
import type { EventWriter } from "../core/protocol/event_envelope.ts";
import type { ServerStatus } from "./status.ts";
import { type SampleKind, toSampleEvent } from "./status_sample.ts";

/** The topic of the event log that remembers how the server was. */
export const HISTORY_TOPIC = "server_status_history";

/** Of all events the same, so that they stay in order. */
export const HISTORY_KEY = "server_status";

/** Between two readings of the table a sample is taken as often as this, in milliseconds. */
export const SAMPLE_PERIOD_MS = 60_000;

/** What a {@linkcode StatusRecorder} needs. */
export interface StatusRecorderOptions {
  /** Where it is written. */
  readonly events: EventWriter;
  /** Says when a sample is due. */
  readonly clock: Clock;
}

/** Writes the history: every update, and a sample a minute between two of them. */
export class StatusRecorder {
  readonly #options: StatusRecorderOptions;
  #recordedAtMs = -Infinity;
  #knewLive = false;

  /** Nothing is written yet. */
  constructor(options: StatusRecorderOptions) {
    this.#options = options;
  }

  /** Remembers a status that was just read from the table. */
  updated(status: ServerStatus): void {
    this.#record(status, "status_updated");
  }

  /** Remembers a status whose live part is new, where it is time for that. */
  sampled(status: ServerStatus): void {
    const ageMs = this.#options.clock.monotonicMs() - this.#recordedAtMs;
    // The first status after a start does not know the game servers yet, and the next shall.
    const isFirst = status.live !== null && !this.#knewLive;
    if (isFirst || ageMs >= SAMPLE_PERIOD_MS) this.#record(status, "status_sampled");
  }

  #record(status: ServerStatus, kind: SampleKind): void {
    const { events, clock } = this.#options;
    this.#recordedAtMs = clock.monotonicMs();
    this.#knewLive = status.live !== null;
    events.write(HISTORY_TOPIC, HISTORY_KEY, toSampleEvent(status, kind));
  }
}
