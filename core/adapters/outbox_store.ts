import type { DatabaseSync, StatementSync } from "node:sqlite";
import type { OutboxStatus } from "../ports/outbox.ts";
import { integerOf, optionalIntegerOf } from "../ports/sql_columns.ts";
import type { EventRow } from "../ports/sqlite_event_store.ts";
import { openSqliteFile } from "../ports/sqlite_file.ts";
import { inTransaction } from "../ports/sqlite_transaction.ts";
import { type OutboxRecord, toOutboxRecord, updateOutboxSchema } from "./outbox_schema.ts";

/** Where an outbox is kept, and how much of it. */
export interface OutboxStoreOptions {
  /** The file, made where it is missing, or `:memory:`. */
  readonly path: string;
  /** Events that wait at most. */
  readonly countMax: number;
  /** Characters that wait at most; in a file each takes a byte, or up to three outside ASCII. */
  readonly lengthMax: number;
}

/** How much to take at once. */
export interface OutboxPage {
  /** Events at most, 1 or more. */
  readonly countMax: number;
  /** Characters at most, except that the first event is always taken. */
  readonly lengthMax: number;
}

/** The events in a SQLite file. Blocks for the disk: it belongs in a Worker of its own. */
export class OutboxStore {
  readonly #options: OutboxStoreOptions;
  readonly #database: DatabaseSync;
  readonly #insert: StatementSync;
  readonly #page: StatementSync;
  readonly #sizes: StatementSync;
  readonly #sum: StatementSync;
  readonly #remove: StatementSync;
  #count = 0;
  #length = 0;
  #newestPosition = 0;

  /**
   * Opens the file, with what an earlier process left in it, for this connection alone.
   *
   * @throws Error naming the path, where it is no outbox, a newer program's, or open elsewhere
   */
  constructor(options: OutboxStoreOptions) {
    this.#options = options;
    const database = openSqliteFile({ path: options.path, fullSync: true });
    this.#database = database;
    try {
      // Two processes that deliver from one file would each remove what the other counts.
      database.exec("PRAGMA locking_mode = EXCLUSIVE");
      updateOutboxSchema(database);
      this.#insert = database.prepare(
        "INSERT INTO outbox (topic, key, event_id, at_ms, value, length) VALUES (?, ?, ?, ?, ?, ?)",
      );
      this.#page = database.prepare(
        `SELECT position, topic, key, event_id, at_ms, value, length FROM outbox
         ORDER BY position LIMIT ?`,
      );
      this.#sizes = database.prepare(
        "SELECT position, length FROM outbox WHERE position > ? ORDER BY position",
      );
      this.#sum = database.prepare(
        `SELECT count(*) AS count, coalesce(sum(length), 0) AS length FROM outbox
         WHERE position > ? AND position <= ?`,
      );
      this.#remove = database.prepare("DELETE FROM outbox WHERE position > ? AND position <= ?");
      const all = this.#measure(0, Number.MAX_SAFE_INTEGER);
      this.#count = all.count;
      this.#length = all.length;
      const newest = database.prepare("SELECT max(position) AS newest FROM outbox").get();
      this.#newestPosition = optionalIntegerOf(newest, "newest") ?? 0;
    } catch (error) {
      database.close();
      const reason = error instanceof Error ? error.message : String(error);
      throw new Error(`Cannot open outbox ${options.path}: ${reason}`, { cause: error });
    }
  }

  /** Position of the newest event that was ever seen here; 0 of none. */
  get newestPosition(): number {
    return this.#newestPosition;
  }

  /** What waits. */
  get status(): OutboxStatus {
    const oldest = this.oldest();
    return {
      count: this.#count,
      length: this.#length,
      oldestAtMs: oldest === undefined ? undefined : oldest.row[3],
    };
  }

  /** The event that waits longest; undefined of none. */
  oldest(): OutboxRecord | undefined {
    return this.#count === 0 ? undefined : this.page({ countMax: 1, lengthMax: 0 })[0];
  }

  /**
   * Keeps all the rows or, where it throws, none; and drops the oldest that are too many, none up to
   * `spareUpTo`, which are on their way.
   *
   * @returns how many were dropped
   */
  append(rows: readonly EventRow[], spareUpTo = 0): number {
    const before = { count: this.#count, length: this.#length, newest: this.#newestPosition };
    let droppedCount = 0;
    try {
      inTransaction(this.#database, () => {
        for (const row of rows) this.#add(row);
        droppedCount = this.#trim(spareUpTo);
      });
    } catch (error) {
      this.#count = before.count;
      this.#length = before.length;
      this.#newestPosition = before.newest;
      throw error;
    }
    return droppedCount;
  }

  /** The oldest events, which stay where they are. */
  page(page: OutboxPage): OutboxRecord[] {
    const records: OutboxRecord[] = [];
    let length = 0;
    for (const row of this.#page.iterate(page.countMax)) {
      length += integerOf(row, "length");
      if (records.length > 0 && length > page.lengthMax) break;
      records.push(toOutboxRecord(row));
    }
    return records;
  }

  /** Removes the events up to a position: they are delivered. */
  remove(upTo: number): void {
    this.#removeRange(0, upTo);
  }

  /** Closes the file. */
  close(): void {
    this.#database.close();
  }

  #add(row: EventRow): void {
    const [topic, key, , , value] = row;
    const length = topic.length + key.length + value.length;
    const { lastInsertRowid } = this.#insert.run(...row, length);
    this.#newestPosition = Number(lastInsertRowid);
    this.#count++;
    this.#length += length;
  }

  #trim(spareUpTo: number): number {
    const { countMax, lengthMax } = this.#options;
    let excessCount = this.#count - countMax;
    let excessLength = this.#length - lengthMax;
    if (excessCount <= 0 && excessLength <= 0) return 0;
    let upTo = spareUpTo;
    for (const row of this.#sizes.iterate(spareUpTo)) {
      if (excessCount <= 0 && excessLength <= 0) break;
      upTo = integerOf(row, "position");
      excessCount--;
      excessLength -= integerOf(row, "length");
    }
    return this.#removeRange(spareUpTo, upTo);
  }

  #removeRange(after: number, upTo: number): number {
    const { count, length } = this.#measure(after, upTo);
    this.#remove.run(after, upTo);
    this.#count -= count;
    this.#length -= length;
    return count;
  }

  #measure(after: number, upTo: number): { readonly count: number; readonly length: number } {
    const row = this.#sum.get(after, upTo);
    return { count: integerOf(row, "count"), length: integerOf(row, "length") };
  }
}
