import type { Clock } from "../core/clock.ts";
import type { EventWriter } from "../core/protocol/event_envelope.ts";
import type { ServerStatus } from "./status.ts";
import { isUp, type SampleKind, toSampleEvent } from "./status_sample.ts";

/** The topic of the event log that remembers how the server was. */
export const HISTORY_TOPIC = "server_status_history";

/** Of all events the same, so that they stay in order. */
export const HISTORY_KEY = "server_status";

/**
 * While nothing changes but numbers, a sample is taken as often as this, in milliseconds: a week of them
 * is a third of what a history keeps, and one or two that are late leave no gap in it.
 */
export const SAMPLE_PERIOD_MS = 60_000;

/** What a {@linkcode StatusRecorder} needs. */
export interface StatusRecorderOptions {
  /** Where it is written. */
  readonly events: EventWriter;
  /** Says when a sample is due. */
  readonly clock: Clock;
}

/** Writes the history: what changes at once, and a sample a minute, however often the table is read. */
export class StatusRecorder {
  readonly #options: StatusRecorderOptions;
  #recordedAtMs = -Infinity;
  #recorded: string | undefined;

  /** Nothing is written yet. */
  constructor(options: StatusRecorderOptions) {
    this.#options = options;
  }

  /** Remembers a status that was just read from the table, where it is time for that. */
  updated(status: ServerStatus): void {
    this.#record(status, "status_updated");
  }

  /** Remembers a status whose live part is new, where it is time for that. */
  sampled(status: ServerStatus): void {
    this.#record(status, "status_sampled");
  }

  #record(status: ServerStatus, kind: SampleKind): void {
    const { events, clock } = this.#options;
    const nowMs = clock.monotonicMs();
    const told = whatIsToldAtOnce(status);
    if (told === this.#recorded && nowMs - this.#recordedAtMs < SAMPLE_PERIOD_MS) return;
    this.#recordedAtMs = nowMs;
    this.#recorded = told;
    events.write(HISTORY_TOPIC, HISTORY_KEY, toSampleEvent(status, kind));
  }
}

/** What no sample waits with when it changes, as text. */
function whatIsToldAtOnce({ server_status, client_status, rates, live }: ServerStatus): string {
  const canPlay = isUp(server_status, live?.servers ?? null);
  // The first status after a start does not know the game servers yet, and the next shall.
  const knowsLive = live !== null;
  return JSON.stringify([server_status, client_status, rates, canPlay, knowsLive]);
}
