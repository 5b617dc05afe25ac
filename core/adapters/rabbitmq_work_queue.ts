// Long because it says what a work queue promises beside how its parts are put together.
import type { Clock } from "../clock.ts";
import type { JsonValue } from "../json.ts";
import type { Log } from "../log.ts";
import type { Subscription } from "../ports/subscription.ts";
import {
  type ConsumeOptions,
  PREFETCH_DEFAULT,
  type QueueOptions,
  type WorkHandler,
  type WorkQueue,
} from "../ports/work_queue.ts";
import type { AmqpConfirmChannel, AmqpConnection } from "./rabbitmq_amqp.ts";
import { RabbitChannel, type RabbitChannelDeps } from "./rabbitmq_channel.ts";
import type { RabbitConfig } from "./rabbitmq_config.ts";
import { RabbitConnection } from "./rabbitmq_connection.ts";
import type { ConsumeTrouble } from "./rabbitmq_attempts.ts";
import { RabbitConsumer } from "./rabbitmq_consumer.ts";
import { dialRabbit } from "./rabbitmq_dial.ts";
import { RabbitFanoutSubscriber } from "./rabbitmq_fanout.ts";
import { encodeMessage } from "./rabbitmq_message.ts";
import { type PublishTrouble, RabbitPublisher, type RabbitRoute } from "./rabbitmq_publisher.ts";
import { countWaiting, type RabbitQueueType, RabbitTopology } from "./rabbitmq_topology.ts";

/** What a {@linkcode RabbitWorkQueue} counts. */
export type RabbitWorkTrouble = ConsumeTrouble | PublishTrouble;

/** All of them, for a metric's label. */
export const RABBIT_WORK_TROUBLES = [
  "dead_lettered",
  "dropped",
  "publish_overflow",
  "publish_expired",
  "publish_refused",
] as const satisfies readonly RabbitWorkTrouble[];

/** What a {@linkcode RabbitWorkQueue} needs. */
export interface RabbitWorkQueueOptions {
  /** Which broker. */
  readonly config: RabbitConfig;
  /** Sets deadlines and pauses. */
  readonly clock: Clock;
  /** Spreads pauses: 0 to 1. */
  readonly random: () => number;
  /** Told of what goes wrong. */
  readonly log: Log;
  /** Called when the broker can be used and when it can not; must not throw. */
  readonly onState?: (isUp: boolean, reason?: string) => void;
  /** Called once for each message that came to nothing. */
  readonly onTrouble?: (trouble: RabbitWorkTrouble) => void;
  /** What the broker's own pages call the connections. Default `tanks`. */
  readonly name?: string;
  /** How queues are made. Default `plain`. */
  readonly queueType?: RabbitQueueType;
  /** Messages that wait in one quorum queue; beyond it `publish` waits and rejects. Default 1 000 000. */
  readonly depthMax?: number;
  /** Messages in its dead-letter queue; beyond it the oldest go. Default 65 536. */
  readonly deadDepthMax?: number;
  /** As in {@linkcode RabbitTopologyOptions}. Default 1000. */
  readonly quorumSettleMs?: number;
  /** Bytes of one message as JSON; `publish` rejects beyond it. Default 1 MiB. */
  readonly messageBytesMax?: number;
  /** Messages that wait for the broker or its confirmation; `publish` rejects beyond it. Default 8192. */
  readonly publishesMax?: number;
  /** The bytes of those, with the same policy. Default 64 MiB. */
  readonly publishBytesMax?: number;
  /** How long `publish` waits for the broker, in milliseconds. Default 10 000. */
  readonly publishTimeoutMs?: number;
  /** Before a message's second attempt, in milliseconds; doubles with each further one. Default 100. */
  readonly redeliveryDelayMs?: number;
  /** Messages that wait for one fanout subscriber; beyond it the oldest go. Default 1024. */
  readonly fanoutBacklogMax?: number;
}

/** The protocol counts a prefetch in 16 bits. */
const PREFETCH_MAX = 65_535;

/** How long `depth` waits for the broker, in milliseconds. */
const DEPTH_TIMEOUT_MS = 5_000;

/**
 * A {@linkcode WorkQueue} on RabbitMQ, 3.10 and later. Queues are durable and messages persistent.
 *
 * - `publish` resolves with the broker's confirmation. While the broker is down it waits, within
 *   bounds, and rejects at its deadline: a message of which it said so may still arrive. What was not
 *   confirmed when a connection broke is sent again, so a message may arrive twice; `message_id`, which
 *   is the `event_id` of a message that has one, tells a copy.
 * - A message that fails stays in its consumer's hand for its further attempts, so that nothing overtakes
 *   it and no copy of it is made. Attempts count on from what the queue itself counted: a quorum queue each
 *   time that a message was handed out, so that one that kills its consumers is dead-lettered too; a
 *   classic one only that it was.
 * - A queue that is there already is used as it is, of whatever type.
 * - Publishing has a connection of its own, because a broker that is short of memory or disk stops
 *   reading from those that publish, and acknowledgements are what it would need.
 */
export class RabbitWorkQueue implements WorkQueue {
  readonly #options: RabbitWorkQueueOptions;
  readonly #messageBytesMax: number;
  readonly #down = new Map<string, string>();
  readonly #publishing: RabbitConnection;
  readonly #consuming: RabbitConnection;
  readonly #topology: RabbitTopology;
  readonly #publisher: RabbitPublisher;
  readonly #publishChannel: RabbitChannel<AmqpConfirmChannel>;
  readonly #consumers = new Set<RabbitConsumer>();
  readonly #subscribers = new Set<RabbitFanoutSubscriber>();
  #closing: Promise<void> | undefined;
  #isClosed = false;

  /** Begins to connect. */
  constructor(options: RabbitWorkQueueOptions) {
    this.#options = options;
    this.#messageBytesMax = options.messageBytesMax ?? 1_048_576;
    this.#topology = new RabbitTopology({
      queueType: options.queueType ?? "plain",
      depthMax: options.depthMax ?? 1_000_000,
      deadDepthMax: options.deadDepthMax ?? 65_536,
      quorumSettleMs: options.quorumSettleMs ?? 1_000,
      clock: options.clock,
    });
    this.#publishing = this.#connect("publish");
    this.#consuming = this.#connect("consume");
    this.#publisher = new RabbitPublisher({
      clock: options.clock,
      random: options.random,
      declare: (route) => this.#declare(route),
      publishesMax: options.publishesMax ?? 8_192,
      publishBytesMax: options.publishBytesMax ?? 67_108_864,
      publishTimeoutMs: options.publishTimeoutMs ?? 10_000,
      onTrouble: (trouble) => options.onTrouble?.(trouble),
    });
    this.#publishChannel = this.#openPublishChannel();
  }

  publish(queue: string, message: JsonValue, { keptMs }: QueueOptions = {}): Promise<void> {
    return this.#publish({ kind: "queue", name: queue, ...kept(keptMs) }, message);
  }

  async consume(
    queue: string,
    handler: WorkHandler,
    options: ConsumeOptions = {},
  ): Promise<Subscription> {
    if (this.#closing) throw new Error(`Cannot consume ${queue}: the work queue is closed`);
    const prefetch = options.prefetch ?? PREFETCH_DEFAULT;
    if (!Number.isInteger(prefetch) || prefetch < 1 || prefetch > PREFETCH_MAX) {
      const rule = `prefetch must be 1..${PREFETCH_MAX}, is ${prefetch}`;
      throw new RangeError(`Cannot consume ${queue}: ${rule}`);
    }
    const deps = {
      ...this.#channelDeps(this.#consuming),
      declare: (amqp: AmqpConnection, name: string) =>
        this.#topology.declareQueue(amqp, name, kept(options.keptMs)),
      publishDead: (name: string, dead: Parameters<RabbitPublisher["publish"]>[1]) =>
        this.#publisher.publish({ kind: "queue", name }, dead),
      redeliveryDelayMs: this.#options.redeliveryDelayMs ?? 100,
      onTrouble: (trouble: ConsumeTrouble) => this.#options.onTrouble?.(trouble),
    };
    const consumer = new RabbitConsumer(deps, { queue, handler, prefetch });
    return await start(consumer, this.#consumers);
  }

  publishFanout(exchange: string, message: JsonValue): Promise<void> {
    return this.#publish({ kind: "exchange", name: exchange }, message);
  }

  async subscribeFanout(
    exchange: string,
    handler: (message: JsonValue) => Promise<void>,
  ): Promise<Subscription> {
    if (this.#closing) throw new Error(`Cannot subscribe to ${exchange}: the work queue is closed`);
    const deps = {
      ...this.#channelDeps(this.#consuming),
      declare: (amqp: AmqpConnection, name: string) => this.#topology.declareExchange(amqp, name),
      backlogMax: this.#options.fanoutBacklogMax ?? 1_024,
    };
    return await start(new RabbitFanoutSubscriber(deps, { exchange, handler }), this.#subscribers);
  }

  /**
   * Messages that wait in the queue, or are in the hand of a consumer of this port: of others' the
   * protocol does not tell.
   *
   * @throws Error when the broker cannot be asked within 5 s
   */
  async depth(queue: string): Promise<number> {
    if (this.#isClosed) throw new Error(`Cannot count ${queue}: the work queue is closed`);
    const amqp = await this.#consuming.upWithin(DEPTH_TIMEOUT_MS);
    const waitingCount = await countWaiting(amqp, queue) ?? 0;
    let inHandCount = 0;
    for (const consumer of this.#consumers) {
      if (consumer.queue === queue) inHandCount += consumer.unacknowledgedCount;
    }
    return waitingCount + inHandCount;
  }

  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  async #close(): Promise<void> {
    // Work in hand may still publish; only then is it over.
    const closables = [...this.#consumers, ...this.#subscribers];
    await Promise.all(closables.map((closable) => closable.close()));
    await this.#publisher.close();
    this.#isClosed = true;
    await this.#publishChannel.close();
    await Promise.all([this.#publishing.close(), this.#consuming.close()]);
  }

  async #publish(route: RabbitRoute, message: JsonValue): Promise<void> {
    await this.#publisher.publish(route, encodeMessage(message, this.#messageBytesMax));
  }

  async #declare({ kind, name, keptMs }: RabbitRoute): Promise<void> {
    const { state } = this.#publishing;
    if (state.kind !== "up") throw new Error(`Cannot declare ${name}: RabbitMQ is ${state.kind}`);
    if (kind === "queue") await this.#topology.declareQueue(state.amqp, name, kept(keptMs));
    else await this.#topology.declareExchange(state.amqp, name);
  }

  #openPublishChannel(): RabbitChannel<AmqpConfirmChannel> {
    return new RabbitChannel<AmqpConfirmChannel>(this.#channelDeps(this.#publishing), {
      name: "publisher",
      open: (amqp) => amqp.createConfirmChannel(),
      setUp: (channel) => {
        channel.on("return", ({ properties }) => {
          this.#publisher.messageReturned(properties.messageId);
        });
        return Promise.resolve();
      },
      onUp: (channel) => this.#publisher.channelUp(channel),
      onLost: () => this.#publisher.channelLost(),
    });
  }

  #channelDeps(connection: RabbitConnection): RabbitChannelDeps {
    const { clock, random, log } = this.#options;
    return { connection, clock, random, log };
  }

  #connect(purpose: "publish" | "consume"): RabbitConnection {
    const { config, clock, random, log, name = "tanks" } = this.#options;
    // Until it has answered for the first time it is not up.
    this.#down.set(purpose, "not connected yet");
    return new RabbitConnection({
      dial: () => dialRabbit(config, `${name} ${purpose}`),
      clock,
      random,
      log: log.child({ connection: purpose }),
      onState: (isUp, reason = "") => this.#noteState(purpose, isUp ? undefined : reason),
    });
  }

  #noteState(purpose: string, reason: string | undefined): void {
    if (reason === undefined) this.#down.delete(purpose);
    else this.#down.set(purpose, reason);
    const [worst] = this.#down.values();
    this.#options.onState?.(worst === undefined, worst);
  }
}

interface Startable extends Subscription {
  started(): Promise<void>;
}

/** The part once it has started; among `parts` until it is closed. */
async function start<Part extends Startable>(part: Part, parts: Set<Part>): Promise<Subscription> {
  parts.add(part);
  const close = async (): Promise<void> => {
    await part.close();
    parts.delete(part);
  };
  try {
    await part.started();
  } catch (error) {
    await close();
    throw error;
  }
  return { close };
}

function kept(keptMs: number | undefined): QueueOptions {
  return keptMs === undefined ? {} : { keptMs };
}
