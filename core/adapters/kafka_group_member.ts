// Long because it is the whole life of one member of a group: joining, handling, failing, leaving.
import { type Consumer, type EachBatchPayload, Kafka, type KafkaMessage } from "kafkajs";
import { type Clock, sleep } from "../clock.ts";
import { describeError } from "../log.ts";
import type { EventHandler } from "../ports/event_log.ts";
import type { Subscription } from "../ports/subscription.ts";
import { WorkInHand } from "../ports/work_in_hand.ts";
import { KAFKA_RETRY, type KafkaClientOptions, toKafkaSettings } from "./kafka_client.ts";
import { toKafkaRecord, tryStoredEvent } from "./kafka_record.ts";
import { KafkaTopics } from "./kafka_topics.ts";
import { retryDelayMs } from "./retry_delay.ts";

/** Delays before a failed event is handed out again, and before a broken consumer starts over. */
const RETRY_DELAYS = { minMs: 100, maxMs: 30_000 };

/** How long a group's position may lag behind its work, in milliseconds, while events keep coming. */
const COMMIT_DELAY_MS = 250;

/** How long a broker keeps a request for events that are not there yet, in milliseconds. */
const FETCH_WAIT_MS = 250;

/** Partitions whose events are handled at the same time. */
const PARTITIONS_AT_ONCE = 8;

/** A member that is heard of so many times in a session is not taken for dead. */
const HEARTBEATS_PER_SESSION = 10;

/** How often kafkajs tries a step of a consumer's before it breaks: joining a busy group takes several. */
const CONSUMER_RETRIES = 5;

/**
 * How long a member may take to leave its group once its work is done, in milliseconds: less than a service has
 * to end. A group that waits for a member that was killed lets nobody go before that one is given up.
 */
const LEAVE_MS = 3_000;

/** What a member needs. */
export interface KafkaGroupMemberOptions extends KafkaClientOptions {
  /** The topic. */
  readonly topic: string;
  /** The group; Kafka knows it as `group.topic`, because its groups span topics and ours do not. */
  readonly group: string;
  /** Gets the events. */
  readonly handler: EventHandler;
  /** For the delays. */
  readonly clock: Clock;
  /** From 0 up to 1, for the jitter. */
  readonly random: () => number;
  /** Called once the member has ended. */
  readonly onClose: () => void;
}

/**
 * A member of a consumer group: hands out the events of its partitions, those of one partition one at a
 * time and in order. An event that failed stops its partition, and is handed out again after a growing
 * delay until it does not fail. Offsets are committed after handling. A consumer that breaks is replaced.
 */
export class KafkaGroupMember implements Subscription {
  readonly #options: KafkaGroupMemberOptions;
  readonly #closing = new AbortController();
  readonly #running: Promise<void>;
  /** Failures in a row of each partition's next event. */
  readonly #failures = new Map<number, number>();
  readonly #inHand = new WorkInHand();
  readonly #resumeTimers = new Set<() => void>();
  #closed: Promise<void> | undefined;
  #breakCount = 0;

  /** Begins to join, and keeps trying while the brokers are away. */
  constructor(options: KafkaGroupMemberOptions) {
    this.#options = options;
    this.#running = this.#run();
  }

  close(): Promise<void> {
    this.#closed ??= this.#close();
    return this.#closed;
  }

  async #close(): Promise<void> {
    this.#closing.abort();
    await this.#running;
    this.#options.onClose();
  }

  get #isClosing(): boolean {
    return this.#closing.signal.aborted;
  }

  async #run(): Promise<void> {
    const { clock, log, random } = this.#options;
    while (!this.#isClosing) {
      try {
        await this.#consume();
      } catch (error) {
        if (this.#isClosing) return;
        this.#breakCount++;
        log.warn("kafka_consumer_failed", { error: describeError(error) });
      }
      const delayMs = retryDelayMs(Math.max(1, this.#breakCount), RETRY_DELAYS, random);
      await sleep(clock, delayMs, this.#closing.signal).catch(() => {
        // It closes: the loop's condition sees that.
      });
    }
  }

  /** Consumes until it closes. @throws Error when the consumer breaks */
  async #consume(): Promise<void> {
    const { topic, group, config } = this.#options;
    // A client of its own: kafkajs shares a group's offsets among the consumers of one.
    const consumer = new Kafka(toKafkaSettings(this.#options)).consumer({
      groupId: `${group}.${topic}`,
      sessionTimeout: config.sessionTimeoutMs,
      rebalanceTimeout: 2 * config.sessionTimeoutMs,
      heartbeatInterval: config.sessionTimeoutMs / HEARTBEATS_PER_SESSION,
      maxWaitTimeInMs: FETCH_WAIT_MS,
      retry: {
        ...KAFKA_RETRY,
        retries: CONSUMER_RETRIES,
        restartOnFailure: () => Promise.resolve(false),
      },
    });
    const crashed = Promise.withResolvers<never>();
    crashed.promise.catch(() => {
      // Whoever waits for it hears of it.
    });
    consumer.on("consumer.crash", ({ payload }) => crashed.reject(payload.error));
    consumer.on("consumer.group_join", () => {
      this.#breakCount = 0;
    });
    try {
      // Joining takes as long as the group waits for a member that was killed, or brokers for nobody knows
      // what: closing does not.
      const broken = this.#join(consumer).then(() => crashed.promise);
      await Promise.race([broken, aborted(this.#closing.signal)]);
    } finally {
      for (const cancel of this.#resumeTimers) cancel();
      this.#resumeTimers.clear();
      await this.#leave(consumer);
    }
  }

  /** Begins to consume, unless it is to close meanwhile. */
  async #join(consumer: Consumer): Promise<void> {
    await this.#ensureTopic();
    if (this.#isClosing) return;
    await consumer.connect();
    if (this.#isClosing) return await consumer.disconnect();
    await consumer.subscribe({ topics: [this.#options.topic], fromBeginning: true });
    await consumer.run({
      eachBatchAutoResolve: false,
      autoCommitInterval: COMMIT_DELAY_MS,
      partitionsConsumedConcurrently: PARTITIONS_AT_ONCE,
      eachBatch: (payload) => this.#handle(payload),
    });
  }

  async #ensureTopic(): Promise<void> {
    const { topic, config, log } = this.#options;
    const topics = new KafkaTopics({ partitionCount: config.topicPartitions, log });
    const admin = new Kafka(toKafkaSettings(this.#options)).admin({ retry: KAFKA_RETRY });
    try {
      await admin.connect();
      await topics.ensure(admin, [topic]);
    } finally {
      await admin.disconnect().catch(() => {
        // It may never have connected.
      });
    }
  }

  /** Waits for the work in hand, commits what it came to, and leaves the group. */
  async #leave(consumer: Consumer): Promise<void> {
    const { clock, log } = this.#options;
    const left = consumer.disconnect().catch((error) => {
      log.debug("kafka_disconnect_failed", { error: describeError(error) });
    });
    await this.#inHand.none();
    const late = Promise.withResolvers<void>();
    const cancel = clock.after(LEAVE_MS, late.resolve);
    await Promise.race([left, late.promise]);
    cancel();
  }

  async #handle(payload: EachBatchPayload): Promise<void> {
    const { batch, heartbeat, isRunning, isStale, resolveOffset } = payload;
    let lost: unknown;
    // A slow handler is alive; so is a member whose group waits for it to rejoin.
    const periodMs = this.#options.config.sessionTimeoutMs / HEARTBEATS_PER_SESSION;
    const stopBeating = this.#options.clock.every(periodMs, () => {
      heartbeat().catch((error) => {
        lost ??= error;
      });
    });
    this.#inHand.begin();
    try {
      for (const message of batch.messages) {
        if (this.#isClosing || lost !== undefined || !isRunning() || isStale()) break;
        if (!await this.#handleOne(message, batch.partition)) {
          this.#pause(payload);
          break;
        }
        resolveOffset(message.offset);
        await payload.commitOffsetsIfNecessary();
        await heartbeat();
      }
    } finally {
      stopBeating();
      this.#inHand.end();
    }
    if (lost !== undefined) throw lost;
  }

  /** Whether the event is done with. */
  async #handleOne(message: KafkaMessage, partition: number): Promise<boolean> {
    const { topic, handler, log } = this.#options;
    const record = toKafkaRecord(message);
    const position = new Map([[partition, record.offset + 1]]);
    const event = tryStoredEvent(record, { topic, position });
    if (event === undefined) {
      log.warn("kafka_record_skipped", { partition, offset: record.offset });
      return true;
    }
    try {
      await handler(event);
      this.#failures.delete(partition);
      return true;
    } catch (error) {
      const attempt = (this.#failures.get(partition) ?? 0) + 1;
      this.#failures.set(partition, attempt);
      log.warn("event_group_failed", { step: "handle", attempt, error: describeError(error) });
      return false;
    }
  }

  /** Stops a partition for a while: its next event is then the one that failed. */
  #pause({ batch, pause }: EachBatchPayload): void {
    const { clock, random } = this.#options;
    const resume = pause();
    const failureCount = this.#failures.get(batch.partition) ?? 1;
    const cancel = clock.after(retryDelayMs(failureCount, RETRY_DELAYS, random), () => {
      this.#resumeTimers.delete(cancel);
      resume();
    });
    this.#resumeTimers.add(cancel);
  }
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) return resolve();
    signal.addEventListener("abort", () => resolve(), { once: true });
  });
}
