import type { Clock } from "../clock.ts";
import { tryJsonObject } from "../json.ts";
import { describeError, type Log } from "../log.ts";
import { EventBatcher, type EventDropReason } from "./event_batcher.ts";
import { GroupMember } from "./event_group.ts";
import { EventGroups } from "./event_groups.ts";
import type { EventHandler, EventLog, NewEvent, ReadOptions, StoredEvent } from "./event_log.ts";
import { eventRowLength, tryEventRow } from "./event_row.ts";
import { SqliteEventLogClient } from "./sqlite_event_log_client.ts";
import type { EventRetention, Pruned } from "./sqlite_event_pruner.ts";
import type { EventRecord, EventRow } from "./sqlite_event_store.ts";
import type { Subscription } from "./subscription.ts";

/** How often a group looks for what other processes wrote, in milliseconds: they cannot wake it. */
const LOOK_PERIOD_MS = 1_000;

/** What a {@linkcode SqliteEventLog} needs. */
export interface SqliteEventLogOptions {
  /** The file, made where it is missing, or `:memory:`. */
  readonly path: string;
  /** For batches, retries and the time in each row. */
  readonly clock: Clock;
  /** Told when writing fails and of handlers that reject. */
  readonly log: Log;
  /** Events that wait in memory at most; beyond it the oldest are dropped. Default 65 536. */
  readonly bufferCountMax?: number;
  /** Characters that wait in memory at most, with the same policy. Default 64 Mi. */
  readonly bufferLengthMax?: number;
  /** The file's size at which writing fails as on a full disk; without a bound if undefined. */
  readonly fileBytesMax?: number;
  /** How much is kept, whatever groups have yet to read; everything if undefined. */
  readonly retention?: EventRetention;
  /** Called for each event as it is appended, whatever becomes of it. */
  readonly onAppend?: () => void;
  /** Called for events that are dropped, with their number. */
  readonly onDrop?: (count: number, reason: EventDropReason) => void;
  /** Called with what was removed to stay within `retention`. */
  readonly onPrune?: (pruned: Pruned) => void;
  /** Called when writing begins to fail (false, and why) and when it works again (true). */
  readonly onState?: (isUp: boolean, reason?: string) => void;
  /**
   * Told that the thread of a file that was open has ended by a fault of ours: nothing is written or read
   * any more. What was flushed is in the file.
   */
  readonly onFault?: (error: Error) => void;
}

type Member = GroupMember<EventRecord>;

/**
 * An {@linkcode EventLog} in a SQLite file. All SQL runs in a Worker, so that no fsync holds up a tick.
 * Of the members of a group in this object one is active at a time; when it closes the next goes on. Other
 * processes may use the same file: what they write is delivered about a second later.
 */
export class SqliteEventLog implements EventLog {
  readonly #options: SqliteEventLogOptions;
  readonly #client: SqliteEventLogClient;
  readonly #batcher: EventBatcher<EventRow>;
  readonly #opened: Promise<void>;
  readonly #groups = new EventGroups<Member>();
  #isOpen = false;
  #closing: Promise<void> | undefined;

  /** Starts to open the file; `opened` says how that went, and events wait meanwhile. */
  constructor(options: SqliteEventLogOptions) {
    const { path, clock, log, fileBytesMax, retention, onState } = options;
    this.#options = options;
    this.#client = new SqliteEventLogClient({ onDeath: (reason) => this.#onDeath(reason) });
    this.#opened = this.#client.open({
      path,
      ...(fileBytesMax === undefined ? {} : { fileBytesMax }),
      ...(retention === undefined ? {} : { retention }),
    });
    this.#opened.then(
      () => this.#isOpen = true,
      (error) => log.error("event_log_not_open", { error: describeError(error) }),
    );
    this.#batcher = new EventBatcher({
      clock,
      log,
      write: (rows) => this.#write(rows),
      sizeOf: eventRowLength,
      countMax: options.bufferCountMax ?? 65_536,
      sizeMax: options.bufferLengthMax ?? 67_108_864,
      onDrop: (reason) => this.#drop(reason),
      onState: (isUp, reason) => onState?.(isUp, reason),
    });
  }

  /** Resolves when the file is open. @throws Error naming the path, where it is no event log */
  opened(): Promise<void> {
    return this.#opened;
  }

  /** Events that wait to be written. */
  get waitingCount(): number {
    return this.#batcher.waitingCount;
  }

  append(event: NewEvent): void {
    this.#options.onAppend?.();
    const row = tryEventRow(event, this.#options.clock.nowMs());
    if (row === undefined) this.#drop("bad_event");
    else this.#batcher.append(row);
  }

  flush(): Promise<void> {
    return this.#batcher.flush();
  }

  async *read(topic: string, options: ReadOptions = {}): AsyncGenerator<StoredEvent> {
    const { key, signal } = options;
    let after = options.after === undefined ? 0 : parsePosition(options.after);
    let upTo: number | undefined;
    while (true) {
      signal?.throwIfAborted();
      const page = await this.#client.page({ topic, key, after, upTo });
      upTo = page.upTo;
      for (const record of page.events) {
        signal?.throwIfAborted();
        yield toStoredEvent(topic, record);
        after = record.position;
      }
      if (page.events.length === 0 || after >= upTo) return;
    }
  }

  subscribe(topic: string, group: string, handler: EventHandler): Promise<Subscription> {
    const { path, clock, log } = this.#options;
    return Promise.try(() => {
      if (this.#closing !== undefined) {
        throw new Error(`Cannot subscribe to ${topic}: the event log is closed`);
      }
      const member: Member = new GroupMember<EventRecord>(
        {
          load: () => this.#client.groupPosition(topic, group),
          next: async (after) => {
            const query = { topic, key: undefined, after, upTo: undefined };
            return (await this.#client.page(query)).events;
          },
          toEvent: (record) => toStoredEvent(topic, record),
          commit: (position) => this.#client.commit(topic, group, position),
        },
        handler,
        {
          clock,
          log: log.child({ topic, group }),
          ...(path === ":memory:" ? {} : { sleepMsMax: LOOK_PERIOD_MS }),
          onClose: () => this.#groups.leave(topic, group, member),
        },
      );
      this.#groups.join(topic, group, member);
      return member;
    });
  }

  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  async #close(): Promise<void> {
    await this.#groups.close();
    try {
      await this.#batcher.close();
    } finally {
      await this.#client.close();
    }
  }

  async #write(rows: readonly EventRow[]): Promise<void> {
    const pruned = await this.#client.append(rows);
    if (pruned.oldCount + pruned.excessCount > 0) this.#options.onPrune?.(pruned);
    for (const topic of new Set(rows.map(([topic]) => topic))) this.#groups.wake(topic);
  }

  #onDeath(reason: string): void {
    const { log, onFault } = this.#options;
    log.error("event_log_worker_died", { reason });
    // One that is not open yet says so to whoever waits for it.
    if (this.#isOpen) onFault?.(new Error(`Cannot go on with the event log: ${reason}`));
  }

  #drop(reason: EventDropReason): void {
    this.#options.onDrop?.(1, reason);
  }
}

function toStoredEvent(topic: string, record: EventRecord): StoredEvent {
  const value = tryJsonObject(JSON.parse(record.value));
  if (value === undefined) throw new Error(`Cannot read event ${record.position}: it is no object`);
  return { topic, key: record.key, value, position: String(record.position) };
}

function parsePosition(position: string): number {
  if (/^\d{1,15}$/.test(position)) return Number(position);
  throw new Error(`Cannot read after position ${JSON.stringify(position)}: it is none of this log`);
}
