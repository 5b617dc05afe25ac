import { type Clock, sleep } from "../clock.ts";
import { Deque } from "../deque.ts";
import type { ReadOptions, StoredEvent } from "../ports/event_log.ts";
import { OffsetOutOfRange, type OffsetRange } from "./kafka_fetcher.ts";
import { kafkaPartitionOf } from "./kafka_partition.ts";
import { type KafkaPosition, parseKafkaPosition } from "./kafka_position.ts";
import { type KafkaRecord, tryStoredEvent } from "./kafka_record.ts";
import { retryDelayMs } from "./retry_delay.ts";

/** How often a part of a topic is asked for before a reading fails. */
const ATTEMPTS_MAX = 4;
const RETRY_DELAYS = { minMs: 50, maxMs: 1_000 };

/** What records are fetched from. */
export interface RecordSource {
  /** What can be read of each partition now; nothing of a topic that is not there. */
  ranges(topic: string): Promise<ReadonlyMap<number, OffsetRange>>;
  /**
   * The first offset of a time, in milliseconds since the epoch: `Infinity` where no record is as new;
   * nothing of a partition of which no times are known.
   */
  offsetsAt(
    topic: string,
    at: { readonly partitions: readonly number[]; readonly atMs: number },
  ): Promise<ReadonlyMap<number, number>>;
  /** Some records of each partition, from its offset on. @throws OffsetOutOfRange, Error */
  fetch(
    topic: string,
    offsets: ReadonlyMap<number, number>,
  ): Promise<ReadonlyMap<number, readonly KafkaRecord[]>>;
}

/** What a reading needs. */
export interface KafkaReadingOptions {
  /** Where the records are. */
  readonly source: RecordSource;
  /** For the delay between two attempts. */
  readonly clock: Clock;
  /** From 0 up to 1, for the jitter. */
  readonly random: () => number;
}

interface Partition {
  readonly id: number;
  /** The offset after which this reading ends. */
  readonly end: number;
  /** The offset of the next record that is not fetched yet. */
  next: number;
  readonly fetched: Deque<KafkaRecord>;
  /** The oldest of those fetched, taken out. */
  head: KafkaRecord | undefined;
}

/**
 * The events of a topic up to those that are there when it begins: of the partitions' next events
 * always the one that was appended first. The order depends on nothing but the events that are left,
 * so that a reading goes on after any position as if it had never stopped.
 *
 * With a key it reads only the partition to which our producers write that key's events; with times only
 * what lies between the first events that are as new, and nothing where none is as new as the first time.
 * A partition of which no times are known is read from its start to its end.
 *
 * @throws Error where a position is none, or the brokers are away
 */
export async function* readKafka(
  topic: string,
  read: ReadOptions,
  options: KafkaReadingOptions,
): AsyncGenerator<StoredEvent> {
  const reached = new Map<number, number>(
    read.after === undefined ? [] : parseKafkaPosition(read.after),
  );
  const partitions = await openPartitions(topic, { read, reached, options });
  while (true) {
    read.signal?.throwIfAborted();
    await fill(topic, partitions, read, options);
    const next = oldestOf(partitions);
    if (next?.head === undefined) return;
    const record = next.head;
    next.head = next.fetched.shift();
    reached.set(next.id, record.offset + 1);
    if (read.key !== undefined && record.key !== read.key) continue;
    const event = tryStoredEvent(record, { topic, position: reached });
    if (event !== undefined) yield event;
  }
}

async function openPartitions(
  topic: string,
  { read, reached, options }: {
    readonly read: ReadOptions;
    readonly reached: KafkaPosition;
    readonly options: KafkaReadingOptions;
  },
): Promise<Partition[]> {
  const { key, sinceMs, untilMs } = read;
  const ranges = await attempt(() => options.source.ranges(topic), read, options);
  const only = key === undefined ? undefined : kafkaPartitionOf(key, ranges.size);
  const ids = [...ranges.keys()].filter((id) => only === undefined || id === only)
    .sort((left, right) => left - right);
  const offsetsAt = async (atMs: number | undefined): Promise<ReadonlyMap<number, number>> => {
    if (atMs === undefined || ids.length === 0) return new Map();
    const at = { partitions: ids, atMs };
    return await attempt(() => options.source.offsetsAt(topic, at), read, options);
  };
  const [since, until] = await Promise.all([offsetsAt(sinceMs), offsetsAt(untilMs)]);
  return ids.map((id) => {
    const { low, high } = ranges.get(id) ?? { low: 0, high: 0 };
    return {
      id,
      next: Math.max(low, reached.get(id) ?? 0, since.get(id) ?? 0),
      end: Math.min(high, until.get(id) ?? high),
      fetched: new Deque<KafkaRecord>(),
      head: undefined,
    };
  });
}

function oldestOf(partitions: readonly Partition[]): Partition | undefined {
  let oldest: Partition | undefined;
  for (const partition of partitions) {
    if (partition.head === undefined) continue;
    if (oldest?.head === undefined || partition.head.atMs < oldest.head.atMs) oldest = partition;
  }
  return oldest;
}

/** Fetches until every partition that has events left has one at hand. */
async function fill(
  topic: string,
  partitions: readonly Partition[],
  read: ReadOptions,
  options: KafkaReadingOptions,
): Promise<void> {
  for (let emptyCount = 0;; emptyCount++) {
    const hungry = partitions.filter(({ head, next, end }) => head === undefined && next < end);
    if (hungry.length === 0) return;
    if (emptyCount > ATTEMPTS_MAX * partitions.length) {
      throw new Error(`Cannot read ${topic}: partition ${hungry[0]?.id} gives nothing`);
    }
    await attempt(() => fetchInto(topic, hungry, options.source), read, options);
  }
}

async function fetchInto(
  topic: string,
  partitions: readonly Partition[],
  source: RecordSource,
): Promise<void> {
  try {
    const offsets = new Map(partitions.map(({ id, next }) => [id, next]));
    const records = await source.fetch(topic, offsets);
    for (const partition of partitions) take(partition, records.get(partition.id) ?? []);
  } catch (error) {
    if (!(error instanceof OffsetOutOfRange)) throw error;
    // What was to be read next has been deleted for its age.
    const ranges = await source.ranges(topic);
    for (const partition of partitions) {
      partition.next = Math.max(partition.next, ranges.get(partition.id)?.low ?? 0);
    }
  }
}

function take(partition: Partition, records: readonly KafkaRecord[]): void {
  for (const record of records) {
    partition.next = record.offset + 1;
    if (record.offset < partition.end) partition.fetched.push(record);
  }
  partition.head ??= partition.fetched.shift();
}

async function attempt<T>(
  work: () => Promise<T>,
  { signal }: ReadOptions,
  { clock, random }: KafkaReadingOptions,
): Promise<T> {
  for (let failureCount = 1;; failureCount++) {
    try {
      return await work();
    } catch (error) {
      if (failureCount >= ATTEMPTS_MAX) throw error;
    }
    await sleep(clock, retryDelayMs(failureCount, RETRY_DELAYS, random), signal);
  }
}
