// Long because it stands in for all of a connection and a channel.
import type {
  AmqpConfirmChannel,
  AmqpConnection,
  AmqpMessage,
  AmqpProperties,
} from "../../core/adapters/rabbitmq_amqp.ts";

/** What a {@linkcode FakeChannel} was given to send. */
export interface FakePublish {
  /** The queue, or the exchange where it is not the default one. */
  readonly to: string;
  /** The bytes. */
  readonly content: Uint8Array;
  /** What was said of them. */
  readonly properties: AmqpProperties;
  /** Confirms it, or refuses it with an error. */
  readonly answer: (error?: Error) => void;
}

type Listener = (message: AmqpMessage | null) => void;

class Emitter {
  readonly #listeners = new Map<string, ((value: never) => void)[]>();

  on(event: string, listener: (value: never) => void): void {
    this.#listeners.set(event, [...this.#listeners.get(event) ?? [], listener]);
  }

  protected emit(event: string, value?: unknown): void {
    for (const listener of this.#listeners.get(event) ?? []) listener(value as never);
  }
}

/** A channel without a broker: a test plays that. Names are declared without more ado. */
export class FakeChannel extends Emitter implements AmqpConfirmChannel {
  /** What was sent. */
  readonly published: FakePublish[] = [];
  /** What was acknowledged. */
  readonly acknowledged: AmqpMessage[] = [];
  /** What is consumed, by consumer tag. */
  readonly consumers = new Map<string, { readonly queue: string; readonly listener: Listener }>();
  /** How many messages each consumer may have. */
  prefetchCount = 0;
  /** Whether nobody answers when it is closed. */
  isDeaf = false;
  #isOpen = true;

  /** Delivers a message to the consumer that began first. */
  deliver(
    content: string | Uint8Array,
    more: { redelivered?: boolean; properties?: AmqpMessage["properties"]; consumer?: number } = {},
  ): AmqpMessage {
    const message: AmqpMessage = {
      content: typeof content === "string" ? new TextEncoder().encode(content) : content,
      fields: { redelivered: more.redelivered ?? false },
      properties: more.properties ?? {},
    };
    [...this.consumers.values()][more.consumer ?? 0]?.listener(message);
    return message;
  }

  /** Ends a consumer, as when its queue is deleted. */
  cancelByBroker(): void {
    [...this.consumers.values()][0]?.listener(null);
  }

  /** Sends a message back to who published it. */
  returnMessage(properties: AmqpMessage["properties"]): void {
    this.emit("return", { content: new Uint8Array(0), fields: { redelivered: false }, properties });
  }

  /** Ends the channel, with an error where the broker found fault; what is not answered has failed. */
  end(error?: Error): void {
    if (!this.#isOpen) return;
    this.#isOpen = false;
    if (error !== undefined) this.emit("error", error);
    for (const { answer } of this.published) answer(new Error("channel closed"));
    this.emit("close");
  }

  close(): Promise<void> {
    return this.#ask(() => this.isDeaf ? new Promise(() => {}) : this.end());
  }

  assertQueue(name: string): Promise<{ queue: string }> {
    return this.#ask(() => ({ queue: name || "amq.gen-1" }));
  }

  checkQueue(): Promise<{ messageCount: number }> {
    return this.#ask(() => ({ messageCount: 0 }));
  }

  assertExchange(): Promise<void> {
    return this.#ask(() => {});
  }

  deleteQueue(): Promise<void> {
    return this.#ask(() => {});
  }

  deleteExchange(): Promise<void> {
    return this.#ask(() => {});
  }

  bindQueue(): Promise<void> {
    return this.#ask(() => {});
  }

  prefetch(count: number): Promise<void> {
    return this.#ask(() => void (this.prefetchCount = count));
  }

  consume(queue: string, listener: Listener): Promise<{ consumerTag: string }> {
    return this.#ask(() => {
      const consumerTag = `consumer-${this.consumers.size}`;
      this.consumers.set(consumerTag, { queue, listener });
      return { consumerTag };
    });
  }

  cancel(consumerTag: string): Promise<void> {
    return this.#ask(() => void this.consumers.delete(consumerTag));
  }

  ack(message: AmqpMessage): void {
    this.#demandOpen();
    this.acknowledged.push(message);
  }

  publish(
    exchange: string,
    routingKey: string,
    content: Uint8Array,
    properties: AmqpProperties,
    onAnswer?: (error: unknown) => void,
  ): boolean {
    this.#demandOpen();
    let isAnswered = false;
    const answer = (error?: Error): void => {
      if (isAnswered) return;
      isAnswered = true;
      onAnswer?.(error ?? null);
    };
    this.published.push({ to: exchange || routingKey, content, properties, answer });
    return true;
  }

  #ask<T>(action: () => T | Promise<T>): Promise<T> {
    return Promise.try(() => {
      this.#demandOpen();
      return action();
    });
  }

  #demandOpen(): void {
    if (this.#isOpen) return;
    const error = new Error("Channel closed");
    error.name = "IllegalOperationError";
    throw error;
  }
}

/** A connection without a broker. */
export class FakeConnection extends Emitter implements AmqpConnection {
  /** The channels that were opened on it. */
  readonly channels: FakeChannel[] = [];
  /** What the next channels fail to open with. */
  refusal: Error | undefined;
  #isOpen = true;

  /** Whether it was ended by neither side. */
  get isOpen(): boolean {
    return this.#isOpen;
  }

  /** Ends it with its channels, with an error where something went wrong. */
  end(error?: Error): void {
    if (!this.#isOpen) return;
    this.#isOpen = false;
    if (error !== undefined) this.emit("error", error);
    for (const channel of this.channels) channel.end();
    this.emit("close", error);
  }

  /** Takes messages no longer. */
  block(reason: string): void {
    this.emit("blocked", reason);
  }

  /** Takes messages again. */
  unblock(): void {
    this.emit("unblocked");
  }

  close(): Promise<void> {
    return Promise.try(() => this.end());
  }

  createChannel(): Promise<FakeChannel> {
    return this.createConfirmChannel();
  }

  createConfirmChannel(): Promise<FakeChannel> {
    return Promise.try(() => {
      if (this.refusal !== undefined) throw this.refusal;
      if (!this.#isOpen) throw new Error("Connection closed");
      const channel = new FakeChannel();
      this.channels.push(channel);
      return channel;
    });
  }
}

/** An error with which the broker closes a channel. */
export function brokerError(code: number): Error {
  return Object.assign(new Error(`Operation failed: ${code}`), { code });
}
