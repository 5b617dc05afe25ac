// kafkajs reads for groups only, and a group takes seconds to form. Below its consumers stands a cluster
// that fetches. It is no part of the public interface: this file alone knows where it is, and its types.
import { Kafka } from "kafkajs";
import Cluster from "kafkajs/src/cluster/index.js";
import createSocketFactory from "kafkajs/src/network/socketFactory.js";
import { type KafkaClientOptions, toKafkaSettings } from "./kafka_client.ts";
import type { RawRecord } from "./kafka_record.ts";

/** Reads events of open transactions too: we write none. */
export const READ_UNCOMMITTED = 0;

/** How long the metadata of a cluster is good, in milliseconds. */
const METADATA_AGE_MS = 300_000;

/** One broker of a {@linkcode KafkaCluster}. */
export interface KafkaBroker {
  /** Asks for records (https://kafka.apache.org/protocol#The_Messages_Fetch). */
  fetch(request: {
    readonly maxWaitTime: number;
    readonly minBytes: number;
    readonly maxBytes: number;
    readonly isolationLevel: number;
    readonly topics: readonly {
      readonly topic: string;
      readonly partitions: readonly {
        readonly partition: number;
        readonly fetchOffset: string;
        readonly maxBytes: number;
      }[];
    }[];
    readonly rackId: string;
  }): Promise<{
    readonly responses: readonly {
      readonly partitions: readonly {
        readonly partition: number;
        readonly messages: readonly (RawRecord & { readonly isControlRecord?: boolean })[];
      }[];
    }[];
  }>;
}

/** The part of kafkajs' cluster that reading needs. */
export interface KafkaCluster {
  /** Connects to one of the brokers. */
  connect(): Promise<void>;
  /** Disconnects from all of them. */
  disconnect(): Promise<void>;
  /** Wants to know of a topic. */
  addTargetTopic(topic: string): Promise<void>;
  /** Asks anew for what is known of the topics that are wanted. */
  refreshMetadata(): Promise<void>;
  /** The partitions of a topic. */
  findTopicPartitionMetadata(topic: string): readonly { readonly partitionId: number }[];
  /** The partitions by the id of the broker that leads them. */
  findLeaderForPartitions(
    topic: string,
    partitions: readonly number[],
  ): Readonly<Record<string, readonly number[]>>;
  /** A broker, connected. */
  findBroker(query: { readonly nodeId: string }): Promise<KafkaBroker>;
  /**
   * The first offsets of partitions or, not from the beginning, those after the last. With a time, in
   * milliseconds since the epoch, those of the first event that is not older; -1 where there is none.
   */
  fetchTopicsOffset(
    queries: readonly {
      readonly topic: string;
      readonly partitions: readonly { readonly partition: number }[];
      readonly fromBeginning?: boolean;
      readonly fromTimestamp?: number;
    }[],
  ): Promise<
    readonly {
      readonly topic: string;
      readonly partitions: readonly { readonly partition: number; readonly offset: string }[];
    }[]
  >;
}

/** Connects to a cluster for reading; topics are not made by looking for them. @throws Error */
export async function connectKafkaCluster(options: KafkaClientOptions): Promise<KafkaCluster> {
  const settings = toKafkaSettings(options);
  const cluster: KafkaCluster = new Cluster({
    ...settings,
    sasl: settings.sasl ?? null,
    logger: new Kafka(settings).logger(),
    socketFactory: createSocketFactory(),
    enforceRequestTimeout: true,
    metadataMaxAge: METADATA_AGE_MS,
    allowAutoTopicCreation: false,
    maxInFlightRequests: null,
    isolationLevel: READ_UNCOMMITTED,
  });
  await cluster.connect();
  return cluster;
}
