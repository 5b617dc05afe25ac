import type { DatabaseSync, StatementSync } from "node:sqlite";

/** Numbers that are remembered; all are looked up again when there are more. */
const REMEMBERED_MAX = 16_384;

/** The number of what is not there: rows are numbered from 1. */
const NOT_THERE = 0;

/** Where an event belongs. */
export interface EventStream {
  /** The number of its topic. */
  readonly topicNumber: number;
  /** The number of its key in the topic. */
  readonly streamNumber: number;
}

/** The numbers of topics, and of the keys in each, by which the events of a store are kept. */
export class EventStreams {
  readonly #insertTopic: StatementSync;
  readonly #insertStream: StatementSync;
  readonly #topic: StatementSync;
  readonly #stream: StatementSync;
  readonly #othersVersion: StatementSync;
  /** By key within topic. */
  readonly #known = new Map<string, Map<string, EventStream>>();
  #knownCount = 0;
  /** What `data_version` was: it changes when another connection has committed. */
  #version = 0;

  /** On a database whose schema is up to date. */
  constructor(database: DatabaseSync) {
    this.#insertTopic = database.prepare("INSERT OR IGNORE INTO event_topics (name) VALUES (?)");
    this.#insertStream = database.prepare(
      "INSERT OR IGNORE INTO event_streams (topic, key) VALUES (?, ?)",
    );
    this.#topic = database.prepare("SELECT topic AS number FROM event_topics WHERE name = ?");
    this.#stream = database.prepare(
      "SELECT stream AS number FROM event_streams WHERE topic = ? AND key = ?",
    );
    this.#othersVersion = database.prepare("PRAGMA data_version");
  }

  /**
   * Looks everything up again where another process has written meanwhile: it may have removed keys,
   * whose numbers go to others. In a write transaction, before the first `number`.
   */
  refresh(): void {
    const version = Number(this.#othersVersion.get()?.["data_version"]);
    if (version !== this.#version) this.forget();
    this.#version = version;
  }

  /** Where an event of this topic and key belongs; numbers them where they are new. In a transaction. */
  number(topic: string, key: string): EventStream {
    const known = this.#known.get(topic)?.get(key);
    if (known !== undefined) return known;
    this.#insertTopic.run(topic);
    const topicNumber = this.findTopic(topic);
    this.#insertStream.run(topicNumber, key);
    const stream = { topicNumber, streamNumber: this.findStream(topicNumber, key) };
    this.#remember(topic, key, stream);
    return stream;
  }

  /** The number of a topic, one that no event has where it is not there. */
  findTopic(topic: string): number {
    return numberOf(this.#topic.get(topic));
  }

  /** The number of a key in a topic, one that no event has where it is not there. */
  findStream(topicNumber: number, key: string): number {
    return numberOf(this.#stream.get(topicNumber, key));
  }

  /** Looks everything up again: a transaction was rolled back, or keys were removed. */
  forget(): void {
    this.#known.clear();
    this.#knownCount = 0;
  }

  #remember(topic: string, key: string, stream: EventStream): void {
    if (this.#knownCount >= REMEMBERED_MAX) this.forget();
    const streams = this.#known.get(topic) ?? new Map<string, EventStream>();
    this.#known.set(topic, streams.set(key, stream));
    this.#knownCount++;
  }
}

function numberOf(row: ReturnType<StatementSync["get"]>): number {
  return Number(row?.["number"] ?? NOT_THERE);
}
