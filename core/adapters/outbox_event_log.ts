import type { Clock } from "../clock.ts";
import { describeError, type Log } from "../log.ts";
import { EVENT_DROP_REASONS, EventBatcher } from "../ports/event_batcher.ts";
import type {
  EventHandler,
  EventLog,
  NewEvent,
  ReadOptions,
  StoredEvent,
} from "../ports/event_log.ts";
import { eventRowLength, tryEventRow } from "../ports/event_row.ts";
import type { EventSource } from "../ports/event_source.ts";
import { type Outbox, OUTBOX_DROP_REASONS } from "../ports/outbox.ts";
import type { EventRow } from "../ports/sqlite_event_store.ts";
import type { Subscription } from "../ports/subscription.ts";

/** Why events of an {@linkcode OutboxEventLog} are dropped: before the outbox, or from it. */
export const OUTBOX_EVENT_DROP_REASONS = [...EVENT_DROP_REASONS, ...OUTBOX_DROP_REASONS] as const;

/** One of {@linkcode OUTBOX_EVENT_DROP_REASONS}. */
export type OutboxEventDropReason = typeof OUTBOX_EVENT_DROP_REASONS[number];

/** What an {@linkcode OutboxEventLog} needs. */
export interface OutboxEventLogOptions {
  /** Where events wait until the other side has them; the log closes it. */
  readonly outbox: Outbox;
  /** Where they are read; the log closes it. */
  readonly source: EventSource;
  /** For batches, retries and the time of each event. */
  readonly clock: Clock;
  /** Told when the outbox cannot be written. */
  readonly log: Log;
  /** Events that wait in memory for the outbox at most. Default 65 536. */
  readonly bufferCountMax?: number;
  /** Characters that wait in memory for the outbox at most. Default 64 Mi. */
  readonly bufferLengthMax?: number;
  /** Called for each event as it is appended, whatever becomes of it. */
  readonly onAppend?: () => void;
  /** Called for each event that never came to the outbox. */
  readonly onDrop: (count: number, reason: OutboxEventDropReason) => void;
  /** Called when the outbox can no longer be written (false, and why) and when it can again (true). */
  readonly onOutboxState: (isUp: boolean, reason?: string) => void;
}

/**
 * An {@linkcode EventLog} on a broker that may be away. Events go to an outbox on disk, which delivers
 * them when it can. `flush` waits for the outbox alone, `read` for the broker too.
 */
export class OutboxEventLog implements EventLog {
  readonly #options: OutboxEventLogOptions;
  readonly #batcher: EventBatcher<EventRow>;
  #closing: Promise<void> | undefined;

  /** Takes events at once, even before the outbox is open. */
  constructor(options: OutboxEventLogOptions) {
    const { outbox, clock, log } = options;
    this.#options = options;
    this.#batcher = new EventBatcher({
      clock,
      log,
      write: (rows) => outbox.append(rows),
      sizeOf: eventRowLength,
      countMax: options.bufferCountMax ?? 65_536,
      sizeMax: options.bufferLengthMax ?? 67_108_864,
      onDrop: (reason) => options.onDrop(1, reason),
      onState: (isUp, reason) => options.onOutboxState(isUp, reason),
    });
    outbox.opened().catch((error) => log.error("outbox_not_open", { error: describeError(error) }));
  }

  /** Resolves when the outbox is open. @throws Error naming its path, where it is none */
  opened(): Promise<void> {
    return this.#options.outbox.opened();
  }

  /** Events that wait in memory. */
  get waitingCount(): number {
    return this.#batcher.waitingCount;
  }

  append(event: NewEvent): void {
    this.#options.onAppend?.();
    const row = tryEventRow(event, this.#options.clock.nowMs());
    if (row === undefined) this.#options.onDrop(1, "bad_event");
    else this.#batcher.append(row);
  }

  flush(): Promise<void> {
    return this.#batcher.flush();
  }

  /**
   * Resolves when the other side has everything that was appended before the call.
   *
   * @throws Error when the outbox cannot be written, or while the other side is away
   */
  async delivered(): Promise<void> {
    await this.#batcher.flush();
    await this.#options.outbox.delivered();
  }

  async *read(topic: string, options: ReadOptions = {}): AsyncGenerator<StoredEvent> {
    const { outbox, source } = this.#options;
    options.signal?.throwIfAborted();
    this.#throwIfClosed(`read ${topic}`);
    // What is durable in the outbox counts as much as what the broker has.
    await outbox.delivered();
    yield* source.read(topic, options);
  }

  subscribe(topic: string, group: string, handler: EventHandler): Promise<Subscription> {
    return Promise.try(() => {
      this.#throwIfClosed(`subscribe to ${topic}`);
      return this.#options.source.subscribe(topic, group, handler);
    });
  }

  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  async #close(): Promise<void> {
    const { outbox, source } = this.#options;
    await source.close();
    try {
      await this.#batcher.close();
    } finally {
      await outbox.close();
    }
  }

  #throwIfClosed(action: string): void {
    if (this.#closing !== undefined) throw new Error(`Cannot ${action}: the event log is closed`);
  }
}
