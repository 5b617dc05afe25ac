import type { Clock } from "../clock.ts";
import { Deque } from "../deque.ts";
import { describeError, type Log } from "../log.ts";
import { WriteProgress } from "./write_progress.ts";

/** A batch is sent when it has so many events… */
export const BATCH_EVENTS_MAX = 512;
/** …or its first has waited so long, in milliseconds. */
export const BATCH_DELAY_MS = 50;

const RETRY_DELAY_MIN_MS = 100;
const RETRY_DELAY_MAX_MS = 5_000;

/**
 * Why an event was dropped. `overflow`: the buffer was full, the oldest go. `bad_event`: it is larger
 * than an event may be, or no JSON. `closed`: the log was closed before it was written.
 */
export const EVENT_DROP_REASONS = ["overflow", "bad_event", "closed"] as const;

/** One of {@linkcode EVENT_DROP_REASONS}. */
export type EventDropReason = typeof EVENT_DROP_REASONS[number];

/** What a batcher needs. */
export interface EventBatcherOptions<Row> {
  /** For the delays. */
  readonly clock: Clock;
  /** Told when writing begins to fail and when it works again. */
  readonly log: Log;
  /** Writes all the rows or, where it rejects, none. */
  readonly write: (rows: readonly Row[]) => Promise<void>;
  /** How much memory a row takes, in characters. */
  readonly sizeOf: (row: Row) => number;
  /** Rows that wait at most. */
  readonly countMax: number;
  /** Characters that wait at most. */
  readonly sizeMax: number;
  /** Called once for each row that is dropped. */
  readonly onDrop: (reason: EventDropReason) => void;
  /** Called when writing begins to fail (false, and why) and when it works again (true). */
  readonly onState: (isUp: boolean, reason?: string) => void;
}

/**
 * Collects rows in a bounded buffer and writes them in batches, one at a time and in order. A batch
 * that could not be written is tried again, after a growing delay, until it can.
 */
export class EventBatcher<Row> {
  readonly #options: EventBatcherOptions<Row>;
  readonly #buffer = new Deque<Row>();
  #size = 0;
  readonly #progress = new WriteProgress();
  #inFlightCount = 0;
  #failureCount = 0;
  #pumpDue = false;
  /** Said once for each time that writing falls behind; the count says how far. */
  #overflowing = false;
  #cancelTimer: (() => void) | undefined;
  #closing: Promise<void> | undefined;

  /** Writes nothing before rows come. */
  constructor(options: EventBatcherOptions<Row>) {
    this.#options = options;
  }

  /** Rows that wait or are being written. */
  get waitingCount(): number {
    return this.#buffer.length + this.#inFlightCount;
  }

  /** Takes a row; costs the caller no more than that. */
  append(row: Row): void {
    if (this.#closing !== undefined) return this.#options.onDrop("closed");
    this.#buffer.push(row);
    this.#size += this.#options.sizeOf(row);
    this.#progress.taken();
    this.#trim();
    if (this.#buffer.length >= BATCH_EVENTS_MAX) this.#pumpSoon();
    else this.#arm(BATCH_DELAY_MS);
  }

  /**
   * Resolves when every row taken so far is written.
   *
   * @throws Error when writing fails, though it is tried again, or when one of them was dropped
   */
  flush(): Promise<void> {
    const flushed = this.#progress.all();
    this.#disarm();
    this.#pump();
    return flushed;
  }

  /** Takes no more rows and writes those that wait, or drops them. @throws Error when it drops any */
  close(): Promise<void> {
    this.#closing ??= this.flush().finally(() => {
      this.#disarm();
      while (this.#dropOldest("closed"));
    });
    return this.#closing;
  }

  // After the running task: a tick that appends does not pay for the batch.
  #pumpSoon(): void {
    if (this.#pumpDue) return;
    this.#pumpDue = true;
    queueMicrotask(() => {
      this.#pumpDue = false;
      // While writing fails, only the timer tries again.
      if (this.#failureCount === 0) this.#pump();
    });
  }

  #pump(): void {
    if (this.#inFlightCount > 0 || this.#buffer.length === 0) return;
    this.#disarm();
    const batch: Row[] = [];
    while (batch.length < BATCH_EVENTS_MAX) {
      const row = this.#shift();
      if (row === undefined) break;
      batch.push(row);
    }
    this.#inFlightCount = batch.length;
    this.#options.write(batch).then(() => this.#written(), (error) => this.#failed(batch, error));
  }

  #written(): void {
    const writtenCount = this.#inFlightCount;
    this.#inFlightCount = 0;
    this.#overflowing = false;
    if (this.#failureCount > 0) {
      this.#failureCount = 0;
      this.#options.log.info("event_log_up");
      this.#options.onState(true);
    }
    this.#progress.written(writtenCount);
    if (this.#progress.isAwaited || this.#buffer.length >= BATCH_EVENTS_MAX) this.#pump();
    else if (this.#buffer.length > 0) this.#arm(BATCH_DELAY_MS);
  }

  #failed(batch: readonly Row[], error: unknown): void {
    this.#inFlightCount = 0;
    for (const row of batch.toReversed()) {
      this.#buffer.pushFront(row);
      this.#size += this.#options.sizeOf(row);
    }
    if (this.#failureCount === 0) {
      const reason = describeError(error);
      this.#options.log.error("event_log_down", { reason });
      this.#options.onState(false, reason);
    }
    const delayMs = Math.min(RETRY_DELAY_MIN_MS * 2 ** this.#failureCount, RETRY_DELAY_MAX_MS);
    this.#failureCount++;
    this.#progress.fail("Cannot flush: events cannot be written", { cause: error });
    this.#trim();
    this.#disarm();
    if (this.#closing === undefined) this.#arm(delayMs);
  }

  #trim(): void {
    const { countMax, sizeMax } = this.#options;
    while (this.#buffer.length > countMax || this.#size > sizeMax) {
      if (!this.#overflowing) this.#options.log.warn("event_log_overflow");
      this.#overflowing = true;
      if (!this.#dropOldest("overflow")) return;
    }
  }

  #dropOldest(reason: EventDropReason): boolean {
    if (this.#shift() === undefined) return false;
    this.#progress.dropped();
    this.#options.onDrop(reason);
    return true;
  }

  #shift(): Row | undefined {
    const row = this.#buffer.shift();
    if (row !== undefined) this.#size -= this.#options.sizeOf(row);
    return row;
  }

  #arm(delayMs: number): void {
    this.#cancelTimer ??= this.#options.clock.after(delayMs, () => {
      this.#cancelTimer = undefined;
      this.#pump();
    });
  }

  #disarm(): void {
    this.#cancelTimer?.();
    this.#cancelTimer = undefined;
  }
}
