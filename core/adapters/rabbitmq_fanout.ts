import { Deque } from "../deque.ts";
import { type JsonValue, tryParseJson } from "../json.ts";
import { describeError } from "../log.ts";
import type { Subscription } from "../ports/subscription.ts";
import { WorkInHand } from "../ports/work_in_hand.ts";
import type { AmqpChannel, AmqpConnection, AmqpMessage } from "./rabbitmq_amqp.ts";
import { ifOpen, RabbitChannel, type RabbitChannelDeps } from "./rabbitmq_channel.ts";
import { tryDecodeText } from "./rabbitmq_message.ts";

/** What every subscriber of every exchange shares. */
export interface RabbitFanoutDeps extends RabbitChannelDeps {
  /** Declares the exchange. */
  readonly declare: (amqp: AmqpConnection, exchange: string) => Promise<void>;
  /** Messages that wait for one subscriber; beyond it the broker drops that one's oldest. */
  readonly backlogMax: number;
}

/** What one subscriber listens to. */
export interface RabbitFanoutUse {
  /** The exchange. */
  readonly exchange: string;
  /** Takes one message; what it throws is logged. */
  readonly handler: (message: JsonValue) => Promise<void>;
}

/** Messages that the broker sends ahead of the one in hand, so that the next is there at once. */
const AHEAD_MAX = 32;

interface Received {
  readonly channel: AmqpChannel;
  readonly message: AmqpMessage;
}

/**
 * One listener of a fanout exchange, with a queue of its own that lives as long as its channel: what is
 * published while that is lost is not for it. One message is in hand at a time.
 */
export class RabbitFanoutSubscriber implements Subscription {
  readonly #deps: RabbitFanoutDeps;
  readonly #use: RabbitFanoutUse;
  readonly #channel: RabbitChannel<AmqpChannel>;
  readonly #inHand = new WorkInHand();
  readonly #backlog = new Deque<Received>();
  #isClosing = false;

  /** Begins to listen. */
  constructor(deps: RabbitFanoutDeps, use: RabbitFanoutUse) {
    this.#deps = deps;
    this.#use = use;
    this.#channel = new RabbitChannel<AmqpChannel>(deps, {
      name: `subscriber of ${use.exchange}`,
      open: (amqp) => amqp.createChannel(),
      setUp: (channel, amqp) => this.#setUp(channel, amqp),
      onLost: () => this.#backlog.clear(),
    });
  }

  /** As {@linkcode RabbitChannel.started}. */
  started(): Promise<void> {
    return this.#channel.started();
  }

  async close(): Promise<void> {
    this.#isClosing = true;
    this.#backlog.clear();
    await this.#inHand.none();
    await this.#channel.close();
  }

  async #setUp(channel: AmqpChannel, amqp: AmqpConnection): Promise<void> {
    this.#backlog.clear();
    const { exchange } = this.#use;
    await this.#deps.declare(amqp, exchange);
    const { queue } = await channel.assertQueue("", {
      durable: false,
      exclusive: true,
      autoDelete: true,
      maxLength: this.#deps.backlogMax,
    });
    await channel.bindQueue(queue, exchange, "");
    await channel.prefetch(AHEAD_MAX);
    await channel.consume(queue, (message) => this.#receive(channel, message));
  }

  #receive(channel: AmqpChannel, message: AmqpMessage | null): void {
    if (message === null) return this.#channel.reopen(channel);
    if (this.#isClosing) return;
    this.#backlog.push({ channel, message });
    if (this.#inHand.count === 0) void this.#run();
  }

  async #run(): Promise<void> {
    this.#inHand.begin();
    for (let next = this.#backlog.shift(); next !== undefined; next = this.#backlog.shift()) {
      const { channel, message } = next;
      await this.#handle(message);
      ifOpen(() => channel.ack(message));
    }
    this.#inHand.end();
  }

  async #handle({ content }: AmqpMessage): Promise<void> {
    const { exchange, handler } = this.#use;
    const message = tryParseJson(tryDecodeText(content) ?? "");
    if (message === undefined) return this.#deps.log.warn("fanout_message_not_json", { exchange });
    try {
      await handler(message);
    } catch (error) {
      const fields = { exchange, error: describeError(error) };
      this.#deps.log.error("fanout_handler_failed", fields);
    }
  }
}
