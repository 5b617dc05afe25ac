import { type Clock, sleep } from "../clock.ts";
import { DEAD_LETTER_SUFFIX, type QueueOptions } from "../ports/work_queue.ts";
import type { AmqpChannel, AmqpConnection, AmqpQueueOptions } from "./rabbitmq_amqp.ts";
import { brokerCode } from "./rabbitmq_errors.ts";
import { sayGoodbye } from "./rabbitmq_goodbye.ts";

/**
 * How work queues are made.
 *
 * - `plain`: durable, and nothing else said. Any client that declares such a queue as durable agrees with
 *   it, and the virtual host's default decides of which type it is; how long it may grow is for a policy
 *   of the broker's to say. A classic queue, which is the default's default, lives on one node, and does not
 *   count how often a message was handed out to consumers that died of it.
 * - `quorum`: replicated in a cluster, bounded, and counting. A client that declares it as durable and says
 *   no more is refused by the broker; it must say the same as we do, or declare nothing.
 */
export type RabbitQueueType = "plain" | "quorum";

/** How queues and exchanges are declared. */
export interface RabbitTopologyOptions {
  /** How work queues are made; their dead letters are plain, or bounded classic ones. */
  readonly queueType: RabbitQueueType;
  /**
   * Messages at most in a quorum queue, beyond which the broker refuses more, and in one that is kept
   * for a while only, which loses its oldest.
   */
  readonly depthMax: number;
  /** Messages in its dead-letter queue at most; beyond it the broker drops the oldest. */
  readonly deadDepthMax: number;
  /**
   * How long a new quorum queue is left alone, in milliseconds. RabbitMQ 3.10 notes the queue's name on
   * disk only half a second after it was made: killed before that, it loses what it had confirmed.
   */
  readonly quorumSettleMs: number;
  /** Waits for that. */
  readonly clock: Clock;
}

/**
 * After so many deliveries the broker itself dead-letters a message. Well above what our consumers
 * let pass, and the default of RabbitMQ 4; said so that version 3 has it too, because a quorum queue
 * without a limit puts a message that comes back at its end, and the order would be lost.
 */
const DELIVERY_LIMIT = 20;

/** The broker answers this where a thing is not there. */
const NOT_FOUND = 404;
/** And this where it is there and was declared otherwise. */
const PRECONDITION_FAILED = 406;

/** Declares what a work queue needs; what is there already is used as it is. */
export class RabbitTopology {
  readonly #options: RabbitTopologyOptions;

  /** Declares nothing yet. */
  constructor(options: RabbitTopologyOptions) {
    this.#options = options;
  }

  /**
   * Makes a durable queue and its dead letters, where they are not there. Those of a queue that is kept
   * for a while only are made with the first dead letter: they would outlast it.
   *
   * @throws Error when the broker refuses or is lost
   */
  async declareQueue(
    amqp: AmqpConnection,
    name: string,
    { keptMs }: QueueOptions = {},
  ): Promise<void> {
    if (name.endsWith(DEAD_LETTER_SUFFIX)) return await this.#declareDead(amqp, name);
    if (keptMs !== undefined) return await this.#declareBrief(amqp, name, keptMs);
    const dead = `${name}${DEAD_LETTER_SUFFIX}`;
    await this.#declareDead(amqp, dead);
    const { queueType, depthMax, quorumSettleMs, clock } = this.#options;
    if (queueType === "plain") return void await makeQueue(amqp, name, {});
    const isNew = await makeQueue(amqp, name, {
      maxLength: depthMax,
      overflow: "reject-publish",
      // For what the broker gives up: what consumers set aside they publish there themselves,
      // because the broker forwards without waiting for a confirmation.
      deadLetterExchange: "",
      deadLetterRoutingKey: dead,
      arguments: { "x-queue-type": "quorum", "x-delivery-limit": DELIVERY_LIMIT },
    });
    if (isNew) await sleep(clock, quorumSettleMs);
  }

  /** Declares a durable fanout exchange. @throws Error when the broker refuses or is lost */
  async declareExchange(amqp: AmqpConnection, name: string): Promise<void> {
    await onOwnChannel(amqp, (channel) => channel.assertExchange(name, "fanout"));
  }

  // Classic, whatever the others are: what waits for so short a time is not worth replicas.
  async #declareBrief(amqp: AmqpConnection, name: string, keptMs: number): Promise<void> {
    const { queueType, depthMax } = this.#options;
    await makeQueue(amqp, name, {
      messageTtl: keptMs,
      expires: keptMs,
      maxLength: depthMax,
      overflow: "drop-head",
      ...(queueType === "plain" ? {} : { arguments: { "x-queue-type": "classic" } }),
    });
  }

  // Classic, whatever the others are: a quorum queue drops a message that was looked at too often.
  async #declareDead(amqp: AmqpConnection, name: string): Promise<void> {
    const { queueType, deadDepthMax } = this.#options;
    await makeQueue(
      amqp,
      name,
      queueType === "plain"
        ? {}
        : { maxLength: deadDepthMax, arguments: { "x-queue-type": "classic" } },
    );
  }
}

/** Messages that wait in a queue; undefined where it does not exist. @throws Error when it is lost */
export async function countWaiting(
  amqp: AmqpConnection,
  name: string,
): Promise<number | undefined> {
  try {
    return await onOwnChannel(amqp, async (channel) => {
      return (await channel.checkQueue(name)).messageCount;
    });
  } catch (error) {
    if (brokerCode(error) === NOT_FOUND) return undefined;
    throw error;
  }
}

/** Makes a queue where there is none; whether there was none. */
async function makeQueue(
  amqp: AmqpConnection,
  name: string,
  options: AmqpQueueOptions,
): Promise<boolean> {
  if (await countWaiting(amqp, name) !== undefined) return false;
  try {
    await onOwnChannel(amqp, (channel) => channel.assertQueue(name, options));
    return true;
  } catch (error) {
    // Somebody else made it in this moment, otherwise than we would.
    if (brokerCode(error) === PRECONDITION_FAILED) return false;
    throw error;
  }
}

/** On a channel of its own, because the broker closes the channel on which it refuses something. */
async function onOwnChannel<T>(
  amqp: AmqpConnection,
  action: (channel: AmqpChannel) => Promise<T>,
): Promise<T> {
  const channel = await amqp.createChannel();
  channel.on("error", () => {
    // What was asked for rejects with it.
  });
  try {
    return await action(channel);
  } finally {
    await sayGoodbye(channel);
  }
}
