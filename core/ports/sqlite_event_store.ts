import type { DatabaseSync, StatementSync } from "node:sqlite";
import {
  EventPruner,
  type EventRetention,
  NOTHING_PRUNED,
  type Pruned,
} from "./sqlite_event_pruner.ts";
import { integerOf, optionalIntegerOf, textOf } from "./sql_columns.ts";
import { EventStreams } from "./sqlite_event_streams.ts";
import { updateEventSchema } from "./sqlite_event_schema.ts";
import { openSqliteFile } from "./sqlite_file.ts";
import { inTransaction } from "./sqlite_transaction.ts";

/** An event on its way to the store, as a tuple: half the cost of an object between threads. */
export type EventRow = readonly [
  topic: string,
  key: string,
  eventId: string | null,
  /** When it was appended, in milliseconds since the epoch. */
  atMs: number,
  /** JSON text. */
  value: string,
];

/** An event as the store gives it. */
export interface EventRecord {
  /** Grows along the log. */
  readonly position: number;
  /** Its key. */
  readonly key: string;
  /** JSON text. */
  readonly value: string;
}

/** Which part of a topic to read. */
export interface PageQuery {
  /** The topic. */
  readonly topic: string;
  /** Only events of this key; all keys if undefined. */
  readonly key: string | undefined;
  /** Only events after this position; 0 is the start. */
  readonly after: number;
  /** Only events up to this position; up to the newest if undefined. */
  readonly upTo: number | undefined;
}

/** A part of a topic. */
export interface Page {
  /** Oldest first; empty where there are no more. */
  readonly events: readonly EventRecord[];
  /** The query's `upTo`, or the newest position there was. */
  readonly upTo: number;
}

/** Where a log is kept, and how much of it. */
export interface EventStoreOptions {
  /** The file, or `:memory:`. */
  readonly path: string;
  /** The size at which writing fails as on a full disk; without a bound if undefined. */
  readonly fileBytesMax?: number;
  /** What is removed as others are appended; everything is kept if undefined. */
  readonly retention?: EventRetention;
}

/** Events of a page at most. */
export const PAGE_EVENTS_MAX = 500;
/** A page ends with the event that brings it here, in characters. */
const PAGE_LENGTH_MAX = 1_048_576;
const PAGE_SIZE_BYTES = 4096;

/** Reads a topic: its number, after, up to, limit. */
export const READ_TOPIC_SQL = `SELECT position, key, value
  FROM events INDEXED BY events_by_topic JOIN event_streams USING (stream)
  WHERE events.topic = ? AND position > ? AND position <= ? ORDER BY position LIMIT ?`;

/** Reads a key of a topic: its stream's number, after, up to, limit. */
export const READ_STREAM_SQL = `SELECT position, key, value
  FROM events INDEXED BY events_by_stream JOIN event_streams USING (stream)
  WHERE stream = ? AND position > ? AND position <= ? ORDER BY position LIMIT ?`;

/** The events in a SQLite file. Blocks for the disk: it belongs in a Worker of its own. */
export class SqliteEventStore {
  readonly #database: DatabaseSync;
  readonly #insert: StatementSync;
  readonly #newest: StatementSync;
  readonly #byTopic: StatementSync;
  readonly #byStream: StatementSync;
  readonly #streams: EventStreams;
  readonly #groupPosition: StatementSync;
  readonly #commit: StatementSync;
  readonly #pruner: EventPruner | undefined;

  /**
   * Opens the file, making or updating its schema. Every batch is on the disk when it is written.
   *
   * @throws Error naming the path, where it is no database or a newer program's
   */
  constructor(options: EventStoreOptions) {
    const database = openSqliteFile({ path: options.path, fullSync: true });
    this.#database = database;
    try {
      if (options.fileBytesMax !== undefined) {
        const pageCountMax = Math.max(1, Math.floor(options.fileBytesMax / PAGE_SIZE_BYTES));
        database.exec(`PRAGMA max_page_count = ${pageCountMax}`);
      }
      updateEventSchema(database, options.path);
    } catch (error) {
      database.close();
      throw error;
    }
    this.#insert = database.prepare(
      "INSERT INTO events (topic, stream, event_id, at_ms, value) VALUES (?, ?, ?, ?, ?)",
    );
    this.#newest = database.prepare("SELECT max(position) AS position FROM events WHERE topic = ?");
    this.#byTopic = database.prepare(READ_TOPIC_SQL);
    this.#byStream = database.prepare(READ_STREAM_SQL);
    this.#streams = new EventStreams(database);
    this.#groupPosition = database.prepare(
      "SELECT position FROM event_groups WHERE topic = ? AND group_name = ?",
    );
    this.#commit = database.prepare(
      `INSERT INTO event_groups (topic, group_name, position) VALUES (?, ?, ?)
       ON CONFLICT (topic, group_name) DO UPDATE SET position = max(position, excluded.position)`,
    );
    const { retention } = options;
    this.#pruner = retention === undefined ? undefined : new EventPruner(database, retention);
  }

  /** Writes all the rows and removes what they make too old or too much or, where it throws, neither. */
  append(rows: readonly EventRow[]): Pruned {
    let pruned = NOTHING_PRUNED;
    try {
      inTransaction(this.#database, () => {
        this.#streams.refresh();
        // First, so that the rows find room in what becomes free.
        pruned = this.#prune(rows);
        for (const [topic, key, eventId, atMs, value] of rows) {
          const { topicNumber, streamNumber } = this.#streams.number(topic, key);
          this.#insert.run(topicNumber, streamNumber, eventId, atMs, value);
        }
      });
    } catch (error) {
      // What was numbered in it is not there.
      this.#streams.forget();
      throw error;
    }
    return pruned;
  }

  #prune(rows: readonly EventRow[]): Pruned {
    const newest = rows.at(-1);
    if (this.#pruner === undefined || newest === undefined) return NOTHING_PRUNED;
    const [, , , nowMs] = newest;
    const length = rows.reduce((sum, [, , , , value]) => sum + value.length, 0);
    const pruned = this.#pruner.prune(nowMs, length);
    if (pruned.freedStreams) this.#streams.forget();
    return pruned;
  }

  /** A part of a topic, at most {@linkcode PAGE_EVENTS_MAX} events. */
  page(query: PageQuery): Page {
    const { topic, key, after } = query;
    const topicNumber = this.#streams.findTopic(topic);
    const upTo = query.upTo ?? optionalIntegerOf(this.#newest.get(topicNumber), "position") ?? 0;
    const range = [after, upTo, PAGE_EVENTS_MAX];
    const rows = key === undefined
      ? this.#byTopic.iterate(topicNumber, ...range)
      : this.#byStream.iterate(this.#streams.findStream(topicNumber, key), ...range);
    const events: EventRecord[] = [];
    let length = 0;
    for (const row of rows) {
      const value = textOf(row, "value");
      events.push({ position: integerOf(row, "position"), key: textOf(row, "key"), value });
      length += value.length;
      if (length >= PAGE_LENGTH_MAX) break;
    }
    return { events, upTo };
  }

  /** The position after which a group goes on; 0 for a new one. */
  groupPosition(topic: string, group: string): number {
    const row = this.#groupPosition.get(topic, group);
    return row === undefined ? 0 : integerOf(row, "position");
  }

  /** Moves a group's position on, never back. */
  commit(topic: string, group: string, position: number): void {
    this.#commit.run(topic, group, position);
  }

  /** Closes the file. */
  close(): void {
    this.#database.close();
  }
}
