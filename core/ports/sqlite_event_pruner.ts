import type { DatabaseSync, StatementSync } from "node:sqlite";
import { integerOf } from "./sql_columns.ts";
import type { SqlRow } from "./sql_database.ts";

/** How much of an event log is kept; beyond either bound the oldest events go. */
export interface EventRetention {
  /** How old an event may become, in milliseconds. */
  readonly ageMaxMs: number;
  /** What the events and their indexes may take of the file, in bytes. */
  readonly bytesMax: number;
}

/** What was removed at once. */
export interface Pruned {
  /** Events that were too old. */
  readonly oldCount: number;
  /** Younger ones, for which there was no room. */
  readonly excessCount: number;
  /** How often a consumer group had yet to read one of them. */
  readonly unreadCount: number;
  /** Whether a key's last event was among them, so that its number will be given to another key. */
  readonly freedStreams: boolean;
}

/** Nothing was removed. */
export const NOTHING_PRUNED: Pruned = {
  oldCount: 0,
  excessCount: 0,
  unreadCount: 0,
  freedStreams: false,
};

/** Events that are removed at once at most: twice a batch, so that a log beyond its bounds shrinks. */
export const PRUNE_EVENTS_MAX = 1024;

/** What they may have in JSON text, in bytes; one event more may go beyond. */
export const PRUNE_BYTES_MAX = 4_194_304;

interface Candidate {
  readonly position: number;
  readonly topic: number;
  readonly stream: number;
  readonly atMs: number;
  readonly bytes: number;
}

/**
 * Removes an event log's oldest events, some at a time, inside a transaction that appends others: who
 * does not write removes nothing. Pages that become free are used again, so the file stays as large as
 * it once was. What a group had yet to read goes all the same, as in Kafka, and is counted.
 */
export class EventPruner {
  readonly #retention: EventRetention;
  readonly #usedBytes: StatementSync;
  readonly #oldest: StatementSync;
  readonly #groups: StatementSync;
  readonly #remove: StatementSync;
  readonly #removeStream: StatementSync;

  /** On a database whose schema is up to date. */
  constructor(database: DatabaseSync, retention: EventRetention) {
    this.#retention = retention;
    this.#usedBytes = database.prepare(
      `SELECT (page_count - freelist_count) * page_size AS bytes
       FROM pragma_page_count, pragma_freelist_count, pragma_page_size`,
    );
    this.#oldest = database.prepare(
      `SELECT position, topic, stream, at_ms, octet_length(value) AS bytes
       FROM events ORDER BY position LIMIT ?`,
    );
    this.#groups = database.prepare(
      `SELECT event_topics.topic, position FROM event_groups
       JOIN event_topics ON name = event_groups.topic`,
    );
    this.#remove = database.prepare("DELETE FROM events WHERE position <= ?");
    this.#removeStream = database.prepare(
      `DELETE FROM event_streams
       WHERE stream = ? AND NOT EXISTS (SELECT 1 FROM events WHERE events.stream = ?)`,
    );
  }

  /**
   * Removes what is too old or too much, oldest first and up to the first event that is neither.
   *
   * @param nowMs by the clock that the events bear, in milliseconds since the epoch
   * @param bytesMore what may go beyond {@linkcode PRUNE_BYTES_MAX}: as much as is appended
   */
  prune(nowMs: number, bytesMore: number): Pruned {
    const excessBytes = integerOf(this.#usedBytes.get(), "bytes") - this.#retention.bytesMax;
    const oldMs = nowMs - this.#retention.ageMaxMs;
    const removed: Candidate[] = [];
    let [bytes, oldCount] = [0, 0];
    for (const row of this.#oldest.iterate(PRUNE_EVENTS_MAX)) {
      const candidate = toCandidate(row);
      const isOld = candidate.atMs < oldMs;
      if (!isOld && bytes >= excessBytes) break;
      if (isOld) oldCount++;
      removed.push(candidate);
      bytes += candidate.bytes;
      if (bytes >= PRUNE_BYTES_MAX + bytesMore) break;
    }
    const last = removed.at(-1);
    if (last === undefined) return NOTHING_PRUNED;
    const unreadCount = this.#countUnread(removed);
    this.#remove.run(last.position);
    const excessCount = removed.length - oldCount;
    return { oldCount, excessCount, unreadCount, freedStreams: this.#removeStreams(removed) };
  }

  #countUnread(removed: readonly Candidate[]): number {
    let count = 0;
    for (const row of this.#groups.all()) {
      const [topic, position] = [integerOf(row, "topic"), integerOf(row, "position")];
      for (const event of removed) {
        if (event.topic === topic && event.position > position) count++;
      }
    }
    return count;
  }

  #removeStreams(removed: readonly Candidate[]): boolean {
    let isAny = false;
    for (const stream of new Set(removed.map((event) => event.stream))) {
      if (Number(this.#removeStream.run(stream, stream).changes) > 0) isAny = true;
    }
    return isAny;
  }
}

function toCandidate(row: SqlRow): Candidate {
  return {
    position: integerOf(row, "position"),
    topic: integerOf(row, "topic"),
    stream: integerOf(row, "stream"),
    atMs: integerOf(row, "at_ms"),
    bytes: integerOf(row, "bytes"),
  };
}
