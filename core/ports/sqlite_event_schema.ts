import type { DatabaseSync } from "node:sqlite";
import { inTransaction } from "./sqlite_transaction.ts";

/**
 * The history of an event log's schema; `PRAGMA user_version` says how many of these have run. A
 * position is a rowid, with which every index ends: a key's or a topic's events are found in order.
 * Topics and keys are numbered, because their names in an index cost more than everything else.
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
  `CREATE TABLE event_topics (
    topic INTEGER PRIMARY KEY,
    name TEXT NOT NULL UNIQUE
  ) STRICT;
  CREATE TABLE event_streams (
    stream INTEGER PRIMARY KEY,
    topic INTEGER NOT NULL REFERENCES event_topics,
    key TEXT NOT NULL,
    UNIQUE (topic, key)
  ) STRICT;
  INSERT INTO event_topics (name) SELECT DISTINCT topic FROM events;
  INSERT INTO event_streams (topic, key) SELECT DISTINCT event_topics.topic, key
    FROM events JOIN event_topics ON name = events.topic;
  CREATE TABLE numbered_events (
    position INTEGER PRIMARY KEY AUTOINCREMENT,
    topic INTEGER NOT NULL,
    stream INTEGER NOT NULL,
    event_id TEXT,
    at_ms INTEGER NOT NULL,
    value TEXT NOT NULL
  ) STRICT;
  INSERT INTO numbered_events
    SELECT position, event_topics.topic, stream, event_id, at_ms, value FROM events
    JOIN event_topics ON name = events.topic
    JOIN event_streams ON event_streams.topic = event_topics.topic AND event_streams.key = events.key;
  DELETE FROM sqlite_sequence WHERE name = 'numbered_events';
  INSERT INTO sqlite_sequence (name, seq)
    SELECT 'numbered_events', seq FROM sqlite_sequence WHERE name = 'events';
  DROP TABLE events;
  ALTER TABLE numbered_events RENAME TO events;
  CREATE INDEX events_by_topic ON events (topic);
  CREATE INDEX events_by_stream ON events (stream);
  CREATE VIEW history AS
    SELECT position, name AS topic, key, datetime(at_ms / 1000, 'unixepoch') AS at, value
    FROM events JOIN event_topics USING (topic) JOIN event_streams USING (stream);`,
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
