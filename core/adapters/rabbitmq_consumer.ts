import { Deque } from "../deque.ts";
import type { Subscription } from "../ports/subscription.ts";
import { WorkInHand } from "../ports/work_in_hand.ts";
import type { WorkHandler } from "../ports/work_queue.ts";
import type { AmqpChannel, AmqpConnection, AmqpMessage } from "./rabbitmq_amqp.ts";
import { RabbitAttempts, type RabbitAttemptsDeps } from "./rabbitmq_attempts.ts";
import { ifOpen, RabbitChannel, type RabbitChannelDeps } from "./rabbitmq_channel.ts";
import { RABBIT_GOODBYE_MS } from "./rabbitmq_goodbye.ts";
import { endsWithin } from "./ends_within.ts";

/** What every consumer shares. */
export interface RabbitConsumerDeps extends RabbitChannelDeps, RabbitAttemptsDeps {
  /** Declares the queue and its dead letters. */
  readonly declare: (amqp: AmqpConnection, queue: string) => Promise<void>;
}

/** What one consumer does. */
export interface RabbitConsumerUse {
  /** The queue. */
  readonly queue: string;
  /** Takes one message. */
  readonly handler: WorkHandler;
  /** Messages in hand at most. */
  readonly prefetch: number;
}

interface Received {
  readonly channel: AmqpChannel;
  readonly message: AmqpMessage;
  /** Aborts when the broker takes the message back: the channel is lost, or the consumer closes. */
  readonly recalled: AbortSignal;
}

/**
 * Consumes a queue, on a channel of its own. What becomes of a message is for {@linkcode RabbitAttempts} to
 * say; one whose channel is lost, or whose consumer closes, is the broker's again.
 */
export class RabbitConsumer implements Subscription {
  readonly #deps: RabbitConsumerDeps;
  readonly #use: RabbitConsumerUse;
  readonly #channel: RabbitChannel<AmqpChannel>;
  readonly #attempts: RabbitAttempts;
  readonly #inHand = new WorkInHand();
  /** Delivered while as many are in hand as may be, which work of an earlier channel can bring about. */
  readonly #backlog = new Deque<Received>();
  #recall = new AbortController();
  #consumerTag = "";
  #unacknowledgedCount = 0;
  #isClosing = false;

  /** Begins to consume. */
  constructor(deps: RabbitConsumerDeps, use: RabbitConsumerUse) {
    this.#deps = deps;
    this.#use = use;
    this.#attempts = new RabbitAttempts(deps, use.queue, use.handler);
    this.#channel = new RabbitChannel<AmqpChannel>(deps, {
      name: `consumer of ${use.queue}`,
      open: (amqp) => amqp.createChannel(),
      setUp: (channel, amqp) => this.#setUp(channel, amqp),
      onLost: () => this.#forgetReceived(),
    });
  }

  /** What it consumes. */
  get queue(): string {
    return this.#use.queue;
  }

  /** Messages that the broker has handed to it and that are not acknowledged. */
  get unacknowledgedCount(): number {
    return this.#unacknowledgedCount;
  }

  /** As {@linkcode RabbitChannel.started}. */
  started(): Promise<void> {
    return this.#channel.started();
  }

  async close(): Promise<void> {
    if (!this.#isClosing) {
      this.#isClosing = true;
      // Messages that wait for their next attempt go back at once, for others.
      this.#recall.abort();
      this.#backlog.clear();
      const channel = this.#channel.current;
      if (channel !== undefined) {
        const cancelled = Promise.try(() => channel.cancel(this.#consumerTag));
        await endsWithin(this.#deps.clock, RABBIT_GOODBYE_MS, cancelled);
      }
    }
    await this.#inHand.none();
    await this.#channel.close();
  }

  async #setUp(channel: AmqpChannel, amqp: AmqpConnection): Promise<void> {
    // Of a channel that was lost before it was up.
    this.#forgetReceived();
    const { queue, prefetch } = this.#use;
    await this.#deps.declare(amqp, queue);
    await channel.prefetch(prefetch);
    if (this.#isClosing) return;
    const { signal } = this.#recall;
    const onMessage = (message: AmqpMessage | null): void =>
      this.#receive(channel, message, signal);
    this.#consumerTag = (await channel.consume(queue, onMessage)).consumerTag;
  }

  #receive(channel: AmqpChannel, message: AmqpMessage | null, recalled: AbortSignal): void {
    // Null: the broker has ended the consumer, because the queue was deleted or moved.
    if (message === null) return this.#channel.reopen(channel);
    // What comes while it closes goes back with the channel.
    if (this.#isClosing || recalled.aborted) return;
    this.#unacknowledgedCount++;
    this.#backlog.push({ channel, message, recalled });
    this.#dispatch();
  }

  #forgetReceived(): void {
    this.#recall.abort();
    this.#recall = new AbortController();
    this.#backlog.clear();
    this.#unacknowledgedCount = 0;
  }

  #dispatch(): void {
    while (this.#inHand.count < this.#use.prefetch) {
      const received = this.#backlog.shift();
      if (received === undefined) return;
      this.#inHand.begin();
      void this.#handle(received).finally(() => {
        this.#inHand.end();
        this.#dispatch();
      });
    }
  }

  async #handle({ channel, message, recalled }: Received): Promise<void> {
    const isDone = await this.#attempts.run(message, recalled);
    // On a channel that was lost it counts no longer, and the broker hands it out again.
    if (isDone && ifOpen(() => channel.ack(message))) this.#unacknowledgedCount--;
  }
}
