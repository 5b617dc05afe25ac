import { type Admin, CompressionTypes, Kafka, Partitioners, type Producer } from "kafkajs";
import type { Clock } from "../clock.ts";
import { describeError } from "../log.ts";
import { EventRejected, type EventSink, type SinkEvent } from "../ports/event_sink.ts";
import { KafkaAddressees } from "./kafka_addressees.ts";
import { KAFKA_RETRY, type KafkaClientOptions, toKafkaSettings } from "./kafka_client.ts";
import { toTopicMessages } from "./kafka_topic_messages.ts";
import { kafkaErrors, KafkaTopics } from "./kafka_topics.ts";

/** What a {@linkcode KafkaSink} needs. */
export interface KafkaSinkOptions extends KafkaClientOptions {
  /** For the deadlines. */
  readonly clock: Clock;
}

const COMPRESSION_TYPES = { gzip: CompressionTypes.GZIP, none: CompressionTypes.None } as const;

/** Refusals that will not change: the event is to blame, or the batch that it is in. */
const REJECTIONS: ReadonlySet<string> = new Set([
  "MESSAGE_TOO_LARGE",
  "RECORD_LIST_TOO_LARGE",
  "INVALID_TOPIC_EXCEPTION",
  "INVALID_RECORD",
  "INVALID_TIMESTAMP",
]);

/** What Kafka takes for a topic's name. */
const TOPIC_PATTERN = /^[A-Za-z0-9._-]{1,249}$/;

/** How long an abandoned connection may take to end, in milliseconds. */
const DISCONNECT_MS = 1_000;

interface Connection {
  readonly producer: Producer;
  readonly admin: Admin;
}

/**
 * Writes events to Kafka: an idempotent producer, one batch at a time, acknowledged by all replicas. The
 * key chooses the partition as in the Java client; the value is JSON and the header `event_id` repeats
 * the event's. After a failure it starts over with new connections and a new producer id.
 */
export class KafkaSink implements EventSink {
  readonly #options: KafkaSinkOptions;
  readonly #topics: KafkaTopics;
  readonly #closing = Promise.withResolvers<never>();
  readonly #addressees = new KafkaAddressees();
  #connection: Promise<Connection> | undefined;
  #ending: Promise<void>[] = [];
  #isClosed = false;

  /** Connects when it is first asked for something. */
  constructor(options: KafkaSinkOptions) {
    const { config, log } = options;
    this.#options = options;
    this.#topics = new KafkaTopics({ partitionCount: config.topicPartitions, log });
    this.#closing.promise.catch(() => {
      // Whoever waits for something hears of it; it may be nobody.
    });
  }

  async deliver(events: readonly SinkEvent[]): Promise<void> {
    for (const { topic } of events) {
      if (!TOPIC_PATTERN.test(topic) || topic === "." || topic === "..") {
        throw new EventRejected(`Cannot deliver: ${JSON.stringify(topic)} is no name for a topic`);
      }
    }
    await this.#use("write to", async ({ producer, admin }) => {
      await this.#topics.ensure(admin, events.map(({ topic }) => topic));
      this.#addressees.clear();
      const written = await producer.sendBatch({
        acks: -1,
        timeout: this.#options.config.requestTimeoutMs,
        compression: COMPRESSION_TYPES[this.#options.config.compression],
        topicMessages: toTopicMessages(events),
      });
      this.#addressees.assertAnswered(written);
    });
  }

  async check(): Promise<void> {
    await this.#use("reach", async ({ admin }) => {
      await admin.describeCluster();
    });
  }

  async close(): Promise<void> {
    if (!this.#isClosed) {
      this.#isClosed = true;
      this.#closing.reject(new Error("Cannot deliver: the sink is closed"));
      this.#discard();
    }
    await Promise.all(this.#ending);
  }

  async #use(
    action: "write to" | "reach",
    work: (connection: Connection) => Promise<void>,
  ): Promise<void> {
    try {
      await this.#bound((async (): Promise<void> => {
        await work(await this.#connect());
      })());
    } catch (error) {
      this.#discard();
      const message = `Cannot ${action} Kafka`;
      const isRejection = kafkaErrors(error).some(({ type }) => REJECTIONS.has(type));
      throw isRejection
        ? new EventRejected(message, { cause: error })
        : new Error(message, { cause: error });
    }
  }

  /** Every request has its own deadline; this one is for a library that never answers. */
  async #bound(work: Promise<void>): Promise<void> {
    const { config, clock } = this.#options;
    const { connectTimeoutMs, requestTimeoutMs } = config;
    const attemptCount = KAFKA_RETRY.retries + 1;
    const deadlineMs = 2 * attemptCount * (connectTimeoutMs + requestTimeoutMs) + 10_000;
    const late = Promise.withResolvers<never>();
    const cancel = clock.after(
      deadlineMs,
      () => late.reject(new Error(`nothing within ${deadlineMs} ms`)),
    );
    try {
      await Promise.race([work, late.promise, this.#closing.promise]);
    } finally {
      cancel();
    }
  }

  #connect(): Promise<Connection> {
    if (this.#isClosed) return this.#closing.promise;
    this.#connection ??= this.#open();
    return this.#connection;
  }

  async #open(): Promise<Connection> {
    const kafka = new Kafka(toKafkaSettings(this.#options));
    const producer = kafka.producer({
      idempotent: true,
      maxInFlightRequests: 1,
      retry: KAFKA_RETRY,
      createPartitioner: () => {
        const choose = Partitioners.DefaultPartitioner();
        return (args) => this.#addressees.note(args.topic, choose(args));
      },
    });
    const admin = kafka.admin({ retry: KAFKA_RETRY });
    const connection = { producer, admin };
    try {
      await Promise.all([producer.connect(), admin.connect()]);
      return connection;
    } catch (error) {
      await disconnect(connection).catch(() => {
        // What failed to connect may fail to disconnect too.
      });
      throw error;
    }
  }

  #discard(): void {
    const connection = this.#connection;
    this.#connection = undefined;
    this.#topics.forget();
    if (connection === undefined) return;
    const ending = this.#end(connection).finally(() => {
      this.#ending = this.#ending.filter((other) => other !== ending);
    });
    this.#ending.push(ending);
  }

  async #end(connection: Promise<Connection>): Promise<void> {
    const { clock, log } = this.#options;
    const late = Promise.withResolvers<void>();
    const cancel = clock.after(DISCONNECT_MS, late.resolve);
    const ended = connection.then(disconnect).catch((error) => {
      log.debug("kafka_disconnect_failed", { error: describeError(error) });
    });
    await Promise.race([ended, late.promise]);
    cancel();
  }
}

async function disconnect({ producer, admin }: Connection): Promise<void> {
  await Promise.all([producer.disconnect(), admin.disconnect()]);
}
