import type { Clock } from "../clock.ts";
import type { EventHandler, ReadOptions, StoredEvent } from "../ports/event_log.ts";
import type { EventSource } from "../ports/event_source.ts";
import type { Subscription } from "../ports/subscription.ts";
import type { KafkaClientOptions } from "./kafka_client.ts";
import { KafkaFetcher } from "./kafka_fetcher.ts";
import { KafkaGroupMember } from "./kafka_group_member.ts";
import { readKafka } from "./kafka_reader.ts";

/** What a {@linkcode KafkaEventSource} needs. */
export interface KafkaEventSourceOptions extends KafkaClientOptions {
  /** For the delays. */
  readonly clock: Clock;
  /** From 0 up to 1, for the jitter. */
  readonly random: () => number;
}

/** Reads events from Kafka. */
export class KafkaEventSource implements EventSource {
  readonly #options: KafkaEventSourceOptions;
  readonly #fetcher: KafkaFetcher;
  readonly #members = new Set<KafkaGroupMember>();

  /** Connects when it is first asked for something. */
  constructor(options: KafkaEventSourceOptions) {
    this.#options = options;
    this.#fetcher = new KafkaFetcher(options);
  }

  read(topic: string, options: ReadOptions = {}): AsyncIterable<StoredEvent> {
    return readKafka(topic, options, { ...this.#options, source: this.#fetcher });
  }

  subscribe(topic: string, group: string, handler: EventHandler): Promise<Subscription> {
    const member: KafkaGroupMember = new KafkaGroupMember({
      ...this.#options,
      log: this.#options.log.child({ topic, group }),
      topic,
      group,
      handler,
      onClose: () => void this.#members.delete(member),
    });
    this.#members.add(member);
    return Promise.resolve(member);
  }

  async close(): Promise<void> {
    await Promise.all([...this.#members].map((member) => member.close()));
    await this.#fetcher.close();
  }
}
