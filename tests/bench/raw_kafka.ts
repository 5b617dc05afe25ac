import { CompressionTypes, Kafka, Partitioners, type Producer } from "kafkajs";
import { KAFKA_RETRY, toKafkaSettings } from "../../core/adapters/kafka_client.ts";
import type { KafkaConfig } from "../../core/adapters/kafka_config.ts";
import type { TopicBatch } from "../../core/adapters/kafka_topic_messages.ts";
import { silentLog } from "../../core/log.ts";

/** kafkajs' own producer, set as ours is, with nothing around it: no outbox, no disk, no other thread. */
export class RawKafkaProducer {
  readonly #producer: Producer;
  readonly #timeoutMs: number;

  private constructor(producer: Producer, timeoutMs: number) {
    this.#producer = producer;
    this.#timeoutMs = timeoutMs;
  }

  /** Connects. @throws Error where the brokers cannot be reached */
  static async connect(config: KafkaConfig): Promise<RawKafkaProducer> {
    const kafka = new Kafka(toKafkaSettings({ config, clientId: "raw", log: silentLog }));
    const producer = kafka.producer({
      idempotent: true,
      maxInFlightRequests: 1,
      retry: KAFKA_RETRY,
      createPartitioner: Partitioners.DefaultPartitioner,
    });
    await producer.connect();
    return new RawKafkaProducer(producer, config.requestTimeoutMs);
  }

  /** Sends the batches, one after the other, each acknowledged by all replicas. */
  async send(batches: readonly TopicBatch[][]): Promise<void> {
    for (const topicMessages of batches) {
      await this.#producer.sendBatch({
        acks: -1,
        timeout: this.#timeoutMs,
        compression: CompressionTypes.GZIP,
        topicMessages,
      });
    }
  }

  /** Disconnects. */
  close(): Promise<void> {
    return this.#producer.disconnect();
  }
}
