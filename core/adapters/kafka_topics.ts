import { describeError, type Log } from "../log.ts";

/** Topics that are remembered as made; beyond it all are forgotten and asked for again. */
const TOPICS_KNOWN_MAX = 10_000;

/** How long brokers may take to make topics, in milliseconds. */
const CREATE_TIMEOUT_MS = 5_000;

/** Refusals after which an existing topic, or one that the brokers make themselves, will still do. */
const REFUSALS: ReadonlySet<string> = new Set([
  "TOPIC_AUTHORIZATION_FAILED",
  "CLUSTER_AUTHORIZATION_FAILED",
  "POLICY_VIOLATION",
  "INVALID_PARTITIONS",
  "INVALID_REPLICATION_FACTOR",
]);

/** Who makes topics: the part of kafkajs' admin that is needed for it. */
export interface TopicAdmin {
  /** Makes topics; false where they are there. */
  createTopics(request: {
    topics: { topic: string; numPartitions: number }[];
    timeout: number;
  }): Promise<boolean>;
}

/** Makes topics that are not there. */
export class KafkaTopics {
  readonly #partitionCount: number;
  readonly #log: Log;
  readonly #known = new Set<string>();

  /**
   * Knows no topic yet.
   *
   * @param options `partitionCount`: partitions of a topic that is made; replicas are the brokers' choice
   */
  constructor(options: { readonly partitionCount: number; readonly log: Log }) {
    this.#partitionCount = options.partitionCount;
    this.#log = options.log;
  }

  /**
   * Makes those of the topics that are not there. Brokers that do not let us are left to make them when
   * they are first written to.
   *
   * @throws Error where the brokers are away, or refuse the name of a topic
   */
  async ensure(admin: TopicAdmin, topics: Iterable<string>): Promise<void> {
    for (const topic of new Set(topics)) {
      if (this.#known.has(topic)) continue;
      await this.#create(admin, topic);
      if (this.#known.size >= TOPICS_KNOWN_MAX) this.#known.clear();
      this.#known.add(topic);
    }
  }

  /** Asks for all of them again: the brokers may be others. */
  forget(): void {
    this.#known.clear();
  }

  async #create(admin: TopicAdmin, topic: string): Promise<void> {
    try {
      const isNew = await admin.createTopics({
        topics: [{ topic, numPartitions: this.#partitionCount }],
        timeout: CREATE_TIMEOUT_MS,
      });
      if (isNew) {
        this.#log.info("kafka_topic_created", { topic, partitions: this.#partitionCount });
      }
    } catch (error) {
      if (!isRefusal(error)) throw error;
      this.#log.debug("kafka_topic_not_created", { topic, error: describeError(error) });
    }
  }
}

function isRefusal(error: unknown): boolean {
  return kafkaErrors(error).some(({ name, type }) =>
    name === "KafkaJSServerDoesNotSupportApiKey" || REFUSALS.has(type)
  );
}

/** An error of kafkajs, and those inside it, with the protocol's name for each, such as `NOT_LEADER`. */
export function kafkaErrors(error: unknown): { readonly name: string; readonly type: string }[] {
  if (!(error instanceof Error)) return [];
  const type = "type" in error && typeof error.type === "string" ? error.type : "";
  const inner: readonly unknown[] = "errors" in error && Array.isArray(error.errors)
    ? error.errors
    : [];
  // kafkajs makes some errors their own cause.
  const causes = error.cause === error ? [] : [error.cause];
  return [{ name: error.name, type }, ...[...inner, ...causes].flatMap(kafkaErrors)];
}
