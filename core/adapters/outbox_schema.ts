import type { DatabaseSync } from "node:sqlite";
import { integerOf, textOf } from "../ports/sql_columns.ts";
import type { SqlRow } from "../ports/sql_database.ts";
import type { EventRow } from "../ports/sqlite_event_store.ts";
import { inTransaction } from "../ports/sqlite_transaction.ts";

/** An event that waits. */
export interface OutboxRecord {
  /** Grows along the outbox and is never used again. */
  readonly position: number;
  /** The event. */
  readonly row: EventRow;
}

// AUTOINCREMENT: a position stays that of one event even after the outbox was empty.
const SCHEMA = `CREATE TABLE outbox (
  position INTEGER PRIMARY KEY AUTOINCREMENT,
  topic TEXT NOT NULL,
  key TEXT NOT NULL,
  event_id TEXT,
  at_ms INTEGER NOT NULL,
  value TEXT NOT NULL,
  length INTEGER NOT NULL
) STRICT`;
const SCHEMA_VERSION = 1;

/** Makes the schema of an outbox. @throws Error where a newer program has made it */
export function updateOutboxSchema(database: DatabaseSync): void {
  inTransaction(database, () => {
    const version = integerOf(database.prepare("PRAGMA user_version").get(), "user_version");
    if (version > SCHEMA_VERSION) {
      throw new Error(`its schema version ${version} is newer than ${SCHEMA_VERSION}`);
    }
    if (version === SCHEMA_VERSION) return;
    database.exec(SCHEMA);
    database.exec(`PRAGMA user_version = ${SCHEMA_VERSION}`);
  });
}

/** A row of the table as an event. @throws Error where it is none */
export function toOutboxRecord(row: SqlRow): OutboxRecord {
  return {
    position: integerOf(row, "position"),
    row: [
      textOf(row, "topic"),
      textOf(row, "key"),
      row["event_id"] === null ? null : textOf(row, "event_id"),
      integerOf(row, "at_ms"),
      textOf(row, "value"),
    ],
  };
}
