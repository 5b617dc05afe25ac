/**
 * The part of amqplib that is used here (https://amqp-node.github.io/amqplib/channel_api.html), so that
 * a test can stand in for it.
 *
 * @module
 */
import type { Buffer } from "node:buffer";

/** A message that came. */
export interface AmqpMessage {
  /** Its bytes. */
  readonly content: Uint8Array;
  /** How it came. */
  readonly fields: {
    /** Whether it was handed out before. */
    readonly redelivered: boolean;
  };
  /** What its publisher said of it, and what the queue added; to be checked. */
  readonly properties:
    & {
      readonly [name in "contentType" | "correlationId" | "messageId" | "replyTo" | "type"]?:
        unknown;
    }
    & { readonly headers?: Readonly<Record<string, unknown>> | undefined };
}

/** What is said of a message that goes out. */
export interface AmqpProperties {
  /** To come back where no queue takes it. */
  readonly mandatory?: boolean;
  /** To survive a restart of the broker. */
  readonly persistent?: boolean;
  /** What its bytes are. */
  readonly contentType?: string;
  /** What a reply belongs to. */
  readonly correlationId?: string;
  /** Where a reply goes. */
  readonly replyTo?: string;
  /** Milliseconds that it may wait in a queue, as decimal digits. */
  readonly expiration?: string;
  /** Tells a copy. */
  readonly messageId?: string;
  /** Seconds since the epoch. */
  readonly timestamp?: number;
  /** What kind of message it is. */
  readonly type?: string;
  /** Whatever else. */
  readonly headers?: Readonly<Record<string, string | number>>;
}

/** How a queue is declared. */
export interface AmqpQueueOptions {
  /** To survive a restart of the broker. Default true. */
  readonly durable?: boolean;
  /** For this connection alone. */
  readonly exclusive?: boolean;
  /** To go with its last consumer. */
  readonly autoDelete?: boolean;
  /** Milliseconds that it stays without consumers. */
  readonly expires?: number;
  /** Milliseconds that a message waits in it at most. */
  readonly messageTtl?: number;
  /** Messages that it holds at most. */
  readonly maxLength?: number;
  /** What happens beyond that. */
  readonly overflow?: "drop-head" | "reject-publish";
  /** Where the broker publishes what it gives up. */
  readonly deadLetterExchange?: string;
  /** And under which name. */
  readonly deadLetterRoutingKey?: string;
  /** Extensions of RabbitMQ's. */
  readonly arguments?: Readonly<Record<string, string | number>>;
}

/** A channel. What it is asked for rejects when it ends first, and throws when it has ended. */
export interface AmqpChannel {
  /** The broker ended it; `close` comes after it. */
  on(event: "error", listener: (error: Error) => void): unknown;
  /** It has ended. */
  on(event: "close", listener: () => void): unknown;
  /** No queue took a mandatory message. */
  on(event: "return", listener: (message: AmqpMessage) => void): unknown;
  /** Ends it. */
  close(): Promise<void>;
  /** Declares a queue; an empty name has the broker invent one. */
  assertQueue(name: string, options: AmqpQueueOptions): Promise<{ readonly queue: string }>;
  /** Asks for a queue. */
  checkQueue(name: string): Promise<{ readonly messageCount: number }>;
  /** Declares a durable exchange. */
  assertExchange(name: string, type: "fanout"): Promise<unknown>;
  /** Removes a queue with all that is in it. */
  deleteQueue(name: string): Promise<unknown>;
  /** Removes an exchange. */
  deleteExchange(name: string): Promise<unknown>;
  /** Has an exchange copy its messages to a queue. */
  bindQueue(queue: string, exchange: string, pattern: string): Promise<unknown>;
  /** Messages that each consumer declared from now on may have unacknowledged. */
  prefetch(count: number): Promise<unknown>;
  /** Begins to consume; the listener must not throw, and null says that the broker ended it. */
  consume(
    queue: string,
    listener: (message: AmqpMessage | null) => void,
    options?: { readonly noAck?: boolean; readonly priority?: number },
  ): Promise<{ readonly consumerTag: string }>;
  /** Ends a consumer. */
  cancel(consumerTag: string): Promise<unknown>;
  /** Says that a message is done. */
  ack(message: AmqpMessage): void;
  /** Sends a message. */
  publish(
    exchange: string,
    routingKey: string,
    content: Buffer,
    properties: AmqpProperties,
  ): boolean;
}

/** A channel on which the broker confirms what it has. */
export interface AmqpConfirmChannel extends AmqpChannel {
  /** Sends a message; `onAnswer` has an error where the broker refuses it or the channel has ended. */
  publish(
    exchange: string,
    routingKey: string,
    content: Buffer,
    properties: AmqpProperties,
    onAnswer?: (error: unknown) => void,
  ): boolean;
}

/** A connection. */
export interface AmqpConnection {
  /** A fault; `close` comes after it. */
  on(event: "error", listener: (error: Error) => void): unknown;
  /** It has ended. */
  on(event: "close", listener: (error?: Error) => void): unknown;
  /** The broker takes no messages for now. */
  on(event: "blocked", listener: (reason: string) => void): unknown;
  /** It takes messages again. */
  on(event: "unblocked", listener: () => void): unknown;
  /** Ends it. */
  close(): Promise<void>;
  /** Opens a channel. */
  createChannel(): Promise<AmqpChannel>;
  /** Opens a channel with confirmation. */
  createConfirmChannel(): Promise<AmqpConfirmChannel>;
}
