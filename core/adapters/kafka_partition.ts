import { Partitioners } from "kafkajs";

const choose = Partitioners.DefaultPartitioner();

/**
 * The partition to which a producer of ours writes the events of a key, as the Java client does
 * (murmur2). Events that were written while the topic had fewer partitions may be in another.
 */
export function kafkaPartitionOf(key: string, partitionCount: number): number {
  const partitionMetadata = Array.from({ length: partitionCount }, (_, partitionId) => ({
    partitionId,
    partitionErrorCode: 0,
    leader: 0,
    replicas: [],
    isr: [],
  }));
  return choose({ topic: "", partitionMetadata, message: { key, value: null } });
}
