import type { DatabaseSync } from "node:sqlite";

/**
 * The history of an event log's schema; `PRAGMA user_version` says how many of these have run. A
 * position is a rowid, with which every index ends: `(topic, key)` finds one key's events in order.
 */
const STEPS: readonly string[] = [
  `CREATE TABLE events (
    position INTEGER PRIMARY KEY AUTOINCREMENT,
    topic TEXT NOT NULL,
    key TEXT NOT NULL,
    event_id TEXT,
    at_ms INTEGER NOT NULL,
    value TEXT NOT NULL
  ) STRICT;
  CREATE INDEX events_by_topic ON events (topic);
  CREATE INDEX events_by_key ON events (topic, key);
  CREATE TABLE event_groups (
    topic TEXT NOT NULL,
    group_name TEXT NOT NULL,
    position INTEGER NOT NULL,
    PRIMARY KEY (topic, group_name)
  ) STRICT, WITHOUT ROWID;`,
];

/**
 * Makes or updates the schema of an event log.
 *
 * @throws Error naming `path`, where a newer program has made it
 */
export function updateEventSchema(database: DatabaseSync, path: string): void {
  inTransaction(database, () => {
    const version = Number(database.prepare("PRAGMA user_version").get()?.["user_version"]);
    if (version > STEPS.length) {
      throw new Error(
        `Cannot open event log ${path}: its schema version ${version} is newer than ${STEPS.length}`,
      );
    }
    for (const step of STEPS.slice(version)) database.exec(step);
    database.exec(`PRAGMA user_version = ${STEPS.length}`);
  });
}

/** Runs `work` in a write transaction, rolled back where it throws. */
export function inTransaction(database: DatabaseSync, work: () => void): void {
  database.exec("BEGIN IMMEDIATE");
  try {
    work();
    database.exec("COMMIT");
  } catch (error) {
    try {
      database.exec("ROLLBACK");
    } catch {
      // A full disk has rolled back already; the caller gets the first error.
    }
    throw error;
  }
}
