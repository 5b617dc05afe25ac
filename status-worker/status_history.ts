import type { Clock } from "../core/clock.ts";
import { describeError, type Log } from "../core/log.ts";
import type { EventLog } from "../core/ports/event_log.ts";
import { ConditionLog } from "./condition_log.ts";
import { HISTORY_S_MAX } from "./history_query.ts";
import { HISTORY_KEY, HISTORY_TOPIC } from "./status_recorder.ts";
import { type StatusSample, tryParseSample } from "./status_sample.ts";
import { within } from "./within.ts";

/** The log is looked at no more often than this, in milliseconds, however many ask. */
export const RELOAD_PERIOD_MS = 10_000;

/** How long one look may take; the next goes on where it left off. In milliseconds. */
export const LOAD_DEADLINE_MS = 10_000;

/** How long a visitor waits for a look that is under way, in milliseconds. */
const VISITOR_WAITS_MS = 1_000;

/** Samples that are kept: more than a week of them, where several workers write in turn too. */
export const SAMPLES_MAX = 30_000;

/** What a {@linkcode StatusHistory} needs. */
export interface StatusHistoryOptions {
  /** Where the history is. */
  readonly eventLog: EventLog;
  /** Says when to look again. */
  readonly clock: Clock;
  /** Told when the log cannot be read. */
  readonly log: Log;
}

/**
 * The samples of the last week, kept in memory: read from the event log once, then only what is new.
 * Where the log cannot be read, what is known already is what there is.
 */
export class StatusHistory {
  readonly #options: StatusHistoryOptions;
  readonly #notRead: ConditionLog;
  readonly #closing = new AbortController();
  readonly #samples: StatusSample[] = [];
  #position: string | undefined;
  #loading: Promise<void> | undefined;
  #loadedAtMs = -Infinity;
  #isComplete = false;

  /** Nothing is read yet. */
  constructor(options: StatusHistoryOptions) {
    this.#options = options;
    this.#notRead = new ConditionLog(options.log, {
      began: "status_history_not_read",
      ended: "status_history_read_again",
    });
  }

  /** Oldest first. */
  get samples(): readonly StatusSample[] {
    return this.#samples;
  }

  /** Whether the last look reached the end of the log. */
  get isComplete(): boolean {
    return this.#isComplete;
  }

  /** Looks what is new, where it is time for that; waits for it a moment, no more. Never rejects. */
  async refresh(): Promise<void> {
    const { clock } = this.#options;
    if (clock.monotonicMs() - this.#loadedAtMs < RELOAD_PERIOD_MS) return;
    this.#loading ??= this.#load().finally(() => this.#loading = undefined);
    const options = { clock, deadlineMs: VISITOR_WAITS_MS, action: "read the history" };
    await within(this.#loading, options).catch(() => {
      // Loading never rejects: it takes longer than a visitor waits, and goes on.
    });
  }

  /** Ends the look under way. */
  async close(): Promise<void> {
    this.#closing.abort();
    await this.#loading;
  }

  async #load(): Promise<void> {
    const { clock } = this.#options;
    this.#loadedAtMs = clock.monotonicMs();
    const late = new AbortController();
    const cancel = clock.after(LOAD_DEADLINE_MS, () => late.abort());
    try {
      await this.#read(AbortSignal.any([late.signal, this.#closing.signal]));
      this.#isComplete = true;
      this.#notRead.end();
    } catch (error) {
      this.#isComplete = false;
      if (!this.#closing.signal.aborted) this.#notRead.begin({ error: describeError(error) });
    } finally {
      cancel();
      this.#forget();
    }
  }

  async #read(signal: AbortSignal): Promise<void> {
    const { eventLog } = this.#options;
    const after = this.#position;
    const options = { key: HISTORY_KEY, signal, ...(after !== undefined && { after }) };
    for await (const { position, value } of eventLog.read(HISTORY_TOPIC, options)) {
      const sample = tryParseSample(value);
      if (sample !== undefined) this.#add(sample);
      this.#position = position;
    }
  }

  #add(sample: StatusSample): void {
    const samples = this.#samples;
    if (sample.atMs < this.#oldestMs()) return;
    // Clocks of two workers differ; nearly always it is the last all the same.
    let index = samples.length;
    while (index > 0 && (samples[index - 1]?.atMs ?? 0) > sample.atMs) index--;
    samples.splice(index, 0, sample);
    // A bound for a log that was written by something else.
    if (samples.length > SAMPLES_MAX) samples.splice(0, SAMPLES_MAX / 10);
  }

  #forget(): void {
    const oldestMs = this.#oldestMs();
    const kept = this.#samples.findIndex(({ atMs }) => atMs >= oldestMs);
    this.#samples.splice(0, kept < 0 ? this.#samples.length : kept);
  }

  #oldestMs(): number {
    return this.#options.clock.nowMs() - HISTORY_S_MAX * 1_000;
  }
}
