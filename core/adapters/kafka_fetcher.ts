import type { KafkaClientOptions } from "./kafka_client.ts";
import { connectKafkaCluster, type KafkaCluster, READ_UNCOMMITTED } from "./kafka_cluster.ts";
import { type KafkaRecord, toKafkaRecord } from "./kafka_record.ts";
import { kafkaErrors } from "./kafka_topics.ts";

/** How long a broker may wait for bytes that ought to be there, in milliseconds. */
const FETCH_WAIT_MS = 500;

/** Bytes of one partition at once; a larger event comes alone. */
const PARTITION_BYTES_MAX = 524_288;

/** Bytes of one broker at once. */
const BROKER_BYTES_MAX = 4_194_304;

/** What a broker says where no record is as new as was asked for. */
const NO_OFFSET = -1;

/** An offset that is asked for was deleted, or never written. */
export class OffsetOutOfRange extends Error {
  /** The class, for logs. */
  override readonly name = "OffsetOutOfRange";
}

/** The offsets of a partition that can be read. */
export interface OffsetRange {
  /** The first. */
  readonly low: number;
  /** The one after the last. */
  readonly high: number;
}

/** Fetches records of a topic, outside of any group. */
export class KafkaFetcher {
  readonly #options: KafkaClientOptions;
  #cluster: Promise<KafkaCluster> | undefined;
  #isClosed = false;

  /** Connects when it is first asked for something. */
  constructor(options: KafkaClientOptions) {
    this.#options = options;
  }

  /** What can be read of each partition now; nothing of a topic that is not there. */
  ranges(topic: string): Promise<Map<number, OffsetRange>> {
    return this.#use(async (cluster) => {
      if (!await findTopic(cluster, topic)) return new Map();
      const partitions = cluster.findTopicPartitionMetadata(topic)
        .map(({ partitionId }) => ({ partition: partitionId }));
      const [low, high] = await Promise.all([true, false].map(async (fromBeginning) => {
        return await findOffsets(cluster, { topic, partitions, fromBeginning });
      }));
      return new Map(partitions.map(({ partition }) => [
        partition,
        { low: low?.get(partition) ?? 0, high: high?.get(partition) ?? 0 },
      ]));
    });
  }

  /**
   * The offset, in each of the partitions, of the first record that is as new as `atMs` or newer, in
   * milliseconds since the epoch: `Infinity` where none is; nothing of a partition whose broker knows no
   * times.
   *
   * @throws Error where the brokers are away
   */
  offsetsAt(
    topic: string,
    at: { readonly partitions: readonly number[]; readonly atMs: number },
  ): Promise<Map<number, number>> {
    return this.#use(async (cluster) => {
      // Known already, unless the connection is a new one.
      await cluster.addTargetTopic(topic);
      const partitions = at.partitions.map((partition) => ({ partition }));
      const find = async (atMs: number): Promise<Map<number, number>> => {
        const fromTimestamp = Math.max(0, Math.floor(atMs));
        return await findOffsets(cluster, { topic, partitions, fromTimestamp });
      };
      const found = await find(at.atMs);
      const hasNone = [...found.values()].includes(NO_OFFSET);
      return toFirstOffsets(found, hasNone ? await find(0) : found);
    });
  }

  /**
   * Some records of each partition, from the offset given for it; none only where there are none.
   *
   * @throws OffsetOutOfRange where an offset is not there any more; Error where the brokers are away
   */
  fetch(topic: string, offsets: ReadonlyMap<number, number>): Promise<Map<number, KafkaRecord[]>> {
    return this.#use(async (cluster) => {
      // Known already, unless the connection is a new one.
      await cluster.addTargetTopic(topic);
      const leaders = cluster.findLeaderForPartitions(topic, [...offsets.keys()]);
      const parts = Object.entries(leaders).map(async ([nodeId, partitions]) => {
        const broker = await cluster.findBroker({ nodeId });
        return await broker.fetch({
          maxWaitTime: FETCH_WAIT_MS,
          minBytes: 1,
          maxBytes: BROKER_BYTES_MAX,
          isolationLevel: READ_UNCOMMITTED,
          topics: [{
            topic,
            partitions: partitions.map((partition) => ({
              partition,
              fetchOffset: String(offsets.get(partition)),
              maxBytes: PARTITION_BYTES_MAX,
            })),
          }],
          rackId: "",
        });
      });
      const records = new Map<number, KafkaRecord[]>();
      for (const { responses } of await Promise.all(parts)) {
        for (const { partition, messages } of responses.flatMap(({ partitions }) => partitions)) {
          // A broker gives whole batches, which may begin before the offset.
          const wanted = messages.filter(({ isControlRecord }) => isControlRecord !== true)
            .map(toKafkaRecord)
            .filter(({ offset }) => offset >= (offsets.get(partition) ?? 0));
          records.set(partition, wanted);
        }
      }
      return records;
    });
  }

  /** Disconnects; what is being fetched is rejected. */
  async close(): Promise<void> {
    this.#isClosed = true;
    await this.#discard(this.#cluster);
  }

  async #use<T>(work: (cluster: KafkaCluster) => Promise<T>): Promise<T> {
    if (this.#isClosed) throw new Error("Cannot read from Kafka: it is closed");
    const connecting = this.#cluster ??= connectKafkaCluster(this.#options);
    try {
      return await work(await connecting);
    } catch (error) {
      if (kafkaErrors(error).some(({ type }) => type === "OFFSET_OUT_OF_RANGE")) {
        throw new OffsetOutOfRange("Cannot read from Kafka: no such offset", { cause: error });
      }
      // Whatever it was, the next attempt starts over.
      await this.#discard(connecting);
      throw new Error("Cannot read from Kafka", { cause: error });
    }
  }

  async #discard(connecting: Promise<KafkaCluster> | undefined): Promise<void> {
    if (this.#cluster === connecting) this.#cluster = undefined;
    try {
      await (await connecting)?.disconnect();
    } catch {
      // It never connected, or was gone already.
    }
  }
}

/**
 * What brokers say about a time, as {@linkcode KafkaFetcher.offsetsAt} gives it. One that has no offset even for
 * the beginning of time, `ofAnyTime`, knows no times, or the partition is empty.
 */
export function toFirstOffsets(
  found: ReadonlyMap<number, number>,
  ofAnyTime: ReadonlyMap<number, number>,
): Map<number, number> {
  const known = [...found].filter(([id, offset]) =>
    !Number.isNaN(offset) && (ofAnyTime.get(id) ?? NO_OFFSET) >= 0
  );
  return new Map(known.map(([id, offset]) => [id, offset === NO_OFFSET ? Infinity : offset]));
}

/** Offsets by partition. */
async function findOffsets(
  cluster: KafkaCluster,
  query: Parameters<KafkaCluster["fetchTopicsOffset"]>[0][number],
): Promise<Map<number, number>> {
  const [found] = await cluster.fetchTopicsOffset([query]);
  return new Map(found?.partitions.map(({ partition, offset }) => [partition, Number(offset)]));
}

/** Looks a topic up, and its partitions as they are now. */
async function findTopic(cluster: KafkaCluster, topic: string): Promise<boolean> {
  try {
    await cluster.addTargetTopic(topic);
    await cluster.refreshMetadata();
    return true;
  } catch (error) {
    if (kafkaErrors(error).some(({ type }) => type === "UNKNOWN_TOPIC_OR_PARTITION")) return false;
    throw error;
  }
}
